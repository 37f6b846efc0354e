"""What is wrong in the graph of a plan: names that no entry has or two have, circles, and needs that cannot be met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workcell.base import spelling
from workcell.texts.document import Fault


@dataclass(frozen=True)
class Node:
    """One entry of the launch file. `lines` are those of its keys; `checked`: it has a check, so it can pass.

    `name` is empty where nothing tells it.
    `standby`: its run waits for messages, and does not end by itself.
    """

    name: str
    file: str
    line: int | None
    needs: tuple[str, ...] = ()
    when: str = "passed"
    base: str | None = None
    merge: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    checked: bool = True
    standby: bool = False

    @property
    def before(self) -> tuple[str, ...]:
        """Every entry that comes before this one, each once."""
        based = () if self.base is None else (self.base,)
        return tuple(dict.fromkeys((*self.needs, *based, *self.merge)))

    def line_of(self, name: str) -> int | None:
        """The line of the key that names the entry `name`."""
        said = {"needs": self.needs, "base": (self.base,), "merge": self.merge}
        key = next((key for key, names in said.items() if name in names), "needs")
        return self.lines.get(key, self.line)


def faults(nodes: Sequence[Node]) -> list[Fault]:
    """Every fault of the graph, with the line that it is in.

    Where the name of an entry is not known, any name that no other one has may be its own, and no circle is looked for.
    """
    named = [node for node in nodes if node.name]
    found = _doubles(named)
    known = {node.name: node for node in named}
    unknown = [fault for node in nodes for fault in _unknown(node, known)] if len(named) == len(nodes) else []
    found += unknown
    if not unknown and len(known) == len(nodes):
        found += _circle(nodes, known)
    return found + [fault for node in nodes for fault in _unmet(node, known)]


def _doubles(nodes: Sequence[Node]) -> list[Fault]:
    first: dict[str, Node] = {}
    found = []
    for node in nodes:
        other = first.setdefault(node.name, node)
        if other is not node:
            words = f"two entries are named {node.name!r}, the other one in line {other.line}"
            found.append(Fault(node.file, node.line, words, "give one of them another name: 'name: NAME'"))
    return found


def _unknown(node: Node, known: Mapping[str, Node]) -> list[Fault]:
    found = []
    for name in node.before:
        if name == node.name:
            found.append(Fault(node.file, node.line_of(name), f"{node.name!r} needs itself", "take it out"))
        elif name not in known:
            near = spelling.did_you_mean(name, list(known)) or f"names of entries: {', '.join(known)}"
            found.append(Fault(node.file, node.line_of(name), f"no entry is named {name!r}", near))
    return found


def _circle(nodes: Sequence[Node], known: Mapping[str, Node]) -> list[Fault]:
    """The first circle of entries that wait for each other; one fault, with all its lines."""
    done: set[str] = set()
    for node in nodes:
        path: list[str] = []
        todo = [(node.name, False)]
        while todo:
            name, left = todo.pop()
            if left:
                path.pop()
                done.add(name)
            elif name in path:
                return [_of_circle([known[one] for one in path[path.index(name) :]])]
            elif name not in done:
                path.append(name)
                todo.append((name, True))
                todo += [(before, False) for before in known[name].before]
    return []


def _of_circle(circle: Sequence[Node]) -> Fault:
    names = [node.name for node in circle]
    lines = [f"line {node.line_of(after)}" for node, after in zip(circle, [*names[1:], names[0]], strict=True)]
    words = f"these entries wait for each other: {' needs '.join([*names, names[0]])} ({', '.join(lines)})"
    first = circle[0]
    return Fault(first.file, first.line_of(names[1]), words, "take one of these needs out")


def _unmet(node: Node, known: Mapping[str, Node]) -> list[Fault]:
    """Needs that can never be met: no end of a run on standby, no pass of one without a check."""
    asleep = [name for name in node.before if name in known and known[name].standby]
    if asleep or (node.standby and node.before):
        words = f"{asleep[0]!r} is on standby" if asleep else f"{node.name!r} is on standby, and needs others"
        cure = "take 'standby' out, or launch it by itself: workcell launch BRIEF --standby"
        name = asleep[0] if asleep else node.before[0]
        return [Fault(node.file, node.line_of(name), f"{words}: such a run does not end by itself", cure)]
    if node.when != "passed":
        return []
    found = []
    for name in node.before:
        if name in known and not known[name].checked:
            words = f"{node.name!r} waits until {name!r} has passed, which has no check: it ends 'unverified' at best"
            cure = f"give {name!r} a check ('verify: COMMANDS'), or say 'when: ended' here"
            found.append(Fault(node.file, node.line_of(name), words, cure))
    return found
