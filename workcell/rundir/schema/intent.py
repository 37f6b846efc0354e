"""The intent of one attempt: attempt.json and policy.json."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.approvals import ApprovalRules
from workcell.rundir.schema.literals import (
    AgentIo,
    AgentStderr,
    AgentStdin,
    Asker,
    Foreign,
    RuleAsk,
    RuleGate,
    Seconds,
    Sha256,
    StartWhen,
    Switch,
    Time,
)

_AskedFrom = TypedDict("_AskedFrom", {"from": NotRequired[str]})


class AskedBy(_AskedFrom):
    """Who asked for the attempt; `from`, of `who: message`, is `by` of the oldest message that opened it."""

    who: Asker
    playbook: NotRequired[str | None]
    """Name of the playbook that asked; null otherwise."""
    run: NotRequired[str | None]
    """Id of the run that asked, of `who: run`."""
    attempt: NotRequired[int | None]
    why: NotRequired[str]
    """Why the playbook asked."""
    decision: NotRequired[str]
    """Id of the line of `approvals.jsonl`, of `who: approval`: the yes or no that opened the attempt."""
    proposal: NotRequired[str]
    """Id of the proposal that the person approved, of `who: person`; absent for one who typed a command."""
    act: NotRequired[int]
    """Of a playbook: number of the intent in the watchdog's record of actions."""


class Limits(TypedDict):
    """Limits of the run; null where there is none."""

    wall_seconds: Seconds | None
    """Maximum duration of this attempt."""
    wall_total_seconds: NotRequired[Seconds | None]
    """Maximum duration of all attempts since a person asked; `wall_seconds` is what is left of it."""
    idle_seconds: Seconds | None
    """Maximum silence without CPU time."""
    person_seconds: NotRequired[Seconds | None]
    """Maximum time that an agent with a terminal waits for a person, for which its wall limit stands still."""
    attempts: int | None
    """Maximum number of attempts."""
    verify_seconds: Seconds | None
    """Maximum duration of the verify script."""
    cost_usd: float | None
    """Maximum cost that the agent reports, in US dollars."""
    memory_bytes: NotRequired[int | None]
    processes: NotRequired[int | None]


class Terminal(TypedDict):
    """The terminal before any window is opened."""

    columns: int
    rows: int
    term: str
    """Value of TERM."""


class Typing(TypedDict, total=False):
    """How messages are typed into the agent's terminal."""

    screen: str | None
    """Whose screen it is: `none`, `claude` or `codex`."""
    settle: Seconds | None
    """Seconds of quiet after a paste before Enter is pressed."""
    patience: Seconds | None
    """Seconds for a pasted text to show up, and then to be taken."""
    queue: str | None
    """Key that hands over a message while the agent works: `enter` or `tab`."""
    ghosts: list[str] | None
    """What an empty composer shows."""


class OwnCommands(TypedDict, total=False):
    """What the program is told, so that it does something with its own conversation."""

    clear: str
    """Begin a new conversation; typed into its terminal."""
    compact: str
    """Compact the conversation; typed into its terminal, or, without one, put before the prompt of the next attempt."""


class RecipeApprovals(TypedDict, total=False):
    """How rules of approvals are applied by the program itself; added where rules hold."""

    seed: dict[str, str | Foreign]
    args: list[str]
    ask: RuleAsk


class RecipeValues(TypedDict, total=False):
    """The keys of a recipe, with everything that it extends; see `docs/reference/files.md`."""

    name: str
    summary: str
    extends: str
    command: list[str]
    resume: list[str]
    versions: str
    seed: dict[str, str | Foreign]
    typing: Typing
    own_commands: OwnCommands
    probe: list[str]
    io: AgentIo
    stdin: AgentStdin
    stderr: AgentStderr
    prompt: str
    env: dict[str, str | None]
    secrets: list[str]
    limits: dict[str, float | None]
    needs: list[str]
    leaves: list[str]
    reader: str
    capture: Switch
    """`off`: nothing that the agent records is read or copied; the payloads of its hooks stay in `events.jsonl`."""
    repo_runs: list[str]
    ignore_repo: list[str]
    approvals: RecipeApprovals
    model: list[str]
    ready_end_after: float
    """Seconds after the end of a turn before the program is ended, where the run has a check."""
    steps: bool
    may: list[str]
    terminal: Terminal


class RecipeRecord(TypedDict):
    """The recipe of an attempt as it was resolved."""

    name: str
    origins: list[str]
    """Its files as `origin: path`, the nearest first."""
    sources: NotRequired[dict[str, str]]
    """Key to `path:line` where it stands."""
    values: RecipeValues


