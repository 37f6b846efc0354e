"""Types the messages that wait into the agent's terminal, one at a time, and only where they belong.

The runner starts it: it has no room for a terminal emulator itself. Standard input is the master side of the terminal.

Invariants:
- While this program lives the runner keeps back what people type, so that nothing comes between the look at the
  composer and the Enter.
- A message whose typing has begun is never typed again: `inbox.begin` is durable before the first key. If
  `said/` does not say `typed` of one that was taken for typing, nothing of it was typed.
- What another process takes out of `new/` at the same moment is typed or taken, never both: the rename decides.
- A text that has to wait holds back those behind it, and `said/` says so of each: its sender waits for a word.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from workcell.agents.events import short
from workcell.base import platform, probe
from workcell.base.json_codec import decode
from workcell.evidence import capture_state
from workcell.rundir import inbox, inbox_edits, layout, look, safe_open, vocabulary
from workcell.together import dialog, paste
from workcell.together.agent_terminal import AgentTerminal, Entered, Impossible, NotNow, Unconfirmed

if TYPE_CHECKING:
    from workcell.rundir import schema

DONE, LATER, BROKEN = 0, 75, 70
"""Exit codes: nothing waits; something waits for a better moment; a paste was left open."""

_TYPED = ("text", *vocabulary.OWN_COMMANDS)
"""Kinds of messages that go through the composer."""

BEHIND = "a text before it has to wait"
"""Why a text waits that is not the first one."""


def deliver(run: str, n: int, tty: int = 0) -> int:
    """Type what can be typed now; DONE, LATER or BROKEN."""
    inbox_edits.settle_left(run)
    inbox.briefed(run, n)
    return _Typist(run, n, AgentTerminal(run, n, tty, _typing(run, n))).go()


def _typing(run: str, n: int) -> schema.Typing:
    """How the intent of the attempt has messages typed; empty where it does not say."""
    data = safe_open.read(os.path.join(layout.attempt(run, n), layout.ATTEMPT), look.LARGEST)
    attempt = cast("schema.Attempt", decode(data or b"{}"))
    typing = attempt.get("typing")
    return typing if typing is not None else {}


class _Typist:
    """Types the messages of one attempt."""

    def __init__(self, run: str, n: int, terminal: AgentTerminal) -> None:
        self._run, self._n, self._terminal = run, n, terminal

    def go(self) -> int:
        """Bring to an end what was being typed, then type what waits."""
        code = DONE
        try:
            for name, message in inbox.typed(self._run):
                if not inbox.put_back(self._run, name):
                    code = self._handle(name, message, self._go_on) or code
            letters = inbox.in_order(inbox.waiting(self._run))
            for place, (name, message) in enumerate(letters, 1):
                found = self._handle(name, message, self._begin)
                code = found or code
                if found and message["kind"] in _TYPED:
                    self._hold_back([behind for behind, _ in letters[place:]])
                    return code
        except BrokenPipeError:
            return BROKEN
        return code

    def _hold_back(self, names: list[str]) -> None:
        """Write down that texts wait for the one before them: a text that was sent later must not come first."""
        for name in names:
            inbox.say(self._run, name, **_progress(self._said(name)), why=BEHIND)

    def _handle(self, name: str, message: schema.Message, step: Callable[[str, schema.Message], str]) -> int:
        """Take one step with a message, and write down what became of it."""
        try:
            evidence = step(name, message)
        except inbox.Taken:
            return DONE
        except NotNow as why:
            inbox.say(self._run, name, **_progress(self._said(name)), why=str(why))
            return LATER
        except (Impossible, Unconfirmed) as why:
            if isinstance(why, Entered) and self._has_ended():
                inbox.accept(self._run, name, message, inbox.LAST, self._n)
                return DONE
            inbox.refuse(self._run, name, message, str(why), self._n)
            return DONE
        inbox.accept(self._run, name, message, evidence, self._n)
        return DONE

    def _begin(self, name: str, message: schema.Message) -> str:
        """Type a message that waits; by what it is known to be taken."""
        if message.get("attempt") not in (None, self._n):
            raise Impossible(f"it was for attempt {message['attempt']}, and {self._n} runs now")
        if self._has_ended():
            raise NotNow("the agent has ended")
        if message["kind"] == "answer":
            if not inbox.ordered(self._run, name):
                raise Impossible("no order stands behind it: only `workcell answer` may answer a dialog")
            begin = partial(inbox.begin, self._run, name, self._n, "answer")
            asked = message.get("dialog_id")
            return dialog.choose(self._terminal, asked, message.get("choice"), message.get("text"), begin)
        if message["kind"] == "interrupt":
            return self._interrupt(name)
        mode: schema.MessageMode = message.get("mode") or "sequential"
        if message["kind"] == inbox.CLEAR and mode == "sequential" and paste.turn_is_open(self._terminal):
            raise Impossible("its agent is in a turn")
        return paste.type_text(self._terminal, inbox.words(message), mode, partial(self._stage, name))

    def _stage(self, name: str, stage: str) -> None:
        """Write down how far the typing of a text came."""
        if stage == "typing":
            inbox.begin(self._run, name, self._n, stage)
        else:
            inbox.say(self._run, name, state=inbox.TYPED, attempt=self._n, stage=stage)

    def _interrupt(self, name: str) -> str:
        seen = self._terminal.look()
        if seen.dialog:
            raise Impossible(f"a dialog is up, which Esc would answer: {seen.dialog['question']}")
        if not seen.busy:
            return "nothing was under way"
        inbox.begin(self._run, name, self._n, "escape")
        self._terminal.interrupt()
        return "it stopped after Esc"

    def _go_on(self, name: str, message: schema.Message) -> str:
        """Find out what became of a message whose typing was cut short; it is never typed again."""
        said = self._said(name)
        if said.get("state") == inbox.ACCEPTED:
            return str(said.get("evidence"))  # all was said, and the file was not moved on
        if said.get("state") == inbox.REFUSED:
            raise Unconfirmed(str(said.get("why")))
        if said.get("attempt") != self._n:
            raise Unconfirmed(f"it was being typed when attempt {said.get('attempt')} ended")
        if message["kind"] not in _TYPED:
            raise Unconfirmed("the key may have been pressed; what came of it was not seen")
        if self._recorded(message):
            return "it stands in the agent's records"
        if said.get("stage") == "typing":
            self._terminal.end_paste()
            raise Unconfirmed("its typing was cut short: a part of it may stand in the composer")
        seen = self._terminal.look()
        if seen.dialog or seen.typed is None:
            raise NotNow("it is typed, and a dialog came up before Enter")
        if seen.typed and _is_ours(seen.typed, message):
            paste.until_shown(self._terminal)  # the paste may have ended just now: an Enter too soon is a new line
            return paste.submit(self._terminal, partial(self._stage, name))
        if said.get("stage") == inbox.ENTERED and not seen.typed:
            return "it left the composer after Enter"
        raise Unconfirmed("it was typed, and is no longer in the composer; that it was taken was not seen")

    def _said(self, name: str) -> schema.Said:
        """The record of a message; empty when nothing was said of it yet."""
        return inbox.said(self._run, name) or cast("schema.Said", {})

    def _has_ended(self) -> bool:
        start = look.at(self._run, holding=True).start
        return start is not None and platform.alive(start["agent"]) == probe.NO

    def _recorded(self, message: schema.Message) -> bool:
        """Whether the last prompt in the agent's records is that text."""
        told = capture_state.records(capture_state.stored(layout.attempt(self._run, self._n)))
        prompt = told["prompt"] if told else None
        return bool(prompt and prompt["text"] and prompt["text"] == short(inbox.words(message)))


def _is_ours(typed: str, message: schema.Message) -> bool:
    """Whether the words in the composer are, or end or begin like, those of the message."""
    plain, ours = "".join(typed.split()), "".join(inbox.words(message).split())
    return "[Pasted" in typed or plain[:20] == ours[:20] or plain[-20:] == ours[-20:]


def _progress(said: schema.Said) -> dict[str, object]:
    """The keys of the record of a message that say how far it came."""
    return {key: said[key] for key in ("state", "attempt", "stage") if key in said} or {"state": "waiting"}
