"""What a run changed, from its base commit to its tree, whatever is left of it."""

import os
import shutil

import pytest

from tests.support import repos
from workcell.base.errors import NotFound, Refused, Usage
from workcell.git import repository, safe_removal, snapshot, tree_state
from workcell.rundir import layout
from workcell.rundir.cell import Cell
from workcell.views import diff, path

AGENT = """
echo two >> file.txt
git -c user.name=a -c user.email=a@localhost commit -qam 'the second line'
echo three >> file.txt
printf 'new\\033[2J\\n' > 'new file.txt'
ln -s file.txt link
"""


@pytest.fixture(scope="module")
def ran(module_lab):
    """A run that passed in a worktree of its own, with committed, changed, new and linked files."""
    return module_lab.launch(module_lab.brief(AGENT), "--worktree=", "--wait")


@pytest.fixture(scope="module")
def module_lab():
    from tests.support.lab import Lab

    lab = Lab()
    yield lab
    lab.close()


def ask(lab, run, *, directory="/", output=None, **options):
    cell = Cell(lab.home, {}, directory)
    cell.output = output
    return diff.perform(cell, diff.Request(os.path.basename(run), **options))


def files(result):
    return {one.path: (one.change, one.insertions, one.deletions) for one in result.files}


def tree_of(lab, run):
    return path.perform(Cell(lab.home, {}, "/"), path.Request(os.path.basename(run))).path


def test_uncommitted_and_new_files_are_part_of_it(module_lab, ran):
    found = ask(module_lab, ran)
    assert files(found) == {"file.txt": ("M", 2, 0), "link": ("A", 1, 0), "new file.txt": ("A", 1, 0)}
    assert (found.to, found.ref, found.cut, found.notes) == ("tree", None, False, [])
    assert "+two\n+three\n" in found.diff and "+new\x1b[2J" in found.diff


def test_only_what_was_committed(module_lab, ran):
    found = ask(module_lab, ran, committed=True)
    assert files(found) == {"file.txt": ("M", 1, 0)} and found.to == "commit"


def test_looking_changes_nothing_in_the_repository(module_lab, ran):
    tree = tree_of(module_lab, ran)
    before = repos.belongings(repos.Path(module_lab.repo)), repos.content(repos.Path(tree), skip_git=False)
    objects = repos.git(module_lab.repo, "count-objects", "-v")
    ask(module_lab, ran)
    assert (repos.belongings(repos.Path(module_lab.repo)), repos.content(repos.Path(tree), skip_git=False)) == before
    assert repos.git(module_lab.repo, "count-objects", "-v") == objects


def test_names_sums_and_paths(module_lab, ran):
    assert ask(module_lab, ran, name_only=True).diff == "file.txt\nlink\nnew file.txt\n"
    assert "2 ++" in ask(module_lab, ran, stat=True).diff
    assert files(ask(module_lab, ran, paths=("*.txt",))).keys() == {"file.txt", "new file.txt"}
    assert files(ask(module_lab, ran, paths=("link",))).keys() == {"link"}
    assert ask(module_lab, ran, paths=("nowhere",)).files == []


def test_an_edit_that_the_index_hides_is_seen(module_lab):
    agent = "git update-index --assume-unchanged file.txt; echo hidden > file.txt"
    run = module_lab.launch(module_lab.brief(agent), "--worktree=", "--wait")
    assert files(ask(module_lab, run)) == {"file.txt": ("M", 1, 1)}


def test_raw_bytes_apply_to_the_commit_it_began_at(module_lab, ran, tmp_path):
    with open(tmp_path / "patch", "w+b") as file:
        found = ask(module_lab, ran, raw=True, output=file.fileno())
    assert found.diff == "" and len(found.files) == 3
    copy = tmp_path / "copy"
    repos.git("/", "clone", "-q", module_lab.repo, str(copy))
    repos.git(copy, "apply", str(tmp_path / "patch"))
    assert repos.content(copy) == repos.content(repos.Path(tree_of(module_lab, ran)))
    with pytest.raises(Usage):
        ask(module_lab, ran, raw=True)


