"""What one entry of a launch file says of its run, as the options of a launch."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from workcell.base.errors import WorkcellError
from workcell.launch.options import COMMAND_LINE, Options
from workcell.rundir import no_tree
from workcell.texts import brief as briefs
from workcell.texts import launch_file

if TYPE_CHECKING:
    from workcell.texts.document import Foreign
    from workcell.texts.values import EntryValues, LimitName


def options(given: Options, read: launch_file.LaunchFile, entry: EntryValues, brief: str) -> Options:
    """The command line before the entry, the entry before the brief, the brief before the file's defaults."""
    choice = _Choice(read, entry, _front(brief), {"labels": read.path, "group": read.path})
    defaults, who = read.defaults, choice.who
    tree = choice.first("tree", given.tree, entry["tree"], None)
    if no_tree.NONE in (tree, choice.front.get("tree")):
        # the defaults speak of trees, and are no word against one that says that it has none
        defaults = {**defaults, "repo": None, "worktree": None, "share": None}
    repo = choice.first("repo", given.repo, entry["repo"], defaults["repo"])
    if repo is not None and "repo" in who:
        repo = os.path.normpath(os.path.join(read.directory(), os.path.expanduser(repo)))
    notify = given.notify
    if notify is None and entry["notify"] is not None:
        notify, who["notify"] = tuple(entry["notify"]), choice.place
    args = tuple(entry["args"] or ())
    if args:
        who["args"] = f"{choice.place}, {COMMAND_LINE}" if given.args else choice.place
    env = dict(given.env)
    if entry["env"]:
        who["env"] = choice.place
        env = {**entry["env"], **env}
    if entry["set"]:
        who["params"] = choice.place
    if entry["ports"]:
        who["ports"] = choice.place
    return replace(
        given,
        repo=repo,
        tree=tree,
        recipe=choice.first("recipe", given.recipe, next(iter(entry["race"]), entry["recipe"]), defaults["recipe"]),
        worktree=choice.first("worktree", given.worktree, entry["worktree"], defaults["worktree"]),
        share=choice.flag("share", given.share, entry["share"], defaults["share"]),
        dirty=choice.first("dirty", given.dirty, entry["dirty"], defaults["dirty"]),
        dir=choice.first("dir", given.dir, entry["dir"], None),
        name=choice.first("name", given.name, entry["name"], None),
        model=choice.first("model", given.model, entry["model"], defaults["model"]),
        labels=(*given.labels, *(entry["labels"] or ()), *(defaults["labels"] or ())),
        args=(*args, *given.args),
        verify=_verify(given, choice),
        limits=_limits(given, choice),
        env=env,
        standby=choice.flag("standby", given.standby, entry["standby"], defaults["standby"]),
        params={**entry["set"], **given.params},
        ports={**entry["ports"], **given.ports},
        notify=notify,
        group=given.group or read.group,
        said_by=who,
    )


@dataclass
class _Choice:
    """The sources of one entry's values; `who` is filled with who says each."""

    read: launch_file.LaunchFile
    entry: EntryValues
    front: Foreign
    """What the brief says itself."""
    who: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"{self.read.path}:{self.entry['line']}"

    def flag(self, key: str, asked: bool | None, own: bool | None, usual: bool | None) -> bool | None:
        """As `first`, of a value that is true or false."""
        if asked is not None or (own is None and (usual is None or key in self.front)):
            return asked
        self.who[key] = self.place if own is not None else f"{self.read.path} (defaults)"
        return usual if own is None else own

    def first(self, key: str, asked: str | None, own: str | None, usual: str | None) -> str | None:
        """The value of the command line, of the entry, or of the defaults where the brief is silent."""
        if asked is not None:
            return asked
        if own is not None:
            self.who[key] = self.place
            return own
        if usual is not None and key not in self.front:
            self.who[key] = f"{self.read.path} (defaults)"
            return usual
        return None


def _verify(given: Options, choice: _Choice) -> str | Literal[False] | None:
    """The check. A script beside the launch file is named by its path, since the check is looked for elsewhere."""
    own = choice.entry["verify"]
    if given.verify is not None or own is None:
        return given.verify
    choice.who["verify"] = choice.place
    if own is False or "\n" in own.strip():
        return own
    path = os.path.join(choice.read.directory(), os.path.expanduser(own.strip()))
    return path if os.path.isfile(path) else own


def _limits(given: Options, choice: _Choice) -> dict[LimitName, float]:
    """The limits, each from the first that says it."""
    written = choice.front.get("limits")
    in_brief = written if isinstance(written, dict) else {}
    found: dict[LimitName, float] = {}
    for name, usual in choice.read.defaults["limits"].items():
        if usual is not None and name not in in_brief:
            found[name] = usual
            choice.who[f"limits.{name}"] = f"{choice.read.path} (defaults)"
    for name, own in choice.entry["limits"].items():
        if own is not None:
            found[name] = own
            choice.who[f"limits.{name}"] = choice.place
    for name, asked in given.limits.items():
        found[name] = asked
        choice.who.pop(f"limits.{name}", None)
    return found


def _front(path: str) -> Foreign:
    """What the brief says itself. A brief that cannot be read is told by the check of its plan."""
    try:
        return briefs.read(path).document.front
    except WorkcellError:
        return {}
