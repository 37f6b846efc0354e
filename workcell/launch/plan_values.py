"""The values of a plan: who may say each of them, whose word counts, and where it came from.

Several sources may say the same key: the command line, the brief, the repository's SUPERVISOR.md as far as it is
trusted, the recipe and config.yaml. Three rules exist. The first source that says a value decides (`first`). Lists are
joined (`joined`). Of the limits that protect the machine the smallest counts (`limits`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeVar

from workcell.base import spelling
from workcell.base.errors import NotFound
from workcell.base.light_dataclass import dataclass
from workcell.git import repository
from workcell.launch import busy_tree, shell_environment
from workcell.launch.options import Options
from workcell.rundir import start_place
from workcell.texts import brief as briefs
from workcell.texts import config, project_rules, recipe
from workcell.texts.document import Fault, Faulty
from workcell.trust import acceptance, repository_rules

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.texts.values import BriefValues, ConfigValues, LimitName, SupervisorValues

Value = TypeVar("Value")

BUILT_IN, SHELL = "built in", "shell"

NAMED_BY = f"{SHELL}, named by "
"""How the origin of a variable begins whose value comes from the shell because a file names it."""

NARROWING = ("memory", "processes")
"""Limits that a brief can only make smaller than configuration, repository and recipe do: they protect the machine."""

Origins = dict[str, str]
"""Key of a value -> who said it, in words."""


@dataclass
class Sources:
    """Everything that says values of one plan."""

    home: str
    top: str
    brief: briefs.Brief
    options: Options
    settings: ConfigValues
    """config.yaml with its defaults."""
    settled: frozenset[str]
    """The keys that config.yaml itself says."""
    rules: SupervisorValues
    """What counts of SUPERVISOR.md."""
    rules_file: str
    standing: acceptance.Standing
    notes: list[str]
    origins: Origins = field(default_factory=dict)

    @property
    def config_file(self) -> str:
        return os.path.join(self.home, "config.yaml")

    @property
    def texts(self) -> dict[str, SupervisorValues | BriefValues]:
        """What the repository and the brief say, by the file that says it."""
        return {self.rules_file: self.rules, self.brief.path: self.brief.values}

    def first(self, key: str, ranked: Iterable[tuple[str, Value | None]]) -> Value | None:
        """The first value that was said, of (who, value); its origin is noted. None where nothing was said."""
        for origin, value in ranked:
            if value is not None:
                self.origins[key] = origin
                return value
        self.origins[key] = BUILT_IN
        return None

    def ranked(
        self, key: str, brief: str | None, rules: str | None, settings: str | None
    ) -> list[tuple[str, str | None]]:
        """Who may say the value of `key`, the first one before the others."""
        given: tuple[str, str | None] = (self.options.who(key), getattr(self.options, key))
        return [given, (self.brief.path, brief), (self.rules_file, rules), (self.config_file, settings)]

    def joined(self, key: str, said: Mapping[str, list[str]]) -> list[str]:
        """What all of them say together, each value once."""
        self.origins[key] = ", ".join(origin for origin, values in said.items() if values) or BUILT_IN
        return list(dict.fromkeys(value for values in said.values() for value in values))


def origin_of(chosen: recipe.Recipe, key: str) -> str:
    """The origin of a key of the recipe: its file and line."""
    where = chosen.sources.get(key)
    return f"recipe {chosen.name} ({where})" if where else f"recipe {chosen.name}"


def choose_recipe(said: Sources) -> recipe.Recipe:
    """The recipe of the launch, with the keys that the brief itself adds to it."""
    brief, options = said.brief, said.options
    asked = brief.values["recipe"]
    lines = {path[1:]: line for path, line in brief.document.lines.items() if path[:1] == ("recipe",)}
    own = None
    if isinstance(asked, dict):
        own = recipe.Own({key: value for key, value in asked.items() if key != "extends"}, brief.path, lines)
    named = asked["extends"] if isinstance(asked, dict) else asked
    name = said.first("recipe", said.ranked("recipe", named, said.rules["recipe"], said.settings["recipe"]))
    if options.recipe not in (None, named):
        own = None
    project = None if options.ignore_repo else said.top
    try:
        return recipe.resolve(str(name), home=said.home, project=project, own=own)
    except NotFound as error:
        left_out = repository_rules.recipe_left_out(str(name), said.top, said.home) if project is None else None
        if left_out is None:
            raise
        raise left_out from error


def model(said: Sources, chosen: recipe.Recipe) -> str | None:
    """The model that the agent is told to use. Raises Faulty where the recipe does not say how its program is told."""
    settings = said.settings["recipes"].get(chosen.name)
    written = (said.brief.path, said.brief.values["model"])
    usual = (said.config_file, settings["model"] if settings else None)
    found = said.first("model", ((said.options.who("model"), said.options.model), written, usual))
    if found is not None and not chosen.values["model"]:
        words = f"recipe {chosen.name!r} does not say how its program is told of a model"
        cure = f"leave 'model' out, or: recipe: {{extends: {chosen.name}, model: [--model, '{{{{ model }}}}']}}"
        raise Faulty([Fault(said.origins["model"], None, words, cure)])
    return found


def args(said: Sources, chosen: recipe.Recipe) -> list[str]:
    """The words that are added to the recipe's command, the most special last, since most programs take the last."""
    settings = said.settings["recipes"].get(chosen.name)
    given = (
        (said.config_file, (settings["args"] if settings else None) or []),
        (said.brief.path, said.brief.values["args"] or []),
        (said.options.who("args"), said.options.args),
    )
    said.origins["args"] = ", ".join(origin for origin, words in given if words) or BUILT_IN
    found = [word for _, words in given for word in words]
    if found and chosen.values["steps"]:
        words = f"recipe {chosen.name!r} runs the steps of the brief, and takes no arguments"
        raise Faulty([Fault(said.origins["args"], None, words, "leave 'args' out, or name an agent with 'recipe'")])
    return found


