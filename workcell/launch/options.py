"""What a person says on the command line, or a launch file in its place, about one launch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Options:
    """The options of a launch; None where nothing was said."""

    recipe: str | None = None
    repo: str | None = None
    name: str | None = None
    worktree: str | None = None
    """A branch; empty for one named after the run."""
    dirty: str | None = None
    labels: tuple[str, ...] = ()
    group: str | None = None
    ignore_repo: bool = False
    """Take nothing from the repository that executes or steers, and let the agent's program take nothing either."""
    shell: Mapping[str, str] = field(default_factory=dict)
    """The environment variables of the person who launches; some of them become those of the run."""
    said_by: Mapping[str, str] = field(default_factory=dict)
    """Who says a value in place of the command line, e.g. {"recipe": "night.yaml:4"}."""

    def who(self, key: str) -> str:
        """The origin of the value of `key`, in words."""
        return self.said_by.get(key, COMMAND_LINE)
