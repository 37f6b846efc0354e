"""Files that a process of the user planted in a run or a home, with any value under each key: no reader breaks on one.

The agent of a run can write into its inbox with the tools of a shell, and into the home as any process of its user. What
it writes there may count for nothing, or count as what it says; it must not end the watchdog, nor keep a verb from its
answer. Each example writes one file, and then asks everything that reads it, in this process.
"""

import contextlib
import copy
import io
import json
import os
import shutil
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import plans as made_plans
from tests.support.made_standby import AGO, MadeStandby
from workcell.faces.cli import app
from workcell.finish import settle
from workcell.rundir import claims, inbox, inbox_edits, layout, maildir, plans

ID = "1764000000000000000-1-aaaaaaaa"
OTHER = "1764000000000000001-1-bbbbbbbb"
BY = "run:s/1"
MESSAGE = {
    "schema": "workcell.message/1", "kind": "text", "mode": "sequential", "text": "words", "by": BY, "id": ID, "at": AGO,
    "attempt": None, "dialog_id": None, "choice": None, "decision": None, "replaces": OTHER,
    "taken": {"verb": "edit", "at": AGO, "by": "person", "into": OTHER}, "unknown": 1.5,
}  # fmt: skip
SAID = {"schema": "workcell.file.said/1", "at": AGO, "state": "typed", "attempt": 1, "stage": "entered", "why": "w",
        "evidence": "e", "entered_at": AGO}  # fmt: skip
EDIT = {"schema": inbox_edits.SCHEMA, "at": AGO, "verb": "edit", "by": BY, "part": "new", "into": f"{OTHER}.json",
        "message": {**MESSAGE, "id": OTHER}}  # fmt: skip
WATCH = {"schema": "workcell.file.watch/1", "id": f"{ID}-done", "run": "r", "by": {"run": "r", "attempt": 1},
         "wanted": "done", "at": AGO, "due_at": None}  # fmt: skip
ANSWER = {"at": AGO, "attempt": 1, "outcome": "failed", "why": "w", "how": "exited", "code": 1, "signal": None,
          "seconds": 1.0, "sha256": "x", "error": None, "tail": "words", "tree": "same", "turn": False, "at_end": False}  # fmt: skip
CHECK = {"schema": "workcell.file.turn-check/1", "id": ID, "run": "r", "attempt": 1, "message": f"{ID}.json",
         "by": "person", "at": AGO, "answer": None}  # fmt: skip
CLAIM = {"schema": "workcell.file.claim/1", "run": "r", "attempt": 1, "path": "a", "why": "w", "until": None, "at": AGO,
         "auto": True}  # fmt: skip
PLAN = made_plans.record(
    made_plans.entry("a", race=["one", "two"]), made_plans.entry("b", "a", base="a"), budget_usd=1.0
)
INBOX = (["inbox", "ls", "r", "--all"], ["status", "r"], ["inbox", "rm", "r", ID], ["inbox", "release", "r", ID])
OF_PLANS = (["plan", "ls"], ["plan", "show", PLAN["id"]], ["ls"], ["fsck"])

MEAN: tuple[Any, ...] = (
    None, True, 0, -1, 0.5, 10**30, -(10**30), "@huge", "@deep", "@digits", [], {}, "", [None], {"a": [1]}, ["x", "x"],
    [{"a": 1}], "\x1b]0;x\x07", "a\0b", "\ud800", "../../x", "/", ".", "a\nb", "9999-99-99T00:00:00.000Z", "x" * 300,
    "text", "person", BY, "run:../../x/1", "run:r/1", ID, f"{OTHER}.json", "passed",
)  # fmt: skip
TORN = (b"", b"\0\xff{", b"[1]", b"null", b'{"a":' * 3000, b"{" * 3000, b'"x"')


