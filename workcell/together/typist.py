"""deliver: types the messages that wait into the agent's terminal, one at a time, and only where they belong.

Started by the runner, which has no room for a terminal emulator. Standard input is the master side of the terminal:
it is written to and never read. While this program lives the runner keeps back what people type, so that nothing
comes between the look at the composer and the Enter.
"""

import fcntl
import os
import re
import select
import struct
import termios
import time
from typing import Any

from workcell.agents import registry, screens
from workcell.agents.events import short
from workcell.agents.protocol import Agent
from workcell.base import platform, probe
from workcell.base.json_codec import decode
from workcell.evidence import capture_state
from workcell.evidence import screen as terminal
from workcell.judgement import composer, screen
from workcell.rundir import inbox, layout, look, safe_open, vocabulary
from workcell.terminal import log_reader

DONE, LATER, BROKEN = 0, 75, 70
"""Exit codes: nothing waits; something waits for a better moment; a paste was left open."""

OPEN, SHUT = b"\x1b[200~", b"\x1b[201~"
ENTERS = 3
STALL = 20.0
"""Seconds without a byte taken, after which a program is no longer waited for in the middle of a paste."""

MOST = 150.0
"""Seconds for all of it; the runner ends this program after 180."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def deliver(run: str, n: int, tty: int = 0) -> int:
    """Type what can be typed now; DONE, LATER or BROKEN."""
    inbox.briefed(run, n)
    return _Courier(run, n, tty).go()


def harmless(text: str) -> bytes:
    """What is pasted: nothing in it can end the paste or steer the program.

    Control characters are shown as their pictures (ESC as U+241B), as no program takes them for keys. A line end
    is the carriage return that a terminal sends for it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    text = _CONTROL.sub(lambda found: _picture(ord(found[0])), text)
    return text.replace("\n", "\r").encode("utf-8", "replace")


def _picture(code: int) -> str:
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


class _Wait(Exception):
    """Not now: the message stays queued, and the sender is told why."""


class _Unsure(Exception):
    """It was typed, in part or whole, and was not seen to be taken."""


class _Refuse(Exception):
    """Never: nothing was typed."""


class _Seen:
    """One look at the terminal."""

    def __init__(self, shown: log_reader.Screen, agent: Agent, ghosts: list[str]) -> None:
        rows = shown.lines()
        self.read = screens.read(agent, rows)
        self.dialog = self.read if self.read["kind"] == "dialog" else None
        self.busy = self.read["kind"] == "busy" or agent.terminal.doing(shown.title) == "working"
        self.typed = None if self.dialog else composer.words(agent.terminal.composer(rows), shown.cursor, ghosts)
        self.pastes = shown.bracketed_paste


