"""A plan drawn in characters."""

from workcell.faces.cli import plan_drawing


def drawn(**needs):
    return [f"{rail} {name}" for name, rail in plan_drawing.rails({name: list(of) for name, of in needs.items()})]


def test_a_chain_and_a_diamond():
    assert drawn(a="", b="a", c="b") == ["● a", "╰─● b", "  ╰─● c"]
    assert drawn(a="", b="a", c="a", d="bc") == ["● a", "├─● b", "╰─┼─● c", "  ╰─┴─● d"]


def test_an_entry_stands_below_what_it_needs_and_a_race_has_a_mark_of_its_own():
    assert [name for name, _ in plan_drawing.rails({"late": ["early"], "early": []})] == ["early", "late"]
    assert plan_drawing.rails({"a": [], "b": ["a"]}, ["a"])[0] == ("a", "◆")


def test_rails_that_pass_by_are_kept_and_free_columns_are_used_again():
    assert drawn(a="", b="", c="a", d="b", e="") == ["● a", "│ ● b", "╰─┼─● c", "  ╰─● d", "● e"]


def test_a_circle_ends():
    assert len(drawn(a="b", b="a")) == 2