class Planted:
    """A home without a process: the run `r` on standby, a plan, and places where files can be planted."""

    def __init__(self, top: Path) -> None:
        self.made = MadeStandby(top)
        self.made.attempt["cwd"] = str(top)
        self.made.with_ledger()
        self.home, self.run = self.made.home, self.made.run
        self.tree = claims.Tree(self.home, str(top))
        os.close(plans.create(PLAN, self.home, b"{}"))
        box, plan = f"{self.run}/inbox", plans.directory(self.home, PLAN["id"])
        watch = ("watches", "r", f"9999999999.{ID}-done.json")
        self.places: list[tuple[str, Any, tuple[list[str], ...]]] = [
            *((f"{box}/{part}/{ID}.json", MESSAGE, INBOX) for part in ("new", "suggested", "typed", "cur", "edited")),
            (f"{box}/said/{ID}.json", SAID, INBOX),
            (f"{box}/edits/{ID}.json", EDIT, INBOX),
            (os.path.join(self.home, *watch), WATCH, (["watches"], ["unwatch", "r"])),
            (f"{self.home}/checks/r/{ID}.json", CHECK, INBOX),
            (f"{self.home}/checks/r/{ID}.json", {**CHECK, "answer": ANSWER}, INBOX),
            (f"{self.home}/checks/done/r/{ID}.json", {**CHECK, "answer": ANSWER}, INBOX),
            (self.tree.file_of("a"), CLAIM, (["claims", "r"], ["unclaim", "--run", "r"], ["others", "r"])),
            (f"{self.tree.folder}/taken/r.001.jsonl", {"path": "a", "at": AGO}, (["claims", "r"],)),
            (f"{self.home}/wake/r.finish", "1\n", (["ls"], ["status", "r"])),
            (f"{plan}/{plans.PLAN}", PLAN, OF_PLANS),
            (f"{plan}/{plans.ENV}", {"schema": "workcell.file.env/1", "env": {"A": "b"}, "umask": 18}, OF_PLANS),
            (f"{plan}/{plans.STOPPED}", {"schema": "workcell.file.plan-stopped/1", "plan": PLAN["id"], "at": AGO,
             "by": "person", "grace_seconds": 1.0}, OF_PLANS),
            (f"{plan}/races/a/{plans.WINNER}", {"schema": "workcell.file.plan-winner/1", "plan": PLAN["id"], "entry": "a",
             "recipe": "one", "run": "r", "at": AGO}, OF_PLANS),
            *((f"{plan}/{plans.ACTIONS}", {"n": 1, "at": AGO, **line}, OF_PLANS) for line in LINES),
        ]  # fmt: skip
        self.kept = os.path.join(str(top.parent), f"{top.name}-kept")
        shutil.copytree(self.home, self.kept, symlinks=True)

    def anew(self) -> None:
        """The home as it was before anything was planted, but for what it has of the watchdog."""
        for part in (
            "runs/r/inbox",
            "runs/r/spool",
            "watches",
            "checks",
            "claims",
            "wake",
            "plans",
            "outbox",
            "suggestions",
        ):
            here, there = os.path.join(self.home, part), os.path.join(self.kept, part)
            shutil.rmtree(here, ignore_errors=True)
            if os.path.isdir(there):
                shutil.copytree(there, here, symlinks=True)

    def act_as(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Commands of this process are those of a person in this home, and start no other process."""
        monkeypatch.setenv("WORKCELL_HOME", self.home)
        monkeypatch.delenv("WORKCELL_ATTEMPT", raising=False)
        monkeypatch.setattr(settle, "start_apart", lambda *_, **__: None)
        monkeypatch.setattr("workcell.watch.plan_ticks.look_after", lambda *_: [])
        monkeypatch.setattr("workcell.together.wake.wake", lambda *_, **__: None)

    def plant(self, path: str, data: bytes) -> None:
        """Write a file; a change of a message with the message, as if it had been moved already."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_bytes(data)
        if f"/{layout.EDITS}/" in path:
            Path(self.run, layout.INBOX, layout.EDITED).mkdir(exist_ok=True)
            Path(self.run, layout.INBOX, layout.EDITED, f"{ID}.json").write_text(json.dumps(MESSAGE))

    def ask(self, *words: str) -> str:
        """What the command says; AssertionError where it breaks, or steers the terminal."""
        told = [io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape") for _ in range(2)]
        with contextlib.redirect_stdout(told[0]), contextlib.redirect_stderr(told[1]):
            code = app.main(list(words))
        said = []
        for text in told:
            text.flush()
            said.append(text.buffer.getvalue().decode("utf-8", "replace"))  # type: ignore[attr-defined]
        crashes = [path.read_text() for path in Path(self.home, "crashes").glob("*")]
        assert code != 70 and not crashes, f"{words}: {said[1]}\n{crashes}"
        assert not set("\x1b\x07\0") & set("".join(said)), (words, said)
        return said[0]


LINES: tuple[dict[str, Any], ...] = (
    {"act": "launch", "entry": "a", "lane": "one", "run": "r", "cost_usd": 1.0},
    {"act": "ended", "entry": "a", "lane": "one", "run": "q", "attempt": 1, "outcome": "passed", "ended_at": AGO,
     "cost_usd": 1.0},
    {"act": "blocked", "entry": "a", "lane": "one", "why": "w", "hint": "h", "files": ["f"]},
    {"act": "retry", "entries": ["a"], "budget_usd": 2.0, "by": "person"},
    {"act": "result", "of": 1, "state": "blocked", "why": "w", "hint": "h", "files": ["f"]},
)  # fmt: skip


def paths_in(document: Any, begin: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value in a document."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    found = [begin] if begin else []
    return found + [way for key, value in inner for way in paths_in(value, (*begin, key))]


@st.composite
def changes(draw: Any, places: list[Any]) -> tuple[int, bytes]:
    """(number of a place, what is planted there)."""
    number = draw(st.integers(0, len(places) - 1))
    document = copy.deepcopy(places[number][1])
    if isinstance(document, str):
        return number, draw(st.sampled_from((b"", b"9" * 40, b"-1", "\u0663".encode(), b"\xff", b"0")))
    if draw(st.integers(0, 15)) == 0:
        return number, draw(st.sampled_from(TORN))
    for way in draw(st.lists(st.sampled_from(paths_in(document)), min_size=1, max_size=3)):
        with contextlib.suppress(KeyError, IndexError, TypeError):
            inner = document
            for key in way[:-1]:
                inner = inner[key]
            inner[way[-1]] = draw(st.sampled_from(MEAN))
    return number, bytes_of(document)


def bytes_of(document: Any) -> bytes:
    """A document as JSON, with what JSON can say and few write."""
    text = json.dumps(document)
    for word, stands_for in (("huge", "1e999"), ("deep", "[" * 500 + "]" * 500), ("digits", "1" * 5000)):
        text = text.replace(f'"@{word}"', stands_for)
    return text.encode()


def planted(top: Path, monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    """So many examples, each with one planted file."""
    house = Planted(top)
    house.act_as(monkeypatch)

    @settings(
        max_examples=examples,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(changes(house.places))
    def example(change: tuple[int, bytes]) -> None:
        number, data = change
        path, _, verbs = house.places[number]
        house.anew()
        house.plant(path, data)
        try:
            for words in (["watchdog", "tick"], *verbs):
                house.ask(*words)
        except Exception:
            raise AssertionError(f"{path}: {data[:2000]!r}\n{traceback.format_exc()}") from None

    example()


NO_CHANGES: dict[str, Any] = {
    "a zero byte": {**EDIT, "into": "a\0b.json"},
    "half a character": {**EDIT, "into": "\ud800.json"},
    "a name that is too long": {**EDIT, "into": "a" * 300 + ".json"},
    "a number that is none": {**EDIT, "message": {**MESSAGE, "unknown": "@huge"}},
    "nested too deep": {**EDIT, "message": {**MESSAGE, "unknown": "@deep"}},
    "no text": {**EDIT, "message": {**MESSAGE, "text": ["words"]}},
}


@pytest.mark.parametrize("kind", NO_CHANGES)
def test_a_change_that_no_verb_wrote_ends_no_watchdog(tmp_path, monkeypatch, kind):
    """A tick looks into the inbox of every live run: one file of one agent would end the watchdog of the home."""
    house = Planted(tmp_path)
    house.act_as(monkeypatch)
    house.plant(f"{house.run}/{layout.INBOX}/{layout.EDITS}/{ID}.json", bytes_of(NO_CHANGES[kind]))
    house.ask("watchdog", "tick")
    house.ask("send", "r", "words of a person")
    assert "words of a person" in house.ask("inbox", "ls", "r")
    assert os.listdir(os.path.join(house.run, layout.INBOX, layout.EDITS)) == []


@pytest.mark.parametrize(("key", "value"), [("id", ["x"]), ("id", {}), ("text", 5), ("by", [1]), ("attempt", "1")])
def test_a_message_that_is_none_ends_no_watchdog(tmp_path, monkeypatch, key, value):
    house = Planted(tmp_path)
    house.act_as(monkeypatch)
    house.plant(f"{house.run}/{layout.INBOX}/{maildir.NEW}/{ID}.json", bytes_of({**MESSAGE, key: value}))
    house.ask("watchdog", "tick")
    assert house.ask("inbox", "ls", "r").strip() == house.ask("inbox", "ls", "r", "--all").strip()


def test_what_is_said_of_a_message_goes_through_no_link(tmp_path):
    """The agent lays a link to a directory of the person in the place of `inbox/said`."""
    house, theirs = Planted(tmp_path), tmp_path / "theirs"
    theirs.mkdir()
    (theirs / f"{ID}.json").write_text("precious")
    box = Path(house.run, layout.INBOX)
    (box / layout.SAID).symlink_to(theirs)
    inbox.say(house.run, f"{ID}.json", state="refused", why="w")
    assert (theirs / f"{ID}.json").read_text() == "precious"
    assert inbox.said(house.run, f"{ID}.json")["why"] == "w"
    shutil.rmtree(box)
    box.symlink_to(theirs)
    with pytest.raises(OSError, match=r"."):
        inbox.say(house.run, f"{ID}.json", state="refused", why="w")
    assert os.listdir(theirs) == [f"{ID}.json"]


def test_planted_files(tmp_path, monkeypatch):
    planted(tmp_path, monkeypatch, 60)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_many_planted_files(tmp_path, monkeypatch):
    planted(tmp_path, monkeypatch, int(os.environ.get("PLANTED", "3000")))
