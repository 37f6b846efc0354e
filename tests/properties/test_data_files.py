"""Whatever stands in a file: faults, never another exception, and no misspelt key that is passed over."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workcell.base.errors import WorkcellError
from workcell.launch import briefs as op
from workcell.rundir.cell import Cell
from workcell.texts import advice, brief, document, launch_file, project_rules, recipe

FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(st.characters(codec="utf-8"), max_size=30)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def keys(table):
    return st.dictionaries(st.sampled_from([entry.name for entry in table]) | words, plain, max_size=6)


@FEW
@given(st.binary(max_size=400) | words.map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path, data):
    path = tmp_path / "any.yaml"
    path.write_bytes(data)
    for read in (launch_file.read, brief.read, lambda p: project_rules.read(os.path.dirname(p))):
        try:
            read(str(path))
        except WorkcellError:
            pass


@FEW
@given(keys(launch_file.KEYS))
def test_a_launch_file_of_any_shape(tmp_path, data):
    path = tmp_path / "any.yaml"
    path.write_text(document.plain_yaml(data))
    known = {entry.name for entry in launch_file.KEYS}
    try:
        found = launch_file.read(str(path))
    except WorkcellError:
        return
    assert len([f for f in found.faults if "unknown key" in f.message]) >= len(set(data) - known) or any(
        f.message.startswith("YAML") for f in found.faults
    )
    for entry in found.entries:
        assert set(entry) == {e.name for e in launch_file.ENTRY} | {"line", "lines"}


@FEW
@given(keys(brief.KEYS), words)
def test_lint_of_any_brief(tmp_path, data, body):
    path = tmp_path / "b.md"
    path.write_bytes(f"---\n{document.plain_yaml(data)}---\n{body}".encode("utf-8", "surrogatepass"))
    found = op.lint(str(tmp_path / "home"), [str(path)])[0]
    unknown = set(data) - {entry.name for entry in brief.KEYS}
    levels = [one.level for one in found.findings]
    assert levels == sorted(levels)  # errors stand first
    if unknown:
        assert found.count(op.ERROR) > 0


@FEW
@given(keys(recipe.KEYS))
def test_lint_of_any_recipe(tmp_path, data):
    from workcell.upkeep import recipe_catalog

    path = tmp_path / "r.yaml"
    path.write_text(document.plain_yaml(data))
    faults = recipe_catalog.lint(str(tmp_path / "home"), [str(path)])
    if set(data) - {entry.name for entry in recipe.KEYS}:
        assert faults


@FEW
@given(words)
def test_an_objective_of_any_words_is_written_and_read_back(tmp_path, objective):
    """The template quotes what YAML would read otherwise."""
    path = tmp_path / "new.md"
    path.unlink(missing_ok=True)
    try:
        op.new(Cell(str(tmp_path / "home"), {}, str(tmp_path)), op.NewRequest(objective, str(path)))
    except WorkcellError:
        return
    found = brief.read(str(path))
    assert not found.faults
    assert found.objective == objective.strip()


@FEW
@given(words)
def test_advice_on_any_objective(objective):
    second = advice.second_objective(objective)
    assert second is None or second in objective
