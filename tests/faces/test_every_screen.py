"""Every verb on a terminal of 40, 80 and 120 columns, with colours and without: what it shows fits and can be read.

A new verb without a screen here fails. What verbs print of others' texts (a difference, a handoff, a file) is left as it
is, and held to what is said of all: nothing in it steers the terminal.
"""

import re

import pytest

from tests.support import furnished, screens
from workcell.faces.cli import reference, wrap

COLUMNS = (40, 80, 120)

SCREENS: dict[str, tuple[str, ...]] = {
    "launch": ("{top}/wrong.md", "no-such-brief.md"),
    "spawn": ("-m something",),
    "children": ("", "frozen-two"),
    "watch": ("frozen-two", "--for what frozen-two"),
    "unwatch": ("", "frozen-two"),
    "watches": ("", "frozen-two"),
    "resume": ("frozen-two", "nobody"),
    "adopt": ("claude:nobody",),
    "approvals ls": ("",),
    "approvals log": ("",),
    "approvals test": ("'git status'", "'git push; rm -rf x'"),
    "stop": ("frozen-stopped",),
    "finish": ("frozen-stopped", "frozen-two"),
    "wait": ("bad", "frozen-two"),
    "send": ("nobody hello",),
    "clear": ("frozen-two", "frozen-stopped --force", "nobody"),
    "compact": ("frozen-two",),
    "inbox ls": ("", "frozen-two", "nobody"),
    "inbox rm": ("frozen-two 17",),
    "inbox edit": ("frozen-two 17 words", "frozen-two 17 words --file {top}/bad.md"),
    "inbox first": ("frozen-two 17",),
    "inbox release": ("frozen-two 17",),
    "tell": ("hello",),
    "claim": ("notes.txt",),
    "unclaim": ("", "--run nobody"),
    "claims": ("nobody",),
    "others": ("nobody",),
    "alone": ("nobody",),
    "note": ("nobody hello", "frozen-stopped"),
    "answer": ("frozen-two 1",),
    "ack": ("two",),
    "approve": ("frozen-two",),
    "deny": ("frozen-two",),
    "ls": ("", "-a", "--by state", "--state failed", "--label none"),
    "status": ("", "bad", "frozen-two", "frozen-lost", "two", furnished.LONG),
    "report": ("", "--since 1h"),
    "accounts": ("",),
    "sessions": ("", "--live", "--agent parrot"),
    "prompt": ("",),
    "what": ("bad", "frozen-unverified"),
    "why": ("bad", "frozen-tampered", "frozen-unverified", "two", furnished.LONG),
    "screen": ("bad",),
    "attach": ("bad",),
    "path": ("bad",),
    "open": ("bad", "two"),
    "verify": ("frozen-two",),
    "merge": ("bad",),
    "salvage ls": ("--repo {top}/repo4", "beside"),
    "salvage restore": ("bad",),
    "watchdog status": ("",),
    "recover": ("-n two", "-n bad"),
    "hold": ("frozen-stopped",),
    "release": ("frozen-stopped",),
    "judge": ("bad",),
    "brief new": ("{top}/bad.md",),
    "brief lint": ("{top}/wrong.md {top}/bad.md",),
    "brief ls": ("",),
    "brief save": ("no-such-brief.md",),
    "recipe ls": ("",),
    "recipe lint": ("{top}/wrong-recipe.yaml",),
    "config show": ("",),
    "config lint": ("",),
    "notify ls": ("", "--events"),
    "notify add": ("pager", "mail"),
    "notify pause": ("nobody",),
    "notify resume": ("mine",),
    "notify test": ("mine",),
    "notify lint": ("{home}/adapters/wrong.yaml",),
    "plan ls": ("",),
    "plan show": ("nobody",),
    "plan stop": ("nobody",),
    "plan retry": ("nobody",),
    "playbook ls": ("",),
    "playbook lint": ("{top}/wrong.md",),
    "playbook test": ("{top}/cases/limit",),
    "trust ls": ("",),
    "trust show": ("{top}/repo1",),
    "trust rm": ("{top}/repo1",),
    "init": ("--repo {top}/repo1",),
    "doctor": ("", "--as-cron"),
    "fsck": ("", "frozen-tampered"),
    "rm": ("nobody", furnished.LONG),
    "gc": ("", "--older-than 0d"),
}
"""Of each verb, the words behind it that are shown."""

AS_IT_IS: dict[str, tuple[str, ...]] = {
    "launch": ("{top}/bad.md --repo {top}/repo2 --dry-run",),
    "resume": ("bad --dry-run",),
    "export": ("frozen-two",),
    "feed": ("", "--tools"),
    "search": ("objective",),
    "show": ("frozen-unverified",),
    "logs": ("frozen-two",),
    "diff": (furnished.LONG,),
    "events": ("bad",),
    "handoff": ("bad",),
    "salvage show": ("beside",),
    "brief show": ("a-saved-brief-with-a-long-name",),
    "recipe show": ("claude",),
    "notify show": ("mine",),
    "playbook show": ("usage-limit",),
    "skill show": ("",),
    "completion": ("bash",),
}
"""Verbs that print a text of others, or a file."""

