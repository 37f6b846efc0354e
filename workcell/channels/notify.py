"""The adapters at work: what there is and how it goes, a test that really sends, and faults in their files."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workcell.base import clock
from workcell.base.errors import NotFound, WorkcellError
from workcell.channels import outbox, pauses, render
from workcell.channels.one_send import ask, masked
from workcell.channels.outbox_store import BAD, GOOD, Files
from workcell.channels.to import protocol, registry, secrets
from workcell.rundir import maildir, notice, vocabulary
from workcell.texts import adapter as adapters_text
from workcell.texts.adapter import Adapter
from workcell.texts.document import Fault, Faulty


@dataclass(frozen=True)
class Row:
    """One adapter and how it goes; `said` is what came back when that last changed."""

    name: str
    uses: str
    file: str
    enabled: bool
    events: tuple[str, ...]
    labels: tuple[str, ...]
    waiting: int
    failed: int
    last_try: str | None
    paused_until: str | None
    said: str | None
    pause: str | None
    """When the pause of a person ends, or `resume` for one that only `notify resume` ends."""


@dataclass(frozen=True)
class Event:
    """One word that `events:` of an adapter takes, and when it is sent."""

    name: str
    means: str
    facts: tuple[str, ...]
    """The facts that its notice may have; each may be absent."""


EVENTS = {
    "started": "An attempt that a person or another run asked for has started.",
    "passed": "The run is over: its check ended with 0. Says what was made.",
    "failed": "The run is over: its check did not pass, or the agent could not go on.",
    "unverified": "The run is over, and it has no check.",
    "stopped": "The run is over: a person stopped it.",
    "abandoned": "The run is over: a limit on attempts, cost or recovery ended it.",
    "tampered": "The run is over: what checks it was changed while it ran.",
    "prompt": "The agent asks for an approval. Says for which command or edit.",
    "question": "The agent asks a question and waits for the answer.",
    "auth": "The agent is not signed in.",
    "billing": "The account of the agent cannot be charged.",
    "unchecked": "An agent at a terminal has waited two minutes for words, and no watchdog ends it to check its work.",
    "proposal": "A recovery playbook proposes something. Says what, and how to approve or deny it within 24 hours.",
    "suggested": "An agent suggests a message to a run, which a person releases or discards.",
    "limited": "A usage limit holds the run until it resets.",
    "resumed": "A recovery playbook has opened the next attempt.",
    "stuck": "The agent makes no progress, or repeats itself.",
    "idle": "An agent with a terminal has waited a minute for its next message (idle_after in config.yaml).",
    "idle_long": "The same after ten minutes (idle_long_after). Each comes once for a turn that has ended.",
    "progress": "What a live run did since the last one. Off until progress_every is set in config.yaml.",
    "checked": "The check after the turn of a message that a person sent with --verify has ended. Says how.",
    "told": "Words that the agent sent by workcell tell; at most ten an hour.",
    "escalated": "Recovery has done what it can: a person has to look.",
}
"""When each event is sent."""

_SAID = ("why", "objective", "command")
_OF_AN_END = (
    "commits",
    "files",
    "added",
    "removed",
    "untracked",
    "branch",
    "seconds",
    "cost_usd",
    "attempts",
    "due_at",
)
_OF_A_DIALOG = ("asks", "choices", "reply")
_OF_PROGRESS = ("since", "turns", "tool_calls", "tests", "answer")
_OF_IDLENESS = ("why", "objective", "prompt", "answer", "reply")

FACTS = {
    "started": ("why", "objective", "attempts"),
    **{name: (*_SAID, *_OF_AN_END) for name in vocabulary.OUTCOMES},
    **{name: (*_SAID, *_OF_A_DIALOG, *_OF_AN_END) for name in ("prompt", "question")},
    **{name: (*_SAID, *_OF_AN_END) for name in ("auth", "billing", "limited", "stuck", "escalated")},
    "proposal": (*_SAID, "asks", "reply"),
    "suggested": (*_SAID, "reply"),
    "resumed": ("why", "attempts"),
    "told": ("why",),
    "checked": _SAID,
    "progress": (
        *("why", "objective", "command", *_OF_PROGRESS),
        *("commits", "files", "added", "removed", "untracked", "branch", "seconds", "cost_usd"),
    ),
    "unchecked": (*_OF_IDLENESS, "command"),
    "idle": _OF_IDLENESS,
    "idle_long": _OF_IDLENESS,
}
"""The facts of each event, by the keys of the record. Those of an end are there when the attempt is over."""

GROUPS = {
    "all": "Every event.",
    "needs-you": "What a run waits for: " + ", ".join(vocabulary.NEEDS_YOU) + ".",
}


def events() -> tuple[Event, ...]:
    """Every word that `events:` takes, those that stand for several first."""
    groups = [Event(name, means, ()) for name, means in GROUPS.items()]
    return (*groups, *(Event(name, EVENTS[name], FACTS[name]) for name in vocabulary.NOTICE_EVENTS))


@dataclass(frozen=True)
class Listing:
    """All adapters; `unrouted` counts notices that have not been looked at yet."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    unrouted: int