class _Courier:
    def __init__(self, run: str, n: int, tty: int) -> None:
        self.run, self.n, self.tty = run, n, tty
        self.directory = layout.attempt(run, n)
        self.until = time.monotonic() + MOST
        data = safe_open.read(os.path.join(self.directory, layout.ATTEMPT), look.LARGEST)
        self.attempt: dict[str, Any] = decode(data or b"{}")
        typing = self.attempt.get("typing") or {}
        self.agent = registry.find_or_generic(str(typing.get("screen") or "none"), layout.home_of(run))
        self.settle = float(typing.get("settle") or 0.3)
        self.patience = float(typing.get("patience") or 10.0)
        self.ghosts = list(typing.get("ghosts") or [])
        self.queue = b"\t" if typing.get("queue") == "tab" else b"\r"
        self.follow = terminal.Follow(self.directory, *self._size())

    def _size(self) -> tuple[int, int]:
        rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(self.tty, termios.TIOCGWINSZ, bytes(8)))
        return columns, rows

    # -- the queue

    def go(self) -> int:
        if self.follow.cut:
            self._redraw()
        code = DONE
        try:
            for name, message in inbox.typed(self.run):
                code = self._one(name, message, self._go_on) or code
            for name, message in sorted(inbox.waiting(self.run), key=lambda one: (_haste(one[1]), one[0])):
                found = self._one(name, message, self._begin)
                code = found or code
                if found and message["kind"] == "text":
                    return code  # what was sent later must not come first
        except BrokenPipeError:
            return BROKEN
        return code

    def _one(self, name: str, message: "inbox.Message", step: Any) -> int:
        try:
            evidence = step(name, message)
        except _Wait as why:
            inbox.say(self.run, name, **{**_kept(inbox.said(self.run, name)), "why": str(why)})
            return LATER
        except (_Refuse, _Unsure) as why:
            inbox.refuse(self.run, name, message, str(why), self.n)
            return DONE
        inbox.accept(self.run, name, message, evidence, self.n)
        return DONE

    def _begin(self, name: str, message: "inbox.Message") -> str:
        if message.get("attempt") not in (None, self.n):
            raise _Refuse(f"it was for attempt {message['attempt']}, and {self.n} runs now")
        if self._has_ended():
            raise _Wait("the agent has ended")
        if message["kind"] == "answer":
            if not inbox.ordered(self.run, name):
                raise _Refuse("no order stands behind it: only `workcell answer` may answer a dialog")
            return self._answer(name, message)
        if message["kind"] == "interrupt":
            return self._interrupt(name)
        return self._text(name, message)

    def _go_on(self, name: str, message: "inbox.Message") -> str:
        """What somebody began to type and did not bring to its end: never typed again."""
        said = inbox.said(self.run, name)
        if said.get("state") == inbox.ACCEPTED:
            return str(said.get("evidence"))  # all was said, and the file was not moved on
        if said.get("state") == inbox.REFUSED:
            raise _Unsure(str(said.get("why")))
        if said.get("attempt") != self.n:
            raise _Unsure(f"it was being typed when attempt {said.get('attempt')} ended")
        if message["kind"] != "text":
            raise _Unsure("the key may have been pressed; what came of it was not seen")
        if self._prompted(message):
            return "it stands in the agent's records"
        if said.get("stage") == "typing":
            self._shut()
            raise _Unsure("its typing was cut short: a part of it may stand in the composer")
        seen = self._look()
        if seen.dialog or seen.typed is None:
            raise _Wait("it is typed, and a dialog came up before Enter")
        if seen.typed and self._ours(seen.typed, message):
            self._until_shown()  # the paste may have ended this moment, and an Enter too soon is a new line
            return self._submit(name)
        if said.get("stage") == "entered" and not seen.typed:
            return "it left the composer after Enter"
        raise _Unsure("it was typed, and is no longer in the composer; that it was taken was not seen")

    def _has_ended(self) -> bool:
        start = look.at(self.run, holding=True).start
        return start is not None and platform.alive(start["agent"]) == probe.NO

    def _prompted(self, message: "inbox.Message") -> bool:
        told = capture_state.records(capture_state.stored(self.directory))
        prompt = told["prompt"]["text"] if told and told["prompt"] else None
        return bool(prompt and prompt == short(str(message.get("text"))))

    def _ours(self, typed: str, message: "inbox.Message") -> bool:
        plain, ours = "".join(typed.split()), "".join(str(message.get("text")).split())
        return "[Pasted" in typed or plain[:20] == ours[:20] or plain[-20:] == ours[-20:]

    # -- a text

    def _text(self, name: str, message: "inbox.Message") -> str:
        data = harmless(str(message.get("text") or ""))
        if not data:
            raise _Refuse("it is empty")
        mode = message.get("mode") or "sequential"
        seen = self._ready(mode)
        if seen.busy and mode == "urgent":
            self._stop()
            seen = self._ready(mode)
        if not seen.pastes:
            raise _Wait("the program does not take pastes now (?2004 is off)")
        inbox.begin(self.run, name, self.n, "typing")
        self._write(OPEN + data + SHUT)
        inbox.say(self.run, name, state=inbox.TYPED, attempt=self.n, stage="pasted")
        self._until_shown()
        return self._submit(name)

    def _ready(self, mode: str) -> _Seen:
        """A look at a composer that is empty, in a program that takes a message now."""
        seen = self._look()
        if seen.dialog:
            raise _Wait(f"a dialog is up: {seen.dialog['question'] or seen.dialog['text']}")
        if seen.typed is None:
            raise _Wait("no composer is to be seen")
        if mode == "sequential" and (seen.busy or not self._rests()):
            raise _Wait("it is at work; the message comes when it is idle")
        if seen.typed:
            raise _Wait(f"a person is typing: {seen.typed[:60]!r} stands in the composer")
        return seen

    def _rests(self) -> bool:
        """Whether nothing is drawn for a moment: between two steps a program at work looks idle, but not for long."""
        return not self.follow.wait(3 * self.settle) and not self._seen().busy

    def _until_shown(self) -> None:
        """Wait until the paste stands in the composer and the screen is quiet."""
        until = time.monotonic() + self.patience
        quiet = time.monotonic()
        while time.monotonic() < until:
            if self.follow.wait(0.03):
                quiet = time.monotonic()
            seen = self._seen()
            # a spinner is never quiet: after twice the time it does not matter any more
            calm = time.monotonic() - quiet >= self.settle or (
                seen.busy and until - time.monotonic() < self.patience / 2
            )
            if seen.typed and calm:
                return
            if seen.dialog:
                break
        raise _Unsure("it was pasted and is not to be seen in the composer; Enter was not pressed")

    def _submit(self, name: str) -> str:
        """Press Enter, alone, until the words have left the composer."""
        for _ in range(ENTERS):
            seen = self._seen()
            if seen.dialog:
                raise _Wait("it is typed, and a dialog came up before Enter")
            inbox.say(self.run, name, state=inbox.TYPED, attempt=self.n, stage="entered")
            self._write(self.queue if seen.busy else b"\r")
            until = time.monotonic() + max(1.0, self.patience / ENTERS)
            while time.monotonic() < until:
                self.follow.wait(0.03)
                seen = self._seen()
                if seen.typed == "":
                    return f"it left the composer after Enter{'; the agent works' if seen.busy else ''}"
                if seen.dialog:
                    return "a dialog came up after Enter"
        raise _Unsure("Enter was pressed, and it still stands in the composer")

    # -- keys

    def _interrupt(self, name: str) -> str:
        seen = self._look()
        if seen.dialog:
            raise _Refuse(f"a dialog is up, which Esc would answer: {seen.dialog['question']}")
        if not seen.busy:
            return "nothing was under way"
        inbox.begin(self.run, name, self.n, "escape")
        self._stop()
        return "it stopped after Esc"

    def _stop(self) -> None:
        self._write(b"\x1b")
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            self.follow.wait(0.05)
            if not self._seen().busy:
                return
        raise _Wait("it did not stop after Esc")

    def _answer(self, name: str, message: "inbox.Message") -> str:
        seen = self._look()
        if seen.dialog is None:
            raise _Refuse("no dialog is up any more")
        wanted = message.get("dialog_id")
        if wanted and wanted != composer.dialog_id(seen.dialog):
            raise _Refuse(f"another dialog is up now: {seen.dialog['question'] or seen.dialog['text']}")
        target = option(seen.dialog, message.get("choice"), message.get("text"))
        if target is None:
            names = "; ".join(f"{one['n'] or '-'} {one['text']}" for one in seen.dialog["options"])
            raise _Refuse(f"no option fits; there are: {names}")
        same = composer.dialog_id(seen.dialog)
        inbox.begin(self.run, name, self.n, "answer")
        self._point(seen.dialog, target, same)
        self._write(b"\r")
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            self.follow.wait(0.03)
            dialog = self._seen().dialog
            if dialog is None or composer.dialog_id(dialog) != same:
                return f"the dialog went away after {seen.dialog['options'][target]['text']!r}"
        raise _Unsure("Enter was pressed, and the dialog is still up")

    def _point(self, dialog: screen.Screen, target: int, same: str) -> None:
        """Move the dialog's mark to an option, a key at a time, and see it move."""
        for _ in range(2 * len(dialog["options"])):
            at = next((i for i, one in enumerate(dialog["options"]) if one["selected"]), 0)
            if at == target:
                return
            self._write(b"\x1b[B" if target > at else b"\x1b[A")
            until = time.monotonic() + 2.0
            while time.monotonic() < until:
                self.follow.wait(0.03)
                now = self._seen().dialog
                if now is None or composer.dialog_id(now) != same:
                    raise _Unsure("the dialog changed before it was answered; Enter was not pressed")
                if not now["options"][at]["selected"]:
                    dialog = now
                    break
            else:
                raise _Unsure("the mark of the dialog did not move; Enter was not pressed")
        raise _Unsure("the mark of the dialog does not come to the option; Enter was not pressed")

    # -- the terminal

    def _look(self) -> _Seen:
        """The terminal once it is quiet for a moment, or after half a second of drawing."""
        until = time.monotonic() + 0.5
        while self.follow.wait(0.06) and time.monotonic() < until:
            pass
        return self._seen()

    def _seen(self) -> _Seen:
        return _Seen(self.follow.screen, self.agent, self.ghosts)

    def _redraw(self) -> None:
        """Two changes of size: what the end of a long log does not hold is drawn anew."""
        columns, rows = self._size()
        for height in (max(2, rows - 1), rows):
            fcntl.ioctl(self.tty, termios.TIOCSWINSZ, struct.pack("HHHH", height, columns, 0, 0))
            self.follow.wait(0.1)
        until = time.monotonic() + 1.0
        while self.follow.wait(0.15) and time.monotonic() < until:
            pass

    def _shut(self) -> None:
        """End a paste that was left open, in which every key of a person would be lost."""
        try:
            os.write(self.tty, SHUT)
        except BlockingIOError:
            raise _Wait("its typing was cut short, and the program does not read") from None
        except OSError:
            pass  # the terminal is gone, and the paste with it

    def _write(self, data: bytes) -> None:
        """Every byte, as fast as the program reads. Raises BrokenPipeError in the middle of what it does not take."""
        view = memoryview(data)
        taken_at = time.monotonic()
        poll = select.poll()
        poll.register(self.tty, select.POLLOUT)
        while view:
            try:
                written = os.write(self.tty, view[:4096])
                view = view[written:]
                taken_at = time.monotonic()
            except BlockingIOError:
                poll.poll(100)
            except OSError:
                raise _Unsure(f"the terminal closed, {len(view)} of {len(data)} bytes untyped") from None
            self.follow.wait(0)
            now = time.monotonic()
            if view and (now - taken_at > STALL or now > self.until):
                raise BrokenPipeError


