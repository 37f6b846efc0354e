"""workcell inbox in this process: what a person sees of messages that wait, and what each verb says that it did."""

import json
import os
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.faces.cli import out
from workcell.rundir import inbox, layout, maildir, suggestions
from workcell.terminal import printable

VERB = "inbox"
BOSS = "run:20261120-0510-boss-bbbb/1"


@pytest.fixture
def run(home):
    """A recorded run that was created and not started."""
    return frozen.run_of(home, "frozen-created")


def post(run, text, mode="sequential", **more):
    made = {"kind": "text", "mode": mode, "text": text, "by": "person", **more}
    return inbox.post(run, made).removesuffix(".json")


def suggest(run, text):
    key = inbox.post(run, {"kind": "text", "text": text, "by": BOSS}, to=layout.SUGGESTED).removesuffix(".json")
    suggestions.add(layout.home_of(run), os.path.basename(run), key)
    return key


def texts(run):
    return [message["text"] for _, message in inbox.in_order(inbox.waiting(run))]


def listed(ask, *words):
    code, printed, _ = ask("ls", *words, "--json")
    assert code == 0
    return {os.path.basename(box["id"]): box["messages"] for box in json.loads(printed)["runs"]}


def test_a_run_without_a_verb_is_the_list_of_its_messages(ask, run):
    key = post(run, "look at the log")
    code, printed, _ = ask(run)
    assert code == 0 and ask("ls", run)[1] == printed
    head, text = printed.splitlines()[:2]
    assert head.startswith(f"{key[-8:]}  queued  sequential  by person  ") and text == "  look at the log"
    assert ask("--help")[1] == ask("-h")[1] and "release" in ask("--help")[1]


def test_without_a_run_only_those_in_which_something_waits_are_listed_each_under_its_id(ask, home, run):
    for name, _ in inbox.waiting(run):
        os.unlink(os.path.join(run, layout.INBOX, maildir.NEW, name))
    assert ask() == (0, "", "no message waits\n")
    post(run, "one")
    assert os.path.basename(run) not in ask()[1], "the only one needs no heading"
    other = frozen.run_of(home, "frozen-lost")
    post(other, "two")
    lines = ask()[1].splitlines()
    at, of_other = lines.index(os.path.basename(run)), lines.index(os.path.basename(other))
    assert lines[at + 2] == "  one" and lines[of_other + 2] == "  two"
    assert len([one for one in lines if "frozen" in one]) == 2


def test_what_waits_stands_in_the_order_of_its_typing_and_what_was_refused_with_its_reason(ask, run):
    post(run, "last"), post(run, "first", "urgent")
    key = post(run, "never")
    inbox.refuse(run, f"{key}.json", dict(inbox.waiting(run))[f"{key}.json"], "a dialog is up", 1)
    lines = [line.strip() for line in ask(run)[1].splitlines()]
    assert lines.index("first") < lines.index("last") < lines.index("never")
    assert lines[lines.index("never") + 1] == "a dialog is up"
    assert [one["state"] for one in listed(ask, run)[os.path.basename(run)]][-1] == "refused"


@pytest.mark.parametrize("columns", [40, 80])
def test_a_long_text_is_wrapped_and_nothing_of_it_reaches_the_terminal(ask, run, columns, monkeypatch):
    monkeypatch.setattr(out, "columns", lambda stream=None: columns)  # as on a terminal of that width
    post(run, "look at \x1b[2J the whole log " * 8)
    printed = ask(run)[1]
    assert "\x1b" not in printed and printed.count("whole") == 8
    assert all(printable.width(row) <= columns for row in printed.splitlines())


def test_a_suggestion_is_shown_with_commands_that_work(ask, run):
    key = suggest(run, "drop all tests")
    printed = ask(run)[1]
    commands = [line.split()[2:] for line in printed.splitlines() if line.startswith("  workcell inbox ")]
    short = os.path.basename(run), key[-8:]
    assert commands == [["release", *short], ["rm", *short]] and f"suggested  text  by {BOSS}" in printed
    before = len(texts(run))
    assert ask(*commands[0])[1].startswith(f"released: {key[-8:]}")
    assert texts(run)[-1] == "drop all tests" and len(texts(run)) == before + 1
    code, _, complained = ask(*commands[0])
    assert code == 77 and "was not suggested" in complained


