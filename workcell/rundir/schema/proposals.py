"""The records of proposals: acts that a playbook asks a person for, the decision, and what came of them."""

from typing import Literal

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import (
    Phase,
    ProposalDecision,
    ProposalEnd,
    Risk,
    Sha256,
    StepWord,
    Time,
    VerdictName,
)


class ProposedPlaybook(TypedDict):
    """The playbook that a proposal comes from."""

    name: str
    version: int
    sha256: Sha256
    """Of its name, version and steps as one line of JSON."""


class ProposedAct(TypedDict):
    """One act of a proposal."""

    step: StepWord
    options: dict[str, str | float | None]
    """Every option of the step; times in seconds."""
    words: str
    """What it does, for a person."""


class Proposal(TypedDict):
    """`proposals/<id>.json`: acts on a run that a person allows once, or refuses."""

    schema: Literal["workcell.file.proposal/1"]
    id: str
    run: str
    """Id of the run."""
    attempt: int
    phase: Phase
    """In which it was; `done` of one about the end of its attempt, which counts once `result.json` names it."""
    playbook: ProposedPlaybook
    incident: str
    """Names what was found, as `edge` in `watchdog/actions.jsonl` does."""
    verdict: VerdictName
    cause: str
    """What was found, in one line."""
    text: str
    """What the playbook recommends."""
    acts: list[ProposedAct]
    """What is done, in this order, once it is approved."""
    risk: Risk
    dialog: str | None
    """The dialog that an act answers; null where none does."""
    created_at: Time
    void_at: Time


class ProposalDecided(TypedDict):
    """`proposals/<id>.decided`: what became of a proposal."""

    schema: Literal["workcell.file.proposal-decided/1"]
    id: str
    at: Time
    decision: ProposalDecision
    why: str | None
    """Why it is void; null for a decision of a person."""


class ProposedActDone(TypedDict):
    """What became of one act of a proposal."""

    step: StepWord
    state: str
    """As in `watchdog/actions.jsonl`; `not done` for one that was not begun."""
    words: str


class ProposalDone(TypedDict):
    """`proposals/<id>.done`: nothing more is done about a proposal."""

    schema: Literal["workcell.file.proposal-done/1"]
    id: str
    at: Time
    state: ProposalEnd
    why: str | None
    """Why nothing was done, or not all of it."""
    acts: list[ProposedActDone]
