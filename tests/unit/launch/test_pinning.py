"""policy.json: the playbooks of a repository are pinned with their text, as they were when they were trusted."""

import hashlib

import pytest

from workcell.base import json_codec
from workcell.base.errors import TryAgain
from workcell.launch import pinning
from workcell.texts.document import Faulty
from workcell.trust import repository_files

BOOK = """---
when: {verdict: [crashed]}
steps: [{notify: {}}]
---
# Again
"""


@pytest.fixture
def tree(tmp_path):
    (tmp_path / ".workcell/recovery").mkdir(parents=True)
    (tmp_path / "AGENTS.md").write_text("Be kind.\n")
    return tmp_path


def brought(tree, name="again", text=BOOK):
    path = tree / ".workcell/recovery" / f"{name}.md"
    path.write_text(text)
    return repository_files.Brought(str(tree), {str(path.relative_to(tree)): hashlib.sha256(text.encode()).hexdigest()})


def test_a_repository_that_brings_nothing_pins_nothing(tree):
    found = json_codec.decode(pinning.of_tree(str(tree), repository_files.Brought(str(tree)), [], ignored=False))
    assert found["playbooks"] == [] and found["repo"] == {"top": str(tree), "ignored": False, "files": {}}


def test_what_the_program_obeys_is_pinned_by_its_hash_unless_it_is_ignored(tree):
    bring = repository_files.Brought(str(tree))
    found = json_codec.decode(pinning.of_tree(str(tree), bring, ["AGENTS.md"], ignored=False))
    assert found["repo"]["files"] == {"AGENTS.md": hashlib.sha256(b"Be kind.\n").hexdigest()}
    found = json_codec.decode(pinning.of_tree(str(tree), bring, ["AGENTS.md"], ignored=True))
    assert found["repo"]["files"] == {} and found["repo"]["ignored"] is True


def test_a_playbook_with_faults_is_refused_with_all_of_them(tree):
    with pytest.raises(Faulty, match="unknown key"):
        pinning.playbooks_of(brought(tree, text="---\nnonsense: 1\n---\n"))


def test_a_playbook_that_changed_since_it_was_compared_is_not_pinned(tree):
    bring = brought(tree)
    (tree / ".workcell/recovery/again.md").write_text("other")
    with pytest.raises(TryAgain, match="was changed while it was read"):
        pinning.playbooks_of(bring)


def test_other_files_of_the_repository_are_no_playbooks(tree):
    assert pinning.playbooks_of(repository_files.Brought(str(tree), {".workcell/recipes/x.yaml": "0"})) == []
