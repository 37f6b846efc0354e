"""What can be typed where the working tree of a launch or resume is in use, made of the words that were typed."""

import shlex

from workcell.base.errors import TreeBusy
from workcell.terminal import printable


def pasteable(error: TreeBusy, words: list[str]) -> TreeBusy:
    """The error with whole commands as cures, for the command line `words`; as it is where these cannot be repeated.

    That is so of a text that came from standard input or an editor, and of one that fits no line.
    """
    before = words[: words.index("--")] if "--" in words else words
    again = shlex.join(["workcell", *words])
    if "-" in before or "--edit" in before or printable.printable(again) != again:
        return error
    found = []
    if error.worktree and words[:1] == ["launch"]:
        beside = shlex.join(["workcell", "launch", "--worktree", *words[1:]])
        found.append(f"beside it, in a worktree of its own: {beside}")
    if error.shared and words[:1] == ["launch"]:
        found.append(f"in the same tree, beside it: {shlex.join(['workcell', 'launch', '--share', *words[1:]])}")
    if error.waits:
        found.append(f"once it is over: workcell wait {error.run}; {again}")
    if not error.waits:
        found = [*error.also, *found]
        return TreeBusy(
            error.message, error.hint, found, run=error.run, waits=False, worktree=error.worktree, shared=error.shared
        )
    *rest, last = found
    return TreeBusy(error.message, last, rest, run=error.run, waits=True, worktree=error.worktree, shared=error.shared)
