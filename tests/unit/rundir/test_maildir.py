"""Boxes of a run in which the agent laid links: nothing that a link leads to is read, moved, removed or written."""

import os

import pytest

from workcell.rundir import maildir


@pytest.fixture
def person(tmp_path):
    """A directory of a person, with a file that looks like a message."""
    folder = tmp_path / "person"
    (folder / "new").mkdir(parents=True)
    for path in (folder / "1.json", folder / "new" / "1.json"):
        path.write_text('{"kind": "stop"}\n')
    return folder


def files(folder):
    return sorted(os.path.join(top, name) for top, folders, names in os.walk(folder) for name in [*folders, *names])


@pytest.mark.parametrize("whole", [True, False])
def test_a_link_in_the_place_of_a_box_or_of_its_part_is_an_empty_box(tmp_path, person, whole):
    box = tmp_path / "box"
    if whole:
        box.symlink_to(person)
    else:
        for part in (maildir.TMP, maildir.CUR):
            (box / part).mkdir(parents=True)
        (box / maildir.NEW).symlink_to(person)
    before = files(person)
    assert maildir.waiting(str(box)) == []
    assert maildir.read(str(box), "1.json") is None
    for act in (
        lambda: maildir.move(str(box), "1.json"),
        lambda: maildir.drop(str(box), "1.json"),
        lambda: maildir.deliver(str(box), {"kind": "text"}),
    ):
        with pytest.raises(OSError):
            act()
    assert files(person) == before


def test_a_link_in_the_place_of_the_part_that_messages_move_to(tmp_path, person):
    box = str(tmp_path / "box")
    name = maildir.deliver(box, {"kind": "text"})
    os.symlink(person, os.path.join(box, maildir.CUR))
    before = files(person)
    with pytest.raises(OSError):
        maildir.move(box, name)
    assert files(person) == before
    assert maildir.waiting(box) == [name]
