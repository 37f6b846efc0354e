import pytest

from workcell.base.errors import Invalid, NotFound
from workcell.texts import launch_file


def read(tmp_path, text: str) -> launch_file.LaunchFile:
    path = tmp_path / "night.yaml"
    path.write_text(text)
    return launch_file.read(str(path))


def test_paths_alone_and_entries_with_keys(tmp_path):
    found = read(
        tmp_path,
        "max_live: 2\ndefaults: {recipe: shell, labels: one}\nbriefs:\n- a.md\n- {brief: b.md, worktree: true}\n",
    )
    assert not found.faults
    assert (found.group, found.max_live, found.defaults["recipe"], found.defaults["labels"]) == (
        "night",
        2,
        "shell",
        ["one"],
    )
    assert [(e["brief"], e["worktree"], e["line"]) for e in found.entries] == [("a.md", None, 4), ("b.md", "", 5)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("brief: [a.md]\n", "1: unknown key 'brief' (did you mean 'briefs'?)"),
        ("briefs:\n- brief: a.md\n  recepi: x\n", "3: unknown key 'recepi' (did you mean 'recipe'?)"),
        ("briefs: [a.md]\ndefaults:\n  label: x\n", "3: unknown key 'label' (did you mean 'labels'?)"),
        ("briefs: [a.md]\ndefaults:\n  name: x\n", "3: unknown key 'name'"),
        ("briefs:\n- a.md\n- repo: x\n", "3: 'brief' is missing"),
        ("briefs:\n- a.md\n- 7\n", "3: an entry must be the path"),
        ("briefs: [a.md]\nmax_live: 0\n", "2: 'max_live' must be a whole number"),
        ("briefs: []\n", "1: 'briefs' is empty"),
        ("group: x\n", "'briefs' is missing"),
        ("briefs: [a\n", "YAML"),
        ("- a.md\n", "1: expected 'key: value' lines"),
    ],
)
def test_every_fault_has_its_line(tmp_path, text, fault):
    found = [str(one) for one in read(tmp_path, text).faults]
    assert any(fault in one for one in found), found


def test_a_file_that_is_not_there_or_no_file(tmp_path):
    with pytest.raises(NotFound):
        launch_file.read(str(tmp_path / "none.yaml"))
    (tmp_path / "d.yaml").mkdir()
    with pytest.raises(Invalid):
        launch_file.read(str(tmp_path / "d.yaml"))
