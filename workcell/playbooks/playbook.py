"""A recovery playbook: when, signals, steps and limits as front matter, then prose for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, cast

from workcell.base import digest, json_codec
from workcell.judgement import waits
from workcell.judgement.choice import When
from workcell.judgement.next import Caps
from workcell.playbooks import places, steps
from workcell.playbooks.step import Step
from workcell.rundir.vocabulary import ACTIVITIES, PHASES, VERDICTS
from workcell.texts import fields, signal
from workcell.texts.document import Document, Fault, Faulty, load, parse_markdown
from workcell.texts.fields import Field
from workcell.texts.signal import Signal

if TYPE_CHECKING:
    from workcell.rundir.schema.proposals import ProposedPlaybook

NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")


class _Front(TypedDict):
    """The front matter as `fields.check` gives it: null is a key that is missing or faulty."""

    name: str | None
    version: int | None
    when: When | None
    signals: list[Signal]
    steps: list[Step]
    limits: Caps | None


@dataclass
class Playbook:
    """A playbook as its file says it."""

    name: str
    version: int
    when: When
    signals: list[Signal]
    steps: list[Step]
    limits: Caps
    prose: str
    file: str
    prose_line: int = 1


BACKOFF = (
    Field("first", fields.duration, "before the second try", default=60.0),
    Field("factor", fields.number(1.0, 100.0), "times the last", default=2.0),
    Field("max", fields.duration, "never longer", default=3600.0),
    Field("jitter", fields.number(0.0, 1.0), "share of it that is random", default=0.2),
)
LIMITS = (
    Field("per_run", fields.whole(1, 1000), "acts on one run", default=3),
    Field("per_account", fields.whole(1, 1000), "acts on all runs of one account in an hour", default=10),
    Field("per_hour", fields.whole(1, 1000), "acts of this playbook in an hour", default=20),
    Field("cooldown", fields.duration, "between two acts on one run", default=300.0),
    Field("backoff", fields.group(BACKOFF), "how the pause grows", default=None),
)
WHEN = (
    Field("verdict", fields.list_of(fields.one_of(*VERDICTS)), "why it ended or hangs", default=[]),
    Field("phase", fields.list_of(fields.one_of(*PHASES)), "fact from files and locks", default=[]),
    Field("activity", fields.list_of(fields.one_of(*ACTIVITIES)), "what it is doing", default=[]),
    Field(
        "evidence",
        fields.list_of(signal.word),
        "ids of signals or findings, one of which must be there",
        default=[],
    ),
    Field("confidence", signal.confidence, "at least", default=0.0),
)
KEYS = (
    Field("name", fields.line, "the file's name without .md", required=True),
    Field("version", fields.whole(1, 9999), "raised with every change", required=True),
    Field("when", fields.group(WHEN), "verdict, phase, activity, evidence, confidence", default=None),
    Field("signals", fields.list_of(signal.parse), "what tells the verdict", default=[]),
    Field("steps", fields.list_of(steps.parse), "what is done, in order", default=[]),
    Field("limits", fields.group(LIMITS), "caps, cool-down and back-off", default=None),
)

SECTIONS = ("Recognise", "Diagnose", "What is done", "If that does not help")


def parse(data: bytes, file: str, *, foreign: bool = False) -> tuple[Playbook | None, list[Fault]]:
    """The playbook that `data` (Markdown with front matter) says, or None, and every fault with its line.

    With `foreign` it comes from a repository: steps that speak for a person and caps above the
    defaults are faults.
    """
    try:
        document = parse_markdown(data, file)
    except Faulty as error:
        return None, error.faults
    if not document.front and not document.faults:
        document.fault((), "no front matter", "begin the file with a line of three dashes")
        return None, document.faults
    found = cast(_Front, fields.check(document.front, KEYS, document))
    name = found["name"]
    if name is not None and not NAME.fullmatch(name):
        document.fault(("name",), f"{name!r} is not a name", "lower-case letters, digits and '-'")
    when = found["when"]
    if when is None or not (when["verdict"] or when["phase"] or when["activity"] or when["evidence"]):
        document.fault(("when",), "'when' says nothing: the playbook would hold always", "name a verdict or a phase")
    if not found["steps"] and "steps" not in document.front:
        document.fault((), "'steps' is missing", "at least '- escalate'")
    _unique(found["signals"], document)
    _prose(document)
    if foreign:
        _persons_alone(found, document)
    if not document.faults:
        _misfits(found, document)
    if document.faults:
        return None, document.faults
    assert name is not None and found["version"] is not None and when is not None
    limits = found["limits"] or cast(Caps, fields.check({}, LIMITS, document))
    limits["backoff"] = limits["backoff"] or cast(waits.Backoff, fields.check({}, BACKOFF, document))
    return (
        Playbook(
            name,
            found["version"],
            when,
            found["signals"],
            found["steps"],
            limits,
            document.body,
            file,
            document.body_line,
        ),
        [],
    )


def _persons_alone(found: _Front, document: Document) -> None:
    """Note what a repository's playbook may not say."""
    cure = "put the playbook into recovery/ of your home, if you want it"
    for number, step in enumerate(found["steps"]):
        for one in (step, *step.inner()):
            if not one.for_person:
                continue
            document.fault(
                ("steps", number, step.word),
                f"{one.word!r} speaks for a person, and no repository's playbook may",
                cure,
            )
    given: Caps | None = found["limits"]
    for key, value in given.items() if given else ():
        usual = next((entry.default for entry in LIMITS if entry.name == key), None)
        if usual is None or value is None:
            continue
        if value < usual if key == "cooldown" else value > usual:
            words = f"{key!r} of {value:g} is wider than the usual {usual:g}: not from a repository"
            document.fault(("limits", key), words, cure)


def _misfits(found: _Front, document: Document) -> None:
    """Note the steps and options that do nothing where this playbook holds, and those behind the end."""
    assert found["when"] is not None
    where = places.where_it_holds(found["when"])
    for number, step in enumerate(found["steps"]):
        here = ("steps", number, step.word)
        for misfit in step.misfits(where) if where else ():
            document.fault((*here, misfit.option) if misfit.option else here, misfit.message, misfit.cure)
        if step.last and number + 1 < len(found["steps"]):
            document.fault(here, f"nothing follows {step.word!r}: it leaves the rest to a person", "put it last")


def identity(book: Playbook) -> ProposedPlaybook:
    """Name, version and hash of a playbook as it stands now, for the record of what it proposes."""
    steps = [step.record() for step in book.steps]
    line = json_codec.encode_line({"name": book.name, "version": book.version, "steps": steps})
    return {"name": book.name, "version": book.version, "sha256": digest.sha256(line)}


def read(path: str, *, foreign: bool = False) -> Playbook:
    """The playbook in a file; Faulty with all its faults, NotFound or Invalid when it cannot be read."""
    found, faults = parse(load(path), path, foreign=foreign)
    if found is None:
        raise Faulty(faults, f"workcell playbook lint {path}")
    return found


def _unique(signals: list[Signal], document: Document) -> None:
    seen: set[str] = set()
    for one in signals:
        if one.id in seen:
            document.fault(("signals",), f"two signals have the id {one.id!r}", "an id names one signal for ever")
        seen.add(one.id)


def _prose(document: Document) -> None:
    headings = {line.lstrip("#").strip().lower() for line in document.body.split("\n") if line.startswith("#")}
    for section in SECTIONS:
        if section.lower() not in headings:
            document.faults.append(
                Fault(
                    document.file,
                    document.body_line,
                    f"the prose has no section {section!r}",
                    f"add '## {section}'",
                )
            )