def test_secrets_of_the_run_are_masked_in_it(module_lab):
    environment = module_lab.env(API_TOKEN="Zq9-mK2-xV7-pL4")
    brief = module_lab.brief("echo $API_TOKEN > file.txt")
    text = repos.Path(brief).read_text()
    repos.Path(brief).write_text(text.replace("env: [MARKS]", "env: [MARKS, API_TOKEN]"))
    run = module_lab.launch(brief, "--worktree=", "--wait", env=environment, code=None)
    assert "Zq9-mK2-xV7-pL4" in repos.Path(tree_of(module_lab, run), "file.txt").read_text()
    found = ask(module_lab, run)
    assert "Zq9-mK2-xV7-pL4" not in found.diff and "[redacted" in found.diff


def test_of_a_tree_that_is_gone_the_snapshot_then_the_branch_is_shown(module_lab):
    run = module_lab.launch(module_lab.brief(AGENT), "--worktree=", "--wait")
    name, tree = os.path.basename(run), tree_of(module_lab, run)
    kept = snapshot.take(repository.find(tree), name, "before removal")
    repos.git(module_lab.repo, "worktree", "remove", "--force", tree)
    found = ask(module_lab, run)
    assert (found.to, found.ref) == ("snapshot", kept.ref) and len(found.files) == 3
    assert found.notes[0] == f"its tree {tree} is gone"
    assert files(ask(module_lab, run, committed=True)) == {"file.txt": ("M", 1, 0)}
    with pytest.raises(NotFound) as caught:
        tree_of(module_lab, run)
    assert caught.value.hint.startswith(f"workcell diff {name}")
    repos.git(module_lab.repo, "update-ref", "-d", kept.ref)
    assert ask(module_lab, run).to == "branch"
    repos.git(module_lab.repo, "branch", "-D", f"workcell/{name}")
    with pytest.raises(NotFound, match="no branch is left"):
        ask(module_lab, run)


def test_a_run_in_a_tree_that_is_not_its_own_says_so(module_lab):
    repo = module_lab.new_repo()
    run = module_lab.launch(module_lab.brief("echo more >> file.txt"), "--wait", repo=repo)
    found = ask(module_lab, run)
    assert files(found) == {"file.txt": ("M", 1, 0)} and "not its own" in found.notes[0]
    os.mkdir(os.path.join(repo, "sub"))
    inside = ask(module_lab, run, directory=os.path.join(repo, "sub"), paths=("../file.txt",))
    assert files(inside).keys() == {"file.txt"}


def test_path_of_records_and_of_a_run_that_is_gone(module_lab, ran):
    cell = Cell(module_lab.home, {}, module_lab.repo)
    assert path.perform(cell, path.Request(os.path.basename(ran), run_dir=True)).path == ran
    run = module_lab.launch(module_lab.brief("true", name="away"), "--worktree=", "--wait")
    tree = tree_of(module_lab, run)
    snapshot.take(repository.find(tree), os.path.basename(run), "before removal")
    safe_removal.remove(tree)
    shutil.rmtree(run)
    os.unlink(os.path.join(module_lab.home, layout.LEDGER, f"{os.path.basename(run)}.jsonl"))
    with pytest.raises(NotFound, match="was removed"):
        path.perform(cell, path.Request(os.path.basename(run)))


def test_the_reading_of_a_tree_lends_its_objects(module_lab):
    repo = repos.Path(module_lab.new_repo())
    repos.write(repo, "new", "that no commit has\n")
    with tree_state.lent(repository.find(str(repo))) as (layers, env):
        said = repository.ask(str(repo), "cat-file", "-p", f"{layers.work_tree}:new", env=env)
    assert said.text() == "that no commit has\n"
    assert not repository.ask(str(repo), "cat-file", "-e", layers.work_tree).ok


def test_of_a_run_outside_of_git_the_hint_is_a_command_that_shows_something(lab, tmp_path):
    run = lab.launch(lab.brief("echo made", None), "--wait", repo=str(tmp_path), code=None)
    with pytest.raises(Refused, match="not a git repository") as error:
        ask(lab, run, directory=str(tmp_path))
    assert error.value.hint == f"workcell logs {os.path.basename(run)}"
    assert "made" in lab.workcell(*error.value.hint.split()[1:]).stdout