@dataclass(frozen=True)
class Tested:
    """What a far end said to a test: `outcome` is delivered, retry, refused or unknown."""

    name: str
    uses: str
    outcome: str
    said: str
    seconds: float
    unattended: str | None = None
    """Why a timer or the end of a run could not send, though this process can; None when nothing hinders them."""

    @property
    def ok(self) -> bool:
        return self.outcome == protocol.DELIVERED


def notify_ls(home: str, adapters: Sequence[Adapter], faults: Sequence[Fault] = ()) -> Listing:
    """Every adapter with what waits for it and what failed; looks only, and takes no lock."""
    box = notice.box(home)
    files = Files(home)
    waiting = dict.fromkeys((adapter.name for adapter in adapters), 0)
    failed = dict(waiting)
    unrouted = len(maildir.waiting(box, notice.NEW))
    for letter in files.letters():
        unrouted += letter.changed
        for name, entry in letter.to.items():
            if name in waiting and entry["state"] not in (*GOOD, *BAD):
                waiting[name] += 1
    for file in maildir.waiting(box, notice.FAILED):
        message = maildir.read(box, file, notice.FAILED)
        to = message.get("to") if message else None
        for name, entry in to.items() if isinstance(to, dict) else ():
            if name in failed and isinstance(entry, dict) and entry.get("state") in BAD:
                failed[name] += 1
    rows = []
    for adapter in adapters:
        known = files.destination(adapter.name)
        cure = registry.missing(adapter.uses) if adapter.enabled else None
        rows.append(
            Row(
                name=adapter.name,
                uses=adapter.uses,
                file=adapter.file,
                enabled=adapter.enabled,
                events=tuple(event for event in vocabulary.NOTICE_EVENTS if event in adapter.events),
                labels=adapter.labels,
                waiting=waiting[adapter.name],
                failed=failed[adapter.name],
                last_try=clock.stamp(known.tried_at) if known.tried_at else None,
                paused_until=clock.stamp(known.not_before) if known.not_before else None,
                said=f"not installed; {cure}" if cure else known.said,
                pause=pauses.standing(home, adapter.name, time.time()),
            )
        )
    return Listing(tuple(rows), tuple(faults), unrouted)


def notify_test(
    adapters: Sequence[Adapter],
    name: str,
    *,
    templates: Sequence[str],
    redact: Callable[[str], str],
    budget_seconds: float = 30.0,
) -> Tested:
    """Send a test message to one adapter, at once and past the outbox, also when it is disabled; what came back.

    Raises NotFound for a name that there is not, Invalid for a broken template. Quiet hours and caps do not hold
    for it: a person asked.
    """
    found = next((adapter for adapter in adapters if adapter.name == name), None)
    if found is None:
        known = ", ".join(sorted(adapter.name for adapter in adapters)) or "none"
        raise NotFound(f"there is no adapter {name!r}; known: {known}", "list them with 'workcell notify ls'")
    begun = clock.monotonic()
    message = outbox.make(
        outbox.Subject("notify-test", "notify test"),
        "started",
        {"why": "a test message: this is how a notice looks here", "command": "workcell ls"},
        edge=str(time.time_ns()),
    )
    rendered = render.Texts(templates, redact).render(found.uses, message)
    fetched: dict[str, str] = {}
    for key, secret in found.secrets.items():
        try:
            fetched[key] = secrets.fetch(secret.how, secret.where, budget_seconds)
        except secrets.Unavailable as error:
            return Tested(name, found.uses, protocol.RETRY, f"{key}: {error}", clock.monotonic() - begun)
    sent = ask(found, rendered, fetched, max(0.1, budget_seconds - (clock.monotonic() - begun)))
    said = masked(sent.said, fetched, redact)
    return Tested(name, found.uses, sent.outcome, said, clock.monotonic() - begun, unattended(found))


def unattended(adapter: Adapter) -> str | None:
    """Which secrets only the shell of a person has: a timer and the end of a run do not get its variables."""
    named = [f"{key} ({one.where[0]})" for key, one in adapter.secrets.items() if one.how == "env"]
    if not named:
        return None
    return f"only this shell has {', '.join(named)}: real notices would wait. Write {{file: PATH}} (mode 0600) instead"


def notify_lint(paths: Sequence[str]) -> list[Fault]:
    """Every fault of those adapter files: keys, values, names used twice, secrets that are not there.

    No program is run and nothing is sent. The secrets of a disabled adapter are not looked for.
    """
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for path in paths:
        try:
            found = adapters_text.load(path)
        except Faulty as error:
            faults += error.faults
            continue
        except WorkcellError as error:
            missing = isinstance(error, NotFound)
            cure = "'workcell notify ls' lists the files; 'workcell notify add KIND' writes one"
            faults.append(Fault(path, None, error.message, cure if missing else error.hint))
            continue
        if found.name in seen:
            faults.append(
                Fault(path, None, f"the name {found.name!r} is taken by {seen[found.name]}", "choose another")
            )
        seen[found.name] = path
        for key, secret in found.secrets.items() if found.enabled else ():
            wrong = secrets.look(secret.how, secret.where)
            if wrong is not None:
                faults.append(Fault(path, None, f"{key}: {wrong}", "workcell can use the adapter once it is there"))
    return faults
