"""The closed table of what a playbook may do: one module for each step."""

from typing import Any

from workcell.playbooks.step import Step, parse_from
from workcell.playbooks.steps.answer import Answer
from workcell.playbooks.steps.ask import Ask
from workcell.playbooks.steps.escalate import Escalate
from workcell.playbooks.steps.hold import Hold
from workcell.playbooks.steps.interrupt import Interrupt
from workcell.playbooks.steps.notify import Notify
from workcell.playbooks.steps.nudge import Nudge
from workcell.playbooks.steps.release import Release
from workcell.playbooks.steps.repair_socket import RepairSocket
from workcell.playbooks.steps.resume import Resume
from workcell.playbooks.steps.snapshot import Snapshot
from workcell.playbooks.steps.stop import Stop
from workcell.playbooks.steps.verify import Verify
from workcell.playbooks.steps.wait_until import WaitUntil
from workcell.texts.document import Document
from workcell.texts.fields import Path

STEPS: dict[str, type[Step]] = {
    step.word: step
    for step in (
        Notify,
        WaitUntil,
        Nudge,
        Answer,
        Interrupt,
        Stop,
        Resume,
        Snapshot,
        RepairSocket,
        Hold,
        Release,
        Verify,
        Ask,
        Escalate,
    )
}
"""Each step by the word that playbooks use."""


def parse(value: Any, path: Path, document: Document) -> Step | None:
    """The step that `value` says, a word or a mapping of one word to its options; faults go to `document`."""
    return parse_from(STEPS, value, path, document)
