"""What a person says on the command line, or a launch file in its place, about one launch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from workcell.base.light_dataclass import dataclass

if TYPE_CHECKING:
    from workcell.launch.adopted import Adopted
    from workcell.texts.values import LimitName

COMMAND_LINE = "command line"
STANDARD_INPUT = "standard input"


@dataclass(frozen=True)
class Options:
    """The options of a launch; None where nothing was said."""

    recipe: str | None = None
    repo: str | None = None
    dir: str | None = None
    """A directory below the top of the tree, to start in."""
    name: str | None = None
    worktree: str | None = None
    """A branch; empty for one named after the run."""
    beside: bool = False
    """Where a live run has the tree, and nothing else says otherwise: work in a worktree of its own."""
    tree: str | None = None
    """`none`: it has no working tree."""
    share: bool | None = None
    """Share the tree with other runs that do."""
    dirty: str | None = None
    labels: tuple[str, ...] = ()
    group: str | None = None
    model: str | None = None
    args: tuple[str, ...] = ()
    """Words that are added to the agent's command behind those of configuration and brief."""
    verify: str | Literal[False] | None = None
    """The check in place of the brief's; False for none."""
    limits: Mapping[LimitName, float] = field(default_factory=dict)
    """Limits before all others: seconds, a number of attempts, US dollars."""
    env: Mapping[str, str | None] = field(default_factory=dict)
    """Variables beside those of the brief; None takes the value from the shell."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """How many TCP ports for each variable, beside those of the brief."""
    standby: bool | None = None
    """Whether the run waits for messages after a turn that ended well."""
    notify: tuple[str, ...] | None = None
    """The adapters that are told, in place of the brief's."""
    params: Mapping[str, str] = field(default_factory=dict)
    """Values of the brief's parameters."""
    ignore_repo: bool = False
    """Take nothing from the repository that executes or steers, and let the agent's program take nothing either."""
    adopted: Adopted | None = None
    """The session that the first attempt goes on with; None begins a new one."""
    watch: bool = False
    """The run that launches it is told when it is over."""
    within: float | None = None
    """Seconds after which that run is told in any case."""
    script: bytes | None = None
    """The check itself, as an earlier command read it; then `verify` names none."""
    base: str | None = None
    """The commit at which a worktree of its own begins; None for HEAD of the tree."""
    plan: Mapping[str, str] | None = None
    """The plan that starts the run, and the name of its entry there: `{id, entry}`."""
    shell: Mapping[str, str] = field(default_factory=dict)
    """The environment variables of the person who launches; some of them become those of the run."""
    said_by: Mapping[str, str] = field(default_factory=dict)
    """Who says a value in place of the command line, e.g. {"recipe": "night.yaml:4"}."""

    def who(self, key: str) -> str:
        """The origin of the value of `key`, in words."""
        return self.said_by.get(key, COMMAND_LINE)
