"""The directory of an attempt, as the agent may leave it: whatever is written goes into the run."""

import os

import pytest

from workcell.rundir import attempts, layout, log_segments, safe_open


@pytest.fixture
def run(tmp_path):
    made = tmp_path / "run"
    (made / layout.ATTEMPTS / "001").mkdir(parents=True)
    return str(made)


@pytest.mark.parametrize("part", [layout.ATTEMPTS, f"{layout.ATTEMPTS}/001"])
def test_a_link_in_the_place_of_a_directory_is_set_aside(run, tmp_path, part):
    person = tmp_path / "person"
    (person / "001").mkdir(parents=True)
    os.rename(os.path.join(run, part), os.path.join(run, "away"))
    os.symlink(person, os.path.join(run, part))
    assert attempts.opened(run, 1) is None
    folder = attempts.own(run, 1)
    assert folder is not None
    try:
        path = attempts.path_of(folder, layout.attempt(run, 1))
        os.close(safe_open.fresh(os.path.join(path, "x")))
        assert os.listdir(layout.attempt(run, 1)) == ["x"]
    finally:
        os.close(folder)
    assert [os.listdir(person), os.listdir(person / "001")] == [["001"], []]


def test_what_is_opened_stays_what_it_was(run, tmp_path):
    """A link that is laid after the opening leads nobody."""
    folder = attempts.own(run, 1)
    directory = layout.attempt(run, 1)
    os.rename(directory, directory + ".away")
    os.symlink(tmp_path, directory)
    try:
        os.close(safe_open.fresh(os.path.join(attempts.path_of(folder, directory), ".x")))
        assert os.listdir(directory + ".away") == [".x"]
        attempts.remove_hidden(folder, (".",))
        assert os.listdir(directory + ".away") == []
    finally:
        os.close(folder)


@pytest.mark.parametrize("kind", ["nothing", "link", "file"])
def test_a_record_without_a_line_is_moved_whatever_has_the_name_foreign(run, tmp_path, kind):
    person = tmp_path / "person"
    person.mkdir()
    directory = layout.attempt(run, 1)
    if kind == "link":
        os.symlink(person, os.path.join(directory, layout.FOREIGN))
    elif kind == "file":
        open(os.path.join(directory, layout.FOREIGN), "w").close()
    folder = attempts.own(run, 1)
    try:
        for _ in range(2):
            open(os.path.join(directory, layout.EXIT), "w").close()
            attempts.move_to_foreign(folder, layout.EXIT)
    finally:
        os.close(folder)
    assert len(os.listdir(os.path.join(directory, layout.FOREIGN))) == 2
    assert os.listdir(person) == []


def test_a_part_is_compressed_into_no_link(run, tmp_path):
    directory = layout.attempt(run, 1)
    precious = tmp_path / "precious"
    precious.write_text("as it was")
    with open(os.path.join(directory, "agent.log.001"), "w") as file:
        file.write("a line\n")
    os.symlink(precious, os.path.join(directory, ".agent.log.001.gz.tmp"))
    log_segments.compress_rest(directory)
    assert precious.read_text() == "as it was"
    assert log_segments.parts(directory) == ["agent.log.001.gz"]


def test_a_part_with_holes_stays_as_it_is(run):
    directory = layout.attempt(run, 1)
    with open(os.path.join(directory, "agent.log.001"), "w") as file:
        file.truncate(1 << 40)
    log_segments.compress_rest(directory)
    assert log_segments.parts(directory) == ["agent.log.001"]
