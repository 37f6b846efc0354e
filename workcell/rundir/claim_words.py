"""What is said of claims in the way, the same by the verb and by the hook."""

from workcell.base import clock
from workcell.rundir import claims, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir.schema.claims import Claim


def in_the_way(found: "list[Claim]", home: str) -> str:
    """Which run has the first of these claims, what for and until when."""
    claim = found[0]
    name = find.name_of(find.path_of(home, claim["run"]))
    who = f"{name} ({claim['run']})" if name else claim["run"]
    what = _path(claim["path"])
    why = f", for {claim['why']!r}" if claim["why"] else ""
    until = f", until {clock.local(clock.parse(claim['until']))}" if claim["until"] else ""
    return f"{what} is claimed by the run {who}{why}{until}"


def deadlock(ring: "list[str]", run: str) -> str:
    """Which runs would wait for each other."""
    chain = " waits for ".join([*ring, run])
    return f"waiting would not end: {chain}, and this is {run}"


def not_claimed(run: str, path: str, holder: "str | None", claimed: "str | None") -> str:
    """That the run does not claim the path, and which run claims it, or a directory above it or something below."""
    what = _path(path)
    if holder is None or claimed is None:
        return f"{run} does not claim {what}: no run does"
    who = "its own claim is" if holder == run else f"the run {holder} claims"
    return f"{run} does not claim {what}: {who} {_path(claimed)}"


def _path(path: str) -> str:
    return "the whole tree" if path == claims.WHOLE else repr(path)
