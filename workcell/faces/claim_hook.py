"""Claims for the edits of an agent in a tree that runs share, taken before each by the hook of its program."""

import os

from workcell.agents import edits
from workcell.base import clock
from workcell.rundir import claims, home, layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.base.json_codec import Json
    from workcell.rundir.claim_waits import Answer

SHOWN = 200
"""Maximum characters of what failed that an event tells."""


def refusal(words: "list[str]", payload: "Json") -> "str | None":
    """Why the tool call may not edit, in words for the agent; None where its paths are claimed, or it edits none.

    `words` are those of the hook. Nothing is raised: what fails forbids no edit, and is told as an event of the run.
    """
    run = words[1]
    try:
        return _claim(run, int(words[2]), float(words[5]), words[6], payload)
    except Exception as error:
        try:
            from workcell.rundir import spool

            said = f"{type(error).__name__}: {error}"[:SHOWN]
            spool.note(run, "claim.failed", attempt=int(words[2]), why=said)
        except Exception:
            pass
        return None


def _claim(run: str, attempt: int, seconds: float, top: str, payload: "Json") -> "str | None":
    cwd = payload.get("cwd")
    found = edits.paths_of(
        str(payload.get("tool_name")), payload.get("tool_input"), cwd if isinstance(cwd, str) else top
    )
    if not found:
        return None
    own = layout.home_of(run)
    home.check(own)
    tree = claims.Tree(own, top)
    paths = [path for path in map(tree.relative, found) if path is not None]
    if not paths:
        return None
    wish = claims.Wish(os.path.basename(run), attempt, list(dict.fromkeys(paths)), auto=True)
    held = tree.lock()
    if held is None:
        raise TimeoutError("the claims of the tree were being changed for too long")
    try:
        if not claims.take(tree, wish, clock.stamp()):
            return None
    finally:
        os.close(held)
    return _wait(tree, wish, seconds, run)


def _wait(tree: claims.Tree, wish: claims.Wish, seconds: float, run: str) -> "str | None":
    """Wait for what is in the way: None once it is claimed, else why not. Few edits come here."""
    from workcell.rundir import claim_waits, spool

    answer = claim_waits.take(tree, wish, seconds)
    if answer.busy:
        raise TimeoutError("the claims of the tree were being changed for too long")
    if not answer.in_the_way:
        return None
    in_the_way = answer.in_the_way[0]
    spool.note(
        run, "claim.refused", attempt=wish.attempt, path=in_the_way["path"], holder=in_the_way["run"], ring=answer.ring
    )
    return _words(tree, wish, answer)


def _words(tree: claims.Tree, wish: claims.Wish, answer: "Answer") -> str:
    from workcell.rundir import claim_words

    said = claim_words.in_the_way(answer.in_the_way, tree.home)
    holder = answer.in_the_way[0]["run"]
    if answer.ring:
        ring = claim_words.deadlock(answer.ring, wish.run)
        return f"{said}, and {ring}: give back what it waits for (workcell unclaim), or do something else first"
    waited = f" after {clock.span(answer.waited)}" if answer.waited >= 1 else ""
    return f"{said}{waited}: edit something else first, or ask that run: workcell send {holder} 'TEXT'"