def dirty(said: Sources) -> str:
    """What to do with uncommitted work: refuse, allow or snapshot."""
    ranked = said.ranked("dirty", said.brief.values["dirty"], said.rules["dirty"], said.settings["dirty"])
    return str(said.first("dirty", ranked))


def notify(said: Sources) -> list[str] | None:
    """The adapters that are told of the run: the brief's list, else that of config.yaml; None leaves it to them.

    Raises Faulty for a name that no adapter has: its notices would reach no one.
    """
    brief, options = said.brief, said.options
    named: list[str] | None = brief.values["notify"]
    file, line = brief.path, brief.document.lines.get(("notify",))
    if options.notify is not None:
        named, file, line = list(options.notify), options.who("notify"), None
    said.origins["notify"] = file
    if named is None:
        named = said.settings.get("notify") if "notify" in said.settled else None
        file, line = said.config_file, None
        said.origins["notify"] = BUILT_IN if named is None else said.config_file
    if not named:
        return named
    from workcell.texts import adapter

    known = adapter.names(said.home)
    faults = [
        Fault(file, line, f"'notify' names {name!r}, and no adapter has that name", spelling.did_you_mean(name, known))
        for name in named
        if name not in known
    ]
    if faults:
        raise Faulty(faults, "workcell notify ls")
    return named


def granted(said: Sources, chosen: recipe.Recipe) -> list[str]:
    """The operations that brief and recipe grant; a recipe that the repository itself chose grants nothing."""
    by_repository = said.origins["recipe"] == said.rules_file
    of_the_recipe = [] if by_repository else chosen.values["may"]
    return said.joined("may", {said.brief.path: said.brief.values["may"], origin_of(chosen, "may"): of_the_recipe})


def secrets(said: Sources, chosen: recipe.Recipe) -> list[str]:
    """Names of variables whose values are masked, sorted."""
    sources = {said.config_file: said.settings, origin_of(chosen, "secrets"): chosen.values, **said.texts}
    return sorted(said.joined("secrets", {who: values["secrets"] for who, values in sources.items()}))


def labels(said: Sources) -> list[str]:
    """The labels of brief and command line."""
    given = {said.brief.path: list(said.brief.values["labels"])}
    given.setdefault(said.options.who("labels"), []).extend(said.options.labels)
    return said.joined("labels", given)


def directory(said: Sources, tree: repository.Tree | None) -> str:
    """The directory below the top in which agent, steps and check start; empty for the top itself.

    Raises Faulty where it is no plain directory of the tree: for a worktree, of the commit that this will begin at.
    """
    ranked = ((said.options.who("dir"), said.options.dir), (said.brief.path, said.brief.values["dir"]))
    found = said.first("dir", ranked)
    if found is None:
        return ""
    who = said.origins["dir"]
    found = briefs.check_directory(found, who)
    branch = worktree(said, tree)
    if branch is None or tree is None:
        words, cure = start_place.trouble(said.top, found), "name one below the top, or make it"
    else:
        words, cure = _not_committed(tree, branch, found, said.options.base), "name a directory that is committed there"
    if words is not None:
        line = said.brief.document.lines.get(("dir",)) if who == said.brief.path else None
        raise Faulty([Fault(who, line, f"cannot start in 'dir: {found}': {words}", cure)])
    return found


def _not_committed(tree: repository.Tree, branch: str, below: str, base: str | None) -> str | None:
    """Why a worktree on `branch`, which is made at `base`, will not have the directory; None where it will."""
    commit = f"refs/heads/{branch}"
    if not branch or not repository.ask(tree.top, "rev-parse", "--quiet", "--verify", f"{commit}^{{commit}}").ok:
        commit = base or "HEAD"
    asked = repository.ask(tree.top, "cat-file", "-t", f"{commit}:{below}")
    if asked.ok and asked.out.strip() == b"tree":
        return None
    return f"{branch or 'HEAD'} has no directory {below}"


def tests(said: Sources) -> list[str] | None:
    """The repository's own tests, which are commands for the top of its tree."""
    commands = said.rules["tests"]
    below = said.options.dir or said.brief.values["dir"]
    if not commands or not below:
        return commands
    parts = [part for part in below.split("/") if part not in ("", ".")]
    return [f"cd {'/'.join('..' for _ in parts)}", *commands]


