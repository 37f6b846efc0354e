import pytest

from workcell.texts import advice, brief


def words(text: str, verify: bytes | None = b"make test\n", steps: bool = False) -> list[tuple[int | None, str]]:
    found = advice.of(brief.parse(text.encode(), "b.md"), verify, steps)
    return [(fault.line, fault.message) for fault in found]


@pytest.mark.parametrize(
    ("objective", "second"),
    [
        ("Fix the login and add a dark mode", "add a dark mode"),
        ("Add a cache, then migrate the database", "migrate the database"),
        ("Remove the old parser; rewrite the lexer", "rewrite the lexer"),
        ("Upgrade Django and then drop Python 3.9", "drop Python 3.9"),
        # one objective each: the verb comes once, or what follows belongs to the first
        ("Fix the login and logout pages", None),
        ("Add a cache and write tests for it", None),
        ("Add retries and update the docs", None),
        ("The build passes and the docs are complete", None),
        ("Search and replace the old name", None),
        ("Rename Foo and Bar to Baz", None),
        ("greeting.txt greets the reader", None),
        ("", None),
    ],
)
def test_an_objective_that_is_two(objective, second):
    assert advice.second_objective(objective) == second


@pytest.mark.parametrize("script", ["", "true", "exit 0", "make test || true", "echo fine", "# only a word\nset -e\n:"])
def test_a_check_that_cannot_fail(script):
    assert any("cannot fail" in message for _, message in words("---\nobjective: a\nverify: x\n---\n", script.encode()))


@pytest.mark.parametrize("script", ["! grep -rq TODO src", "cd src\n! git grep -n FIXME"])
def test_a_check_that_only_looks_for_absence(script):
    assert any("something is absent" in message for _, message in words("# a\n", script.encode()))


@pytest.mark.parametrize(
    "script", ["make test", "! grep -q TODO x\npytest", "test -f hello", "diff a b", "cat a | grep b"]
)
def test_a_check_that_can_fail_is_left_alone(script):
    assert not any("verify" in message for _, message in words("# a\n", script.encode()))


def test_a_path_of_this_machine_is_told_with_its_line():
    found = words("# a\n\nLook at /home/mia/notes.txt and at https://x.org/home/y, ./tmp/z and /etc/hosts.\n")
    assert (3, "/home/mia/notes.txt is a path of this machine") in found
    assert sum("path of this machine" in message for _, message in found) == 1


def test_a_definition_of_done_is_asked_for_unless_steps_are_the_work():
    assert any("no definition of done" in message for _, message in words("# a\n"))
    assert not any("definition of done" in message for _, message in words("# a\n", steps=True))
    assert (3, "'Definition of done' has no items") in words("# a\n\n## Definition of done\n\nIt works.\n")
    assert not any("one" in m and "items" in m for _, m in words("# a\n## definition of done\n- [ ] x\n"))


def test_no_check_is_told():
    assert any("nothing checks the work" in message for _, message in words("# a\n", None))
