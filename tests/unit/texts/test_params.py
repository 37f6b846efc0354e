"""What a brief declares under `params`, and the faults of what cannot be declared."""

import pytest

from workcell.texts import document, params


def declared(lines):
    """(the parameters, the faults) of front matter with these lines under `params`."""
    text = "---\nobjective: x\nparams:\n" + "".join(f"  {line}\n" for line in lines) + "---\n"
    found = document.parse_markdown(text.encode(), "b.md")
    return params.declared(found.front["params"], ("params",), found), [str(fault) for fault in found.faults]


@pytest.mark.parametrize(
    ("line", "default"),
    [
        ("issue:", None),
        ("issue: {}", None),
        ("issue: {required: true}", None),
        ("issue: {required: false}", ""),
        ("issue: main", "main"),
        ("issue: {default: main}", "main"),
        ("issue: {default: 3}", "3"),
    ],
)
def test_a_value_has_to_be_given_where_there_is_no_default(line, default):
    [one], faults = declared([line])
    assert (one.name, one.default, one.line, faults) == ("issue", default, 4, [])


def test_parameters_stand_in_the_order_in_which_they_are_declared():
    found, _ = declared(["zeta: 1", "alpha: {help: what it is}"])
    assert [(one.name, one.help) for one in found] == [("zeta", None), ("alpha", "what it is")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Issue: x", "'Issue' cannot name a parameter"),
        ("1st: x", "'1st' cannot name a parameter"),
        ("issue: {default: x, required: true}", "is required and has a default"),
        ('issue: {default: "a\\nb"}', "must be one line of plain text"),
        ('issue: {default: "\\e[31m"}', "must be one line of plain text"),
        ("issue: {defualt: x}", "defualt"),
    ],
)
def test_what_cannot_be_declared_is_a_fault_of_its_line(line, said):
    _, [fault] = declared(["good: 1", line])
    assert fault.startswith("b.md:5: ") and said in fault


def test_a_list_declares_nothing():
    found, [fault] = declared(["- issue"])
    assert found == [] and "must be 'NAME: {default, help, required}' lines" in fault


def test_a_brief_without_parameters_has_none():
    assert params.of(b"---\nobjective: x\n---\n", "b.md") == params.of(b"# Title\n", "b.md") == []
    assert [one.name for one in params.of(b"---\nparams: {a: 1}\n---\n", "b.md")] == ["a"]


def test_a_parameter_is_shown_with_its_default():
    shown = [params.Param("a", default, None).words() for default in (None, "", "main")]
    assert shown == ["a", "a (empty)", "a (main)"]