def option(dialog: screen.Screen, choice: Any, text: Any) -> int | None:
    """The place of the option that a number or the begin of its words names, if it names one."""
    wanted = str(choice if choice is not None else text or "").strip().lower()
    options = dialog["options"]
    if wanted.isdigit():
        numbered = [i for i, one in enumerate(options) if one["n"] == wanted]
        if not numbered and not any(one["n"] for one in options) and 1 <= int(wanted) <= len(options):
            return int(wanted) - 1
        return numbered[0] if numbered else None
    found = [i for i, one in enumerate(options) if wanted and str(one["text"]).lower().startswith(wanted)]
    exact = [i for i in found if str(options[i]["text"]).lower() == wanted]
    if exact:
        return exact[0]
    return found[0] if len(found) == 1 else None


def _haste(message: "inbox.Message") -> int:
    if message["kind"] in ("answer", "interrupt"):
        return 0
    mode = message.get("mode")
    return 1 + (
        vocabulary.MESSAGE_MODES.index(mode) if mode in vocabulary.MESSAGE_MODES else len(vocabulary.MESSAGE_MODES)
    )


def _kept(said: dict[str, Any]) -> dict[str, Any]:
    words = {key: value for key, value in said.items() if key in ("state", "attempt", "stage")}
    return words or {"state": "waiting"}
