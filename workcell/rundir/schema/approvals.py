"""Approvals: the rules that a policy pins, and the journal of what was decided by a rule or by a person."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import DecidedBy, Risk, RuleAnswer, RuleResult, Sha256, Time


class ApprovalRule(TypedDict):
    """One rule of `rules/approvals.yaml`, or of a repository's `.workcell/approvals.yaml`."""

    answer: RuleAnswer
    where: str
    """File and line that it stands at."""
    tool: str | None
    """Name of a tool; * and ? stand for other characters. Null: any tool."""
    command: list[str] | None
    """The words of one simple command; a last * stands for any further words. Null: it is not about commands."""
    path: str | None
    """An absolute pattern of paths; ** stands for any number of folders. Null: it is not about files."""
    even_risky: bool
    """Whether an allow also counts where the risk is destructive or secret."""
    why: str | None
    """What the agent, or the person, is told."""


class ApprovalRules(TypedDict):
    """`rules` of `policy.json`: the rules that hold for the run, as they were when the attempt was planned."""

    repo: str
    """Top of the repository, by which rules with `repo` were chosen."""
    recipe: str
    """Name of the recipe, by which rules with `recipe` were chosen."""
    tree: str
    """The working tree: relative paths in rules begin there."""
    home_sha256: Sha256 | None
    """Of `rules/approvals.yaml` as it was read; null where there was none."""
    home: list[ApprovalRule]
    """Rules of the home."""
    repository: list[ApprovalRule]
    """Rules of the repository: deny and ask alone."""


class ApprovalLine(TypedDict):
    """A line of `approvals.jsonl`: what was decided, before it is told; or, with `of`, what came of it."""

    schema: Literal["workcell.file.approval/1"]
    id: str
    at: Time
    run: str
    """Id of the run."""
    attempt: int
    of: NotRequired[str]
    """Id of the decision that was told. A decision without such a line was made, and perhaps never heard. That of a
    person has it before the program is told, and is told at most once."""
    decides: NotRequired[str]
    """Of a person: id of the line by which the call was deferred. The first such line counts."""
    tool: NotRequired[str]
    words: NotRequired[str]
    """The exact command, or the tool and its files; cut at 4,000 characters."""
    sha256: NotRequired[Sha256]
    """Of the tool and its whole input as one line of JSON."""
    call: NotRequired[str | None]
    """Id of the tool call, where the program gives one."""
    answer: NotRequired[RuleAnswer]
    told: NotRequired[str]
    """What the program was told: `ask` may have become `deny`, where it cannot ask."""
    risk: NotRequired[Risk]
    rule: NotRequired[str | None]
    """File and line of the rule."""
    why: NotRequired[str | None]
    by: NotRequired[DecidedBy]
    dialog: NotRequired[str]
    """Of an answer that is typed into a dialog: the id of the dialog."""
    asked: NotRequired[str]
    """The same: id of the event of the hook by which the program asked. No request is answered twice."""
    message: NotRequired[str]
    """The same: id of the message in `inbox/` that has the answer typed."""
    result: NotRequired[RuleResult]
    """With `of`, of an answer that was typed: what `approval.resolved` says came of it, or `refused` where it was not
    typed, or not seen to be taken."""


class DeferredCall(TypedDict):
    """`approval` of `next.json`: the tool call at which an attempt ended, for a person to decide."""

    id: str
    """Of its line in `approvals.jsonl`."""
    at: Time
    """When it was deferred."""
    tool: str
    words: str
    """The exact command, or the tool and its files, on one line and without secrets."""
    sha256: Sha256
    """Of the tool and its whole input as one line of JSON."""
    call: str
    """Id of the tool call."""
    risk: Risk
    rule: str | None
    """File and line of the rule that asks."""
    why: str | None
