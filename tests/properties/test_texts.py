"""Briefs, recipes, SUPERVISOR.md and config.yaml on arbitrary text: a value, or a fault with its cure."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workcell.base.errors import WorkcellError
from workcell.texts import brief, config, document, fields, project_rules, recipe, search_path

PIECES = st.sampled_from([
    "---\n", "objective: ", "name: ", "verify: ", "limits:", " {wall: 3h}", "\n", "  ", "- ", ": ", "&a ", "*a",
    "!!python/object:os.system ",
    "!x ", "<<: *a\n", "? ", "| \n", ">\n", "#", "'", '"', "{", "}", "[", "]", "3h", "1e999", "0x1F", ".inf",
    "2026-11-20", "~", "true",
    "recipe: ", "extends: shell\n", "command: ", "env: ", "## Steps\n", "```bash\n", "```\n", "- [ ] x\n",
    "{{ name }}", "{% for %}",
    "\x00", "\x1b[31m", "\u202e", "\ufeff", "é", "😀", "\r\n", "\t", "%YAML 1.1\n", "@", "`", "0o17", "1_000", "=",
    "\x85", "\u2028",
])  # fmt: skip
TEXTS = (
    st.lists(PIECES, max_size=25).map("".join)
    | st.lists(PIECES, max_size=25).map(lambda parts: "---\n" + "".join(parts) + "\n---\n")
    | st.text(max_size=200)
)
BYTES = TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=200)


@settings(max_examples=300)
@given(BYTES)
def test_any_bytes_are_a_brief_or_have_faults(data):
    try:
        found = brief.parse(data, "b.md")
    except WorkcellError as error:
        assert str(error)
        return
    for fault in found.faults:
        assert fault.message and (fault.line is None or 1 <= fault.line <= data.count(b"\n") + data.count(b"\r") + 2)
    if not found.faults:
        assert found.objective and "\n" not in found.objective


@settings(max_examples=200)
@given(BYTES)
def test_any_bytes_are_a_recipe_a_law_a_configuration_or_have_faults(data):
    with tempfile.TemporaryDirectory() as where:
        os.mkdir(os.path.join(where, "recipes"))
        path = Path(where, "recipes", "mine.yaml")
        path.write_bytes(data)
        try:
            made = recipe.resolve("mine", home=where, project=None)
            assert made.values["command"]
        except WorkcellError as error:
            assert str(error)
        try:
            recipe.check_file(search_path.Item("mine", str(path), "project"), home=where, project=None)
        except WorkcellError as error:
            assert str(error)
        Path(where, project_rules.FILE).write_bytes(data)
        Path(where, "config.yaml").write_bytes(data)
        for read in (lambda: project_rules.read(where), lambda: config.read(os.path.join(where, "config.yaml"))):
            try:
                read()
            except WorkcellError as error:
                assert str(error)


@pytest.mark.parametrize("front", ["objective:", "objective: ~", "&! : &!", "&a objective: &a x", "objective: ''"])
def test_an_objective_that_says_nothing_is_a_fault(front):
    assert brief.parse(f"---\n{front}\n---\n".encode(), "b.md").faults


WORDS = st.lists(
    st.sampled_from([
        "{{", "}}", "{%", "%}", "{#", "#}", " name ", " attempt ", "+ 1", "/ 0", "* 'x'", "|int", "|join", "()",
        "[0]", ".x", "for i in ",
        "range(3)", "range(10**9)", "endfor", "if ", "endif", "'", '"', "\n", "__class__", "(", ")", "-", "lipsum",
        "cycler", "|upper",
        "set x=", "include 'x'", "raw", "endraw", "macro m()", "endmacro", "|format(1)", "|batch(0)", "|round('x')",
        "|tojson",
    ]),
    max_size=8,
).map("".join)  # fmt: skip


@settings(max_examples=300)
@given(WORDS)
def test_any_words_of_a_recipe_are_filled_in_or_refused(text):
    try:
        found = recipe.render(text, {"name": "n", "attempt": 1}, "recipe 'x', command")
    except WorkcellError as error:
        assert "recipe 'x', command" in str(error)
        return
    assert isinstance(found, str)


@pytest.mark.parametrize(
    "text", ["{{ name + 1 }}", "{{ 1 / 0 }}", "{{ attempt.x.y }}", "{% for i in range(10**9) %}{% endfor %}"]
)
def test_words_that_cannot_be_worked_out_are_refused(text):
    with pytest.raises(WorkcellError):
        recipe.render(text, {"name": "n", "attempt": 1}, "recipe 'x', command")


def misspelt(word: str) -> list[str]:
    """The word with one letter left out, doubled, exchanged or turned."""
    out = {word[:i] + word[i + 1 :] for i in range(len(word))} | {word + "s", word[:-1] + "q"}
    out |= {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return sorted(out - {word})


TABLES = {"brief": brief.KEYS, "recipe": recipe.KEYS, "supervisor": project_rules.KEYS, "config": config.KEYS}


@pytest.mark.parametrize("name", list(TABLES))
def test_no_misspelt_key_is_taken_for_silence(name):
    known = [entry.name for entry in TABLES[name]]
    for word in known:
        for wrong in misspelt(word):
            if wrong in known or not wrong:
                continue
            found = document.parse_yaml(f"{wrong}: x\n", "f.yaml")
            fields.check(found.front, TABLES[name], found)
            faults = [str(fault) for fault in found.faults if "unknown key" in fault.message]
            assert len(faults) == 1 and "f.yaml:1" in faults[0], (wrong, found.faults)
            assert "did you mean" in faults[0] or "known:" in faults[0]


@pytest.mark.parametrize("key", [entry.name for entry in brief.LIMITS])
def test_no_misspelt_limit_is_taken_for_no_limit(key):
    for wrong in misspelt(key):
        if wrong in {entry.name for entry in brief.LIMITS} or not wrong:
            continue
        found = brief.parse(f"---\nobjective: x\nlimits:\n  {wrong}: 3h\n---\n".encode(), "b.md")
        assert any("unknown key" in fault.message and fault.line == 4 for fault in found.faults), wrong


@pytest.mark.parametrize(
    "value", ["3", "3 h", "-1h", "0s", "1w", "3h!", "1h1h", "inf", "1e5s", "''", "[3h]", "{h: 3}", "true", "٣h"]
)
def test_what_is_no_duration_is_no_limit_and_no_silence(value):
    found = brief.parse(f"---\nobjective: x\nlimits: {{wall: {value}}}\n---\n".encode(), "b.md")
    assert found.faults, found.values["limits"]


@given(st.text(max_size=20))
def test_a_duration_is_above_zero_or_none(text):
    found = fields.parse_duration(text)
    assert found is None or 0 < found < 1e10


def test_a_bomb_of_aliases_is_refused_in_time():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    data = ("---\nobjective: x\n" + "\n".join(lines) + "\n---\n").encode()
    with pytest.raises(WorkcellError):
        found = brief.parse(data, "b.md")
        raise document.Faulty(found.faults)