def worktree(said: Sources, tree: repository.Tree | None) -> str | None:
    """The branch of a worktree of the run's own, empty for one named after the run; None to work in the tree itself."""
    ranked = ((said.options.who("worktree"), said.options.worktree), (said.brief.path, said.brief.values["worktree"]))
    found = said.first("worktree", ranked)
    shared = said.options.share or said.brief.values["share"]
    if found is None and said.options.beside and not shared and tree is not None and tree.head is not None:
        holder = busy_tree.holder(said.home, tree.top)
        if holder is not None:
            said.origins["worktree"] = f"{holder} has the tree"
            return ""
    return found


def forbidden(said: Sources) -> list[str]:
    """The paths that the agent must not touch."""
    return said.joined("forbid", {who: values["forbid"] for who, values in said.texts.items()})


def carried(said: Sources) -> list[str]:
    """The ignored files that are copied into a worktree."""
    return said.joined("carry", {who: values["carry"] for who, values in said.texts.items()})


def setup(said: Sources) -> list[str]:
    """The commands that run in the tree before the first attempt."""
    return said.joined("setup", {said.rules_file: said.rules["setup"]})


def group(said: Sources) -> str | None:
    """The label of the runs of one launch file."""
    said.origins["group"] = said.options.who("group") if said.options.group else BUILT_IN
    return said.options.group


def prose(said: Sources, rules: project_rules.Supervisor | None) -> str:
    """What the repository tells every agent."""
    text = rules.told() if rules else ""
    said.origins["prose"] = said.rules_file if text else BUILT_IN
    return text


def clean_required(said: Sources) -> bool:
    """Whether the tree must be clean at the end."""
    asked = [origin for origin, values in said.texts.items() if values["require"] and values["require"]["clean"]]
    said.origins["require.clean"] = asked[0] if asked else BUILT_IN
    return bool(asked)


def limits(said: Sources, chosen: recipe.Recipe) -> schema.Limits:
    """The limits of the run as they stand in attempt.json."""
    out: Any = {key: _limit(said, chosen, key) for key in config.LIMITS}
    return {
        "wall_seconds": out["wall"],
        "idle_seconds": out["idle"],
        "person_seconds": out["person"],
        "attempts": out["attempts"],
        "verify_seconds": out["verify"],
        "cost_usd": out["cost"],
        "memory_bytes": out["memory"],
        "processes": out["processes"],
    }


def _limit(said: Sources, chosen: recipe.Recipe, key: LimitName) -> float | None:
    """One limit. One of the repository that is wider than what holds otherwise needs trust."""
    asked = (said.options.who(f"limits.{key}"), said.options.limits.get(key))
    written = (said.brief.path, said.brief.values["limits"].get(key))
    own = written if asked[1] is None else asked
    rules = (said.rules_file, said.rules["limits"].get(key))
    others: tuple[tuple[str, float | None], ...] = (
        (origin_of(chosen, f"limits.{key}"), chosen.values["limits"].get(key)),
        (said.config_file, said.settings["limits"].get(key)),
        (BUILT_IN, config.LIMITS[key]),
    )
    if key in NARROWING:
        # the smallest counts, so that none of them can make another one wider
        given = [(who, value) for who, value in (asked, written, rules, *others) if value is not None]
        return said.first(f"limits.{key}", [min(given, key=_value)] if given else [])
    usual = next((value for _, value in others if value is not None), None)
    wider = own[1] is None and repository_rules.wider(rules[1], usual)
    if wider and not said.standing.accepts("limits", said.rules["limits"]):
        said.notes.append(f"limits.{key} of {said.rules_file} is wider than {usual:g} and not taken: workcell trust")
        rules = (said.rules_file, None)
    return said.first(f"limits.{key}", (own, rules, *others))


def _value(entry: tuple[str, float]) -> float:
    return entry[1]


@dataclass(frozen=True)
class Environment:
    """The environment of a run, the names that files gave, and those of them whose value a file gave."""

    env: dict[str, str]
    names: list[str]
    fixed: list[str]


def environment(said: Sources, chosen: recipe.Recipe) -> Environment:
    """The environment of agent and check: some of the shell's, then what the files say."""
    shell = said.options.shell
    env = shell_environment.taken_over(shell)
    named: dict[str, str | None] = {}
    sources = (
        (said.config_file, said.settings["env"]),
        ("", chosen.values["env"]),
        (said.rules_file, said.rules["env"]),
        (said.brief.path, said.brief.values["env"]),
        (said.options.who("env"), said.options.env),
    )
    said.origins.update({f"env.{name}": SHELL for name in env})
    for origin, source in sources:
        named.update(source)
        for name, value in source.items():
            who = origin or origin_of(chosen, f"env.{name}")
            said.origins[f"env.{name}"] = who if value is not None else f"{NAMED_BY}{who}"
    for name, value in named.items():
        if value is not None:
            env[name] = value
        elif name in shell:
            env[name] = shell[name]
    return Environment(env, sorted(named), sorted(name for name, value in named.items() if value is not None))