class Pinned(TypedDict):
    """A file that is known by its hash."""

    sha256: Sha256


class Require(TypedDict, total=False):
    """What must hold of the tree at the end."""

    clean: bool


class Share(TypedDict):
    """How a run shares its working tree with others."""

    wait_seconds: float
    """For how long an edit waits for a path that another run claims."""


class Step(TypedDict):
    """One step of a brief."""

    step: int
    title: str
    sha256: Sha256
    text: str


class AdoptedFile(TypedDict):
    """The file of a session as it was before a run went on with it."""

    file: str
    """Path."""
    size: int
    """Bytes."""
    inode: int


class Attempt(TypedDict):
    """`attempt.json`: the whole intent of one attempt, sealed before `current` moves to it."""

    schema: Literal["workcell.file.attempt/1"]
    attempt: int
    """Its number, from 1."""
    asked_at: Time
    asked_by: AskedBy
    follows: int | None
    """Number of the attempt before it."""
    start: StartWhen
    objective: str
    """What is true when the run is done."""
    recipe: RecipeRecord
    ignore_repo: NotRequired[bool]
    """Whether nothing is taken from the repository that executes or steers."""
    approvals: NotRequired[RuleGate | None]
    """Whether a hook of the program applies rules of approvals, and forbids what it fails on; null: no rule holds."""
    model: NotRequired[str | None]
    """The model that the agent is told to use; null leaves it to the program."""
    args: NotRequired[list[str]]
    """Words that config.yaml, brief, launch file and command line add to the recipe's command, in this order."""
    setup: list[str]
    """Commands that run in the tree before the first attempt."""
    prose: str
    """What the repository tells every agent."""
    io: AgentIo
    stdin: AgentStdin
    stderr: AgentStderr
    terminal: Terminal
    reader: str
    """Who can read what the agent records: `none`, `claude` or `codex`."""
    typing: NotRequired[Typing | None]
    roll_bytes: int
    """Size at which `agent.log` rolls."""
    cwd: str
    """Top of the tree that the agent works in."""
    dir: NotRequired[str]
    """Directory below `cwd` in which agent, steps and check start; empty or absent: `cwd` itself."""
    ports: NotRequired[dict[str, int]]
    """TCP ports of the loopback interface that the run has to itself, by name of their environment variable."""
    ports_before: NotRequired[dict[str, int]]
    """Those of the attempt before that were taken by then, and have another number now."""
    env_names: list[str]
    """Names that are taken over from a person's shell."""
    secrets: list[str]
    """Names in the environment that the verify script does not get."""
    verify: Pinned | None
    """Null for a run without a verify script."""
    forbid: list[str]
    """Paths that the agent must not touch."""
    require: Require
    share: NotRequired[Share | None]
    """Null or absent for a run that has its tree to itself."""
    limits: Limits
    steps: list[Step]
    steps_since: NotRequired[int]
    """Steps that ended well in an attempt before this one run again."""
    argv: list[str]
    """What is executed."""
    prompt: str
    """What the agent is told."""
    agent_session: str
    """Id of the conversation that the agent is given or goes on with."""
    native: NotRequired[bool]
    """Whether the agent's own conversation goes on."""
    standby: NotRequired[bool]
    """Whether a turn that ends well leaves the run waiting for messages, without a process and unchecked."""
    adopted: NotRequired[AdoptedFile]
    """Of a first attempt that goes on with a session that no run began: what was there before."""
    native_why: NotRequired[str]
    """Why it does not, although that was asked for."""
    seed: NotRequired[dict[str, str]]
    """Files that the recipe lays into the attempt, by name."""
    messages: NotRequired[list[str]]
    """Ids of the messages that stand in its brief."""
    brief_given: NotRequired[int]
    """Number of the attempt whose brief a person wrote."""
    policy_sha256: NotRequired[Sha256]
    """Of `policy.json`."""


# -- policy.json


class PinnedPlaybook(TypedDict):
    """A playbook of the repository, as it was trusted."""

    name: str
    file: str
    sha256: Sha256
    text: str


class PinnedRepo(TypedDict):
    """What the repository brought when the attempt was opened."""

    top: str
    ignored: bool
    """Whether nothing of it was taken."""
    files: dict[str, Sha256]
    """Path relative to the tree."""


class Policy(TypedDict):
    """`policy.json`: what steers automation in one attempt, beside its recipe."""

    schema: Literal["workcell.file.policy/1"]
    playbooks: list[PinnedPlaybook]
    rules: ApprovalRules | None
    """Null: no rule about approvals held at launch."""
    may: list[str] | None
    """Null: the first line of the ledger says it."""
    repo: PinnedRepo