WITHOUT = {
    "replay": "tests/faces/test_replay.py: it plays at a terminal, and acts on keys",
    "top": "tests/faces/test_top.py: it is no text, but acts on keys",
    "watchdog tick": "it changes runs; tests/e2e/test_watchdog.py",
    "watchdog run": "it goes on until it is stopped; tests/e2e/test_watchdog.py",
    "watchdog install": "it changes the timers of the machine; tests/e2e/test_watchdog.py",
    "watchdog uninstall": "as install",
    "config edit": "it opens an editor; tests/faces/test_config.py",
    "trust add": "it asks; tests/unit/faces/cli/test_trust_prompt.py",
    "skill install": "it writes into the home of a person; tests/faces/test_skill.py",
}
"""Verbs without a screen here, and where they are held instead."""

RAW = re.compile(r"\bNone\b|\d{4}-\d\d-\d\dT\d\d:\d\d|\"schema\"|Traceback|\bTrue\b|\bFalse\b")
"""What is for programs: no person has to read it."""
PLURAL = re.compile(
    r"(?<![\d.,/-])1 (?:attempts|files|commits|runs|errors|warnings|faults|turns|lines|notices|things|days)\b"
)
GOES_ON = re.compile(r"\d+\.\d+|[\d.]+[smhd]|\d\d:\d\d|\d{4}-\d\d-\d\d")
"""Words that are others a moment later."""
COLOURS = {"", "0", "1", "31", "32", "33", "35", "36", "90", "31;1", "33;1", "35;1"}
"""Colours of the palette of the person, and bold; no background."""


@pytest.fixture(scope="module")
def lab():
    made = furnished.make()
    yield made
    made.close()


@pytest.fixture
def shown(lab, monkeypatch):
    """What a verb shows on a terminal of that width."""
    for name, value in lab.env(TERM="xterm-256color", PAGER="cat", LANG="C.UTF-8", TZ="Europe/Berlin").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(lab.top)

    def show(columns: int, verb: str, words: str, *, colours: bool = False) -> screens.Shown:
        monkeypatch.delenv("NO_COLOR", raising=False) if colours else monkeypatch.setenv("NO_COLOR", "1")
        return screens.on_terminal(columns, *verb.split(), *words.format(top=lab.top, home=lab.home).split())

    return show


def every(of):
    return [
        pytest.param(verb, words, id=f"{verb} {words}".strip()) for verb, several in of.items() for words in several
    ]


def test_every_verb_has_a_screen():
    known = {verb.words for verb in reference.verbs()}
    assert set(SCREENS) | set(AS_IT_IS) | set(WITHOUT) == known
    assert not (set(SCREENS) | set(AS_IT_IS)) & set(WITHOUT)


def joined(lines):
    """The lines as a shell takes them when they are pasted."""
    return re.sub(r"\\\n\s*", "", "\n".join(lines)).split("\n")


def pieces(narrow, wide):
    """Pieces of words of the wide form in the narrow one. A clipped cell of a table ends with dots."""
    known = {word for line in wide for word in line.split()}
    found = {word for line in joined(narrow) for word in line.split() if word not in known and not word.endswith("…")}
    # ages and the time of day go on while this is looked at, and the day may end
    return {word for word in found if not GOES_ON.fullmatch(word)}


def commands(lines):
    return {found[0] for line in lines if (found := wrap._pattern(wrap._COMMAND).search(line)) and "'" not in found[0]}


def test_a_run_that_was_not_started_is_past_its_first_moments(shown):
    """In these it needs nobody: what a screen says of it would change while it is looked at."""
    assert "nothing starts it by itself" in " ".join(shown(1000, "status", "two").lines)


def test_what_a_run_needs_is_said_once_by_a_wait(shown):
    assert " ".join(shown(80, "wait", "two").lines).count("needs you") == 1


@pytest.mark.parametrize(("verb", "words"), every(SCREENS))
def test_it_fits_and_breaks_no_word_and_no_command(shown, verb, words):
    wide = shown(1000, verb, words)
    assert not RAW.search(wide.written), wide.written
    assert not PLURAL.search(wide.written), wide.written
    for columns in COLUMNS:
        found = shown(columns, verb, words)
        assert found.code == wide.code
        # one word, or one command with quotes, may be wider than the terminal: it is whole where it is pasted
        assert all(" " not in line.strip() or "'" in line for line in found.over), (columns, found.over)
        if not found.over:
            assert found.rows == [line.rstrip() for line in found.lines if line or found.rows], columns
        assert not pieces(found.lines, wide.lines), columns
        there = "\n".join(line.strip() for line in joined(found.lines))
        assert all(command in there for command in commands(wide.lines)), (columns, commands(wide.lines))
        assert not found.steering and not found.colours, columns


@pytest.mark.parametrize(("verb", "words"), every(SCREENS))
def test_colours_are_those_of_the_palette_and_change_no_word(shown, verb, words):
    plain, found = shown(80, verb, words), shown(80, verb, words, colours=True)
    assert found.colours <= COLOURS and not found.steering

    def without_times(lines):
        return [re.sub(r"\d+(\.\d+)?( ?[smhd]\b| [kMG]?i?B)|\s+|\d\d:\d\d", " ", line) for line in lines]

    assert without_times(found.lines) == without_times(plain.lines)


@pytest.mark.parametrize(("verb", "words"), every(AS_IT_IS))
def test_texts_of_others_steer_no_terminal(shown, verb, words):
    for colours in (False, True):
        found = shown(80, verb, words, colours=colours)
        assert found.code == 0 and found.rows
        assert not found.steering
        assert found.colours <= ({*COLOURS, "m"} if colours else set())
