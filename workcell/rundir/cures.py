"""What helps a failed run before another attempt does, by what made it fail."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from workcell.rundir import schema


class Cure:
    """What helps a failed run before another attempt does."""

    __slots__ = ("command", "kind", "option", "then", "why")

    def __init__(self, kind: "schema.Need", command: str, why: str, then: str, option: str = "") -> None:
        self.kind = kind
        self.command = command
        """A command line; `{run}` stands for the id of the run."""
        self.why = why
        """What to do, in words."""
        self.then = then
        """What the next attempt does, once that is done."""
        self.option = option
        """What the next attempt needs beside the id of the run."""


CURES: "dict[str, Cure]" = {
    "auth": Cure(
        "sign-in",
        "workcell doctor",
        "sign the agent program in again; until then every attempt fails in the same way",
        "goes on, once it is signed in",
    ),
    "billing": Cure(
        "decide",
        "workcell accounts",
        "add credit to the account; until then every attempt fails in the same way",
        "goes on, once there is credit",
    ),
    "config_error": Cure(
        "decide",
        "workcell doctor",
        "mend how the agent program is started (recipe, model, flags, user); another attempt alone changes nothing",
        "goes on, once that is mended",
    ),
    "same-failure": Cure(
        "decide",
        "workcell diff {run}",
        "two attempts left the same tree, and the check failed in the same way; the same brief would do it again",
        "goes on with a corrected brief",
        "--brief NEW.md",
    ),
}
"""By verdict or finding of a failed attempt: what helps where another attempt by itself does not."""


def cause(result: "schema.Result | None") -> "str | None":
    """The key of CURES that a result leads to; None where another attempt may help by itself."""
    if result is None:
        return None
    judged = result.get("verdict")
    return cause_of(judged["verdict"] if judged else None, result.get("findings") or ())


def cause_of(verdict: "str | None", findings: "Iterable[str]") -> "str | None":
    """The same of a verdict and the findings beside it."""
    return next((one for one in (verdict, *findings) if one in CURES), None)
