"""What the agent does, as far as its runner hears and sees: kept in activity.json, and a reason to have it judged.

- Hooks say it, in the order of the times in their files. A hook of another tool call ends no wait for a person.
- `_attend` says it, once it has read records and screen: by a message in the spool, like every other program.
- The runner itself sees only that the agent draws, or is quiet after it has drawn: then the program is started that
  can read what stands there.
"""

import os
import time

from workcell.base import clock
from workcell.rundir import hint, layout, vocabulary
from workcell.runner import attendant, mailbox
from workcell.runner.live import earliest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workcell.base.json_codec import Json
    from workcell.rundir import schema
    from workcell.runner.live import Live

QUIET = 0.3
"""Seconds without output after which a terminal is quiet: a spinner turns faster."""

BURST = 256
"""Bytes that were drawn before a quiet counts: a dialog has more, a clock or a blinking mark less."""

ANSWERED = 1.0
"""Minimum seconds between two looks at an agent whose dialog a person answers in its terminal."""

LONGEST = 60.0
"""Seconds between two looks at an agent that falls quiet again and again and does nothing new."""

DRAWN = 2048
"""Bytes after which an agent that is never quiet is looked at."""

SOON, LATE = 30.0, 600.0
"""Seconds between two looks at such an agent: doubled each time that nothing new is found."""


