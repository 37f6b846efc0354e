"""A brief with a value for each parameter: no value breaks out of the place where it stands."""

import pytest

from workcell.texts import brief, filled_brief, params
from workcell.texts.document import Faulty

BRIEF = b"""---
# a comment
objective: Fix %{issue}
params:
  issue: {help: number of the issue, required: true}
  time: 2h
  tries: {default: 3}
  note: {required: false}
limits: {wall: '%{time}', attempts: '%{tries}'}
env: {ISSUE: '%{issue}'}
recipe: {extends: shell, command: [echo, '%{issue}', '{{ run }}']}
verify: |
  curl -w '%{http_code}' localhost
  test -n "$ISSUE"
---
# Issue %{issue}

Said: %{note} of %{issue}

## Steps

```bash
echo %{issue}
```
"""


def filled(data=BRIEF, **given):
    return brief.parse(filled_brief.compose(data, "b.md", given), "b.md")


def test_values_stand_in_front_matter_and_body():
    found = filled(issue="12", note="all")
    assert found.faults == [] and found.objective == "Fix 12" and found.values["params"] == []
    assert (found.values["limits"]["wall"], found.values["limits"]["attempts"]) == (7200.0, 3)
    assert found.values["env"] == {"ISSUE": "12"} and found.steps[0].text == "echo 12\n"
    assert found.values["verify"] == "curl -w '%{http_code}' localhost\ntest -n \"$ISSUE\""
    assert "Said: all of 12" in found.document.body and "params" not in found.data.decode()


@pytest.mark.parametrize(
    "value", ["x: y", "' }", '"', "a # b", "- a", "[", "&a", "null", "true", "12", "%{time}", "| x", "é ✓", "---", ""]
)
def test_a_value_never_leaves_its_place(value):
    found = filled(issue=value, note="n")
    assert found.faults == [] and found.objective == f"Fix {value}".strip()
    assert found.values["env"] == {"ISSUE": value}
    assert set(found.document.front) == {"objective", "limits", "env", "recipe", "verify"}


def test_a_value_is_no_template_of_the_recipe():
    command = filled(issue="{{ prompt }}", note="").values["recipe"]["command"]
    assert command == ["echo", '{{ "{{ prompt }}" }}', "{{ run }}"]


def test_unknown_and_missing_names_are_all_told_with_the_list():
    with pytest.raises(Faulty) as caught:
        filled(tme="1h", x="1")
    told = [(one.message, one.cure, one.line) for one in caught.value.faults]
    listed = "its parameters: issue, time (2h), tries (3), note (empty)"
    assert told == [
        ("b.md has no parameter 'tme'", listed, None),
        ("b.md has no parameter 'x'", listed, None),
        ("parameter 'issue' has no value: number of the issue", f"--set issue=VALUE; {listed}", 5),
    ]
    with pytest.raises(Faulty, match="has no parameter 'x'"):
        filled(b"---\nobjective: o\n---\n", x="1")


@pytest.mark.parametrize("value", ["a\nb", "a\x1bb", "a\u2028b", "a\0"])
def test_a_value_is_one_line(value):
    with pytest.raises(Faulty, match="must be one line"):
        filled(issue=value)


@pytest.mark.parametrize("value", ["## Steps", "```", "~~~ bash"])
def test_a_value_begins_no_part_of_the_body(value):
    with pytest.raises(Faulty, match="would begin or end a part of the body"):
        filled(b"---\nobjective: o\nparams: {a: }\n---\n%{a}\n", a=value)
    with pytest.raises(Faulty, match="would begin or end a part of the body"):
        filled(b"---\nobjective: o\nparams: {a: }\n---\n```\n%{a}\n```\n", a="```")


def test_a_brief_without_parameters_keeps_its_bytes():
    data = b"---\nobjective: '%{a}' # said\n---\r\n"
    assert filled_brief.compose(data, "b.md", {}) is data


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("A: x", "cannot name a parameter"),
        ("a: {required: true, default: b}", "is required and has a default"),
        ("a: {hlp: x}", "unknown key"),
    ],
)
def test_a_wrong_declaration_is_a_fault_with_its_line(entry, words):
    with pytest.raises(Faulty, match=words) as caught:
        filled(f"---\nobjective: o\nparams:\n  {entry}\n---\n".encode())
    assert caught.value.faults[0].line == 4


def test_lenient_leaves_the_use_of_what_is_missing():
    data = filled_brief.compose(BRIEF, "b.md", {}, lenient=True)
    assert b"Fix %{issue}" in data and b"2h" in data
    assert [one.words() for one in params.of(BRIEF, "b.md")] == ["issue", "time (2h)", "tries (3)", "note (empty)"]


def test_only_a_brief_that_may_have_parameters_is_read_for_them(monkeypatch):
    read = []
    parse = filled_brief.document.parse_markdown
    monkeypatch.setattr(filled_brief.document, "parse_markdown", lambda *words: read.append(words) or parse(*words))
    plain = b"---\nobjective: x\n---\n"
    assert filled_brief.compose(plain, "b.md", {}) is plain and not read
    spelt = b'---\nobjective: x %{a}\n"par\\u0061ms": {a: {default: b}}\n---\n'
    assert brief.parse(filled_brief.compose(spelt, "b.md", {}), "b.md").objective == "x b" and read