def test_a_message_that_is_removed_is_listed_no_more_but_among_all(ask, run):
    key = post(run, "never mind")
    assert ask("rm", run, key[-8:]) == (0, f"removed: {key[-8:]}\n", "")
    assert "never mind" not in texts(run) and "never mind" not in ask(run)[1]
    printed = ask(run, "--all")[1]
    assert f"{key[-8:]}  removed" in printed and "removed by person" in printed
    assert ask("rm", run, key)[0] == 77


def test_one_that_is_edited_keeps_its_place_and_says_where_it_is_now(ask, run, tmp_path):
    post(run, "zero", "urgent")
    before = len(texts(run))
    key, _ = post(run, "one"), post(run, "two")
    code, printed, _ = ask("edit", run, key, "one, in other words")
    new = next(name for name, one in inbox.waiting(run) if one.get("replaces") == key).removesuffix(".json")
    assert code == 0 and printed.startswith(f"edited: {key[-8:]}, now {new[-8:]}")
    assert printed.endswith(f"; {out.count(before, 'message')} before it\n")
    assert texts(run)[before:] == ["one, in other words", "two"]
    assert f"  in place of {key[-8:]}\n" in ask(run)[1]
    Path(tmp_path, "text").write_text("from a file")
    assert ask("edit", run, new, "--file", "text")[0] == 0 and texts(run)[before] == "from a file"


def test_a_text_is_read_from_standard_input(ask, run, tmp_path):
    key = post(run, "one")
    Path(tmp_path, "text").write_text("from a pipe")
    kept, given = os.dup(0), os.open(tmp_path / "text", os.O_RDONLY)
    try:
        os.dup2(given, 0)
        assert ask("edit", run, key, "-")[0] == 0
    finally:
        os.dup2(kept, 0)
        os.close(kept), os.close(given)
    assert "from a pipe" in texts(run) and "one" not in texts(run)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new text", "--file", "text"), "given in two ways"),
        (("--file", "gone"), "gone cannot be read: No such file"),
        ((" \n",), "empty"),
    ],
)
def test_a_wrong_text_changes_nothing(ask, run, words, said):
    key = post(run, "one")
    before = texts(run)
    code, _, complained = ask("edit", run, key, *words)
    assert code == 2 and said in complained and "hint: " in complained
    assert texts(run) == before


def test_what_is_put_first_is_typed_first_and_says_so(ask, run):
    post(run, "one")
    key = post(run, "two")
    code, printed, _ = ask("first", run, key[-8:])
    assert code == 0 and printed.startswith(f"put first: {key[-8:]}, now ") and "before it" not in printed
    assert texts(run)[0] == "two"
    post(run, "stop", "urgent")
    assert "; 1 message before it" in ask("first", run, post(run, "three"))[1]


def test_each_verb_has_a_document_of_what_it_did(ask, run):
    key = post(run, "one")
    edited = json.loads(ask("edit", run, key, "two", "--json")[1])
    moved = json.loads(ask("first", run, edited["into"], "--json")[1])
    gone = json.loads(ask("rm", run, moved["into"] or edited["into"], "--json")[1])
    released = json.loads(ask("release", run, suggest(run, "three"), "--json")[1])
    for done in (edited, moved, gone, released):
        assert done["id"] == os.path.basename(run) and done["ahead"] >= 0
    assert edited["message"] == key and gone["into"] is None


@pytest.mark.parametrize("verb", ["rm", "first", "release", "edit"])
def test_a_message_that_is_not_there_is_answered_with_the_list(ask, run, verb):
    code, _, complained = ask(verb, run, "nonesuch", *(["text"] if verb == "edit" else []))
    assert code == 66 and "no message 'nonesuch' waits" in complained
    assert complained.splitlines()[-1] == f"hint: workcell inbox {os.path.basename(run)}"