class Hints:
    """The hint of one attempt. `watched`: its records or its screen can be judged. `log`: the agent's own log file."""

    def __init__(self, live: "Live", *, watched: bool, terminal: bool) -> None:
        self._live = live
        self.waits: Callable[[bool], object] = bool
        """Told whether the agent waits for a person, each time that what it does changes."""
        self.attendant = attendant.Attendant(live) if watched else None
        self._log = None if terminal or not watched else os.path.join(live.directory, layout.AGENT_LOG)
        self._size, self._grown = 0, False
        self._began = time.monotonic()
        self.state: schema.ActivityState = "unknown"
        self._since, self._call = "", ""
        self._kept: schema.Hint | None = None
        self._written = True
        self._terminal, self._rested_at = terminal, 0.0
        """When (monotonic) an agent with a terminal is looked at again because it is still idle; 0: never."""
        self._output_at = 0.0
        self._burst = self._drawn = 0
        self._pause, self._patience = attendant.SPACE, SOON
        self._through: schema.DecisionWay | None = None
        self._by: str | None = None
        self._chosen: str | None = None
        """What was done about the wait that goes on: the way that it took, who did it, and what the option decides."""

    # -- a part of the loop

    def fds(self) -> "dict[int, int]":
        return {}

    def due(self) -> "float | None":
        if self.attendant is None:
            return None
        return earliest([self._quiet_at, self._rested_at or None, self.attendant.due()])

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if self.attendant is None or self._live.ended is not None:
            return
        at = self._quiet_at
        if at is not None and now >= at:
            self._burst = 0
            self._fell_quiet(now)
        elif self._drawn > DRAWN and now >= (self.attendant.began or self._began) + self._patience:
            self._judge(now, attendant.SPACE)
            self._patience = min(self._patience * 2, LATE)
        if self._rested_at and now >= self._rested_at:
            self._rested_at = 0.0
            self._judge(now, 0.0)
        self.attendant.handle(now)

    def unchanged(self) -> bool:
        """Whether a look would find nothing: nothing is to be written, and a log file has not grown."""
        return self._written and (self._log is None or (not self._grown and self._log_size() == self._size))

    def look(self) -> None:
        """The look of every three seconds: write what a full disk refused, and see whether a log file grows."""
        if not self._written:
            self._write()
        if self._log is None:
            return
        size = self._log_size()
        if size != self._size:
            self._drawn += abs(size - self._size)
            self._size, self._grown = size, True
        elif self._grown:
            self._grown = False
            self._fell_quiet(time.monotonic())

    def _log_size(self) -> int:
        try:
            return os.lstat(self._log or "").st_size
        except OSError:
            return 0

    @property
    def _quiet_at(self) -> "float | None":
        """When the agent is quiet, if it draws nothing until then; None where it has drawn too little."""
        return self._output_at + QUIET if self._burst >= BURST else None

    def drawn(self, size: int) -> None:
        """The agent wrote so many bytes."""
        now = time.monotonic()
        if now - self._output_at > QUIET:
            self._burst = 0
        self._output_at = now
        self._burst += size
        self._drawn += size

    def _fell_quiet(self, now: float) -> None:
        self._judge(now, self._pause)
        self._pause = min(self._pause * 2, LONGEST)

    def _judge(self, now: float, pause: float) -> None:
        if self.attendant is not None:
            self._drawn = 0
            self.attendant.want(now, pause)

    # -- what is heard

    def hear(self, message: "Json") -> bool:
        """Take what a message of the spool says; whether it was a judgement, of which all is written down here."""
        if message.get("attempt") not in (None, self._live.attempt):
            return False
        if message.get("type") == "status.changed" and "ref" not in message:
            return self._judged(message)
        if message.get("type") == "message.accepted" and message.get("kind") == "answer":
            self._answered(message)
        heard = hint.hear(message)
        if heard is not None and not self._overtaken(heard):
            self._call = heard.call if heard.state in hint.WAITING else ""
            if heard.denied:
                self._through, self._by = "policy", None
            self._resolve(heard.state, "denied" if heard.denied else "allowed" if heard.of_tool else "gone")
            self._change(heard.state, heard.since, "hook", heard.words)
            if heard.urgent:
                self._judge(time.monotonic(), 0.0)
            elif heard.state == "idle":
                self._judge(time.monotonic(), attendant.SPACE)
        return False

    def _answered(self, message: "Json") -> None:
        """The dialog went away after an option was chosen: what comes next is on the screen, and perhaps in no hook."""
        if self.state not in hint.WAITING:
            return
        self._choose(message)
        self._pause = ANSWERED
        self._judge(time.monotonic(), 0.0)

    def _choose(self, answer: "Json") -> None:
        """Keep who answers, and what the option decides."""
        self._through, self._by = "answer", str(answer.get("by"))
        decision = answer.get("decision")
        self._chosen = decision if decision in vocabulary.DECISIONS else None

    def _overtaken(self, heard: "hint.Heard") -> bool:
        """Whether something newer was said, or the hook speaks of another tool call than the one that waits."""
        if heard.since < self._since:
            return True
        waits = self.state in hint.WAITING and heard.of_tool and heard.state not in hint.WAITING
        return bool(waits and self._call and heard.call and heard.call != self._call)

    def _judged(self, message: "Json") -> bool:
        data = message.get("data")
        to = data.get("to") if isinstance(data, dict) else None
        source, since = message.get("source"), str(message.get("time"))
        if to not in vocabulary.ACTIVITIES or source not in vocabulary.EVIDENCE_SOURCES:
            return False
        key = str(message.get("id"))
        if self._since <= since <= clock.stamp() and not self._live.journal.has(key):
            self._call = ""
            decision = data.get("decision") if isinstance(data, dict) else None
            self._resolve(to, decision if decision in vocabulary.DECISIONS else "gone")
            self._change(to, since, source, str(message.get("evidence"))[: hint.MOST], key)
        return True

    def typed(self, keys: bytes) -> None:
        """A person pressed these keys at the terminal. Reports of a mouse or of the focus are no keys."""
        if self.state in hint.WAITING and (b"\r" in keys or not keys.startswith(b"\x1b[")):
            self._through, self._by, self._chosen = "terminal", "person", None
            self._pause = ANSWERED

    def stop(self, by: "str | None") -> None:
        """The agent is being ended by an order of `by`: it waits for no one any more."""
        if self.state in hint.WAITING:
            self._through, self._by, self._chosen = "stop", by, None

    def end(self, how: "schema.ExitHow | None") -> None:
        """The agent has ended, by a limit where `how` says so: what it waited for is no more."""
        if self._through is None:
            self._through = "limit" if how in ("limit-wall", "limit-idle") else "exit"
        self._resolve("unknown", "gone")
        self.state = "unknown"

    def _resolve(self, state: "schema.ActivityState", decision: str) -> None:
        """Write down how a wait for a person ended, where it does."""
        if self.state in hint.WAITING and state not in hint.WAITING:
            answer = mailbox.answering() if self._through is None else None
            if answer is not None:  # the tool was faster than the word that the answer was taken
                self._choose(answer)
            data = {"decision": self._chosen or decision, "through": self._through}
            self._live.journal.append("approval.resolved", attempt=self._live.attempt, by=self._by, data=data)
        if self.state not in hint.WAITING or state not in hint.WAITING:
            self._through = self._by = self._chosen = None

    def _change(
        self,
        state: "schema.ActivityState",
        since: str,
        source: "schema.EvidenceSource",
        words: str,
        key: "str | None" = None,
    ) -> None:
        before, self._since = self.state, since
        if state == before:
            return
        self.state = state
        idle = state == "idle" and self._terminal
        self._rested_at = time.monotonic() + hint.UNANSWERED + 1.0 if idle else 0.0
        self.waits(state in hint.WAITING)
        self._pause, self._patience = attendant.SPACE, SOON
        self._kept = {
            "schema": "workcell.file.activity/1",
            "attempt": self._live.attempt,
            "pid": os.getpid(),
            "state": state,
            "since": since,
            "source": source,
            "words": words,
        }
        self._write()
        about = {"attempt": self._live.attempt, "source": source, "evidence": words}
        named = {"id": key} if key else {}
        self._live.journal.append("status.changed", **named, **about, data={"from": before, "to": state})

    def _write(self) -> None:
        self._written = self._kept is None or hint.write(self._kept)
