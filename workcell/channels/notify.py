"""The adapters at work: what there is and how it goes, a test that really sends, and faults in their files."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workcell.base import clock
from workcell.base.errors import NotFound, WorkcellError
from workcell.channels import outbox, render
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
    return Tested(name, found.uses, sent.outcome, said, clock.monotonic() - begun)


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
            faults.append(Fault(path, None, error.message, error.hint))
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
