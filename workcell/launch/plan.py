"""Working out the whole intent of a run from brief, repository, recipe and configuration, and touching nothing."""

import os
import shlex
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workcell.base import ids
from workcell.base.errors import Invalid, NotFound, Refused, Unreachable
from workcell.git import repository
from workcell.launch import plan_verify
from workcell.rundir import layout
from workcell.texts import adapter, config, fields, project_rules, recipe
from workcell.texts import brief as briefs
from workcell.texts.document import Fault, Faulty
from workcell.trust import acceptance, repository_files, repository_rules

ENV_NAMES = ("HOME", "PATH", "SHELL", "USER", "LOGNAME", "LANG", "TMPDIR", "SSH_AUTH_SOCK")
ENV_PREFIXES = ("LC_", "XDG_")

COMMAND_LINE, BUILT_IN, SHELL = "command line", "built in", "shell"

NAMED_BY = f"{SHELL}, named by "
"""How the origin of a variable begins whose value comes from the shell because a file names it."""

NARROWING = ("memory", "processes")
"""Limits that a brief can only make smaller than configuration, repository and recipe do: they protect the machine."""


@dataclass(frozen=True)
class Options:
    """What the command line says; None where it is silent."""

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
    said_by: Mapping[str, str] = field(default_factory=dict)
    """Who says a value in place of the command line, e.g. {"recipe": "night.yaml:4"}."""

    def who(self, key: str) -> str:
        return self.said_by.get(key, COMMAND_LINE)


@dataclass
class Plan:
    """Everything that launch writes, and where each value came from (`origins`: key to words)."""

    home: str
    id: str
    name: str
    brief: briefs.Brief
    repo: str
    top: str
    tree: repository.Tree | None
    git_error: str | None
    recipe: recipe.Recipe
    verify: bytes | None
    objective: str
    limits: dict[str, Any]
    env: dict[str, str]
    env_names: list[str]
    fixed: list[str]
    """Names in env whose value a file gave: a later shell does not replace it."""
    secrets: list[str]
    forbid: list[str]
    clean: bool
    dirty: str
    worktree: str | None
    carry: list[str]
    setup: list[str]
    notify: list[str] | None
    labels: list[str]
    group: str | None
    prose: str
    bring: repository_files.Brought
    """What the launch takes from the repository; nothing with `ignore_repo`."""
    ignore_repo: bool = False
    notes: list[str] = field(default_factory=list)
    """What a person should know of what was left out."""
    may: list[str] = field(default_factory=list)
    """Operations that the run is granted beyond those of any run."""
    origins: dict[str, str] = field(default_factory=dict)

    @property
    def run(self) -> str:
        return os.path.join(self.home, layout.RUNS, self.id)


def make(path: str, options: Options, home: str) -> Plan:
    """The plan for the brief at `path`. Raises the WorkcellError of whatever is wrong; nothing is written."""
    brief = briefs.read(path)
    if brief.faults:
        raise Faulty(brief.faults, f"workcell brief lint {shlex.quote(path)}")
    return of(brief, options, home)


def of(brief: briefs.Brief, options: Options, home: str) -> Plan:
    """The plan for a brief that was read already; the brief's own faults are not looked at."""
    settings, settled = config.read_said(os.path.join(home, layout.CONFIG))
    titled = brief.document.front.get("objective") is None
    origins: dict[str, str] = {"objective": f"{brief.path} (title)" if titled else brief.path}
    repo = _repo(brief, options, origins)
    tree, git_error = _tree(repo)
    top = tree.top if tree else os.path.realpath(repo)
    law = project_rules.read(top)
    if law and law.faults:
        raise Faulty(law.faults, f"mend {law.path}")
    place = acceptance.place_of(top, tree)
    standing = acceptance.Standing(place) if options.ignore_repo else acceptance.read(home, place)
    notes = [standing.trouble] if standing.trouble else []
    laid = repository_rules.taken(law, standing, settings, ignore=options.ignore_repo, notes=notes)
    files = _Files(brief.path, law.path if law else project_rules.FILE, os.path.join(home, layout.CONFIG))
    chosen = _recipe(brief, options, laid, settings, home, top, files, origins)
    may = _granted(brief, chosen, origins, files)
    bring = repository_files.Brought(top) if options.ignore_repo else repository_files.of_launch(top, law, chosen)
    if options.ignore_repo:
        _can_ignore(chosen)
    else:
        notes += repository_rules.shadowed(top, home)
    if chosen.values["steps"] and not brief.steps:
        raise Faulty(
            [Fault(brief.path, None, f"recipe {chosen.name!r} runs the blocks under '## Steps', and there are none")],
            "add a '## Steps' section with fenced bash blocks, or choose another recipe with --recipe",
        )
    name = None if options.name is None else briefs.check_name(options.name)
    name = name or brief.values["name"] or ids.slug(brief.objective) or "run"
    origins["name"] = options.who("name") if options.name else files.brief if brief.values["name"] else "objective"
    said = {files.rules: laid, files.brief: brief.values}
    env, names, fixed = _environment(brief, chosen, laid, settings, files, origins)
    asked_tree = ((options.who("worktree"), options.worktree), (files.brief, brief.values["worktree"]))
    worktree = _first(origins, "worktree", asked_tree)
    clean = {origin: (values["require"] or {}).get("clean") or None for origin, values in said.items()}
    _first(origins, "require.clean", clean.items())
    notify = _notify(brief, settings if "notify" in settled else {}, files, home, origins)
    origins["group"] = options.who("group") if options.group else BUILT_IN
    secrets = {files.config: settings, _of_recipe(chosen, "secrets"): chosen.values, **said}
    labels = {files.brief: brief.values["labels"], options.who("labels"): list(options.labels)}
    asked = (brief.values["dirty"], laid["dirty"], settings["dirty"])
    dirty = _first(origins, "dirty", _ranked(options, "dirty", files, *asked))
    for key in ("recipe", "dirty"):
        if origins.get(key) == files.config and key not in settled:
            origins[key] = BUILT_IN
    origins["recipe"] = f"{origins['recipe']}; {', '.join(chosen.origins)}"
    prose = law.told() if law else ""
    origins["prose"] = files.rules if prose else BUILT_IN
    return Plan(
        home=home,
        id=ids.run_id(name),
        name=name,
        brief=brief,
        repo=repo,
        top=top,
        tree=tree,
        git_error=git_error,
        recipe=chosen,
        verify=plan_verify.script(brief, laid["tests"], top, files.rules, origins),
        objective=brief.objective,
        limits=_limits(brief, laid, chosen, settings, files, origins, standing, notes),
        env=env,
        env_names=names,
        fixed=fixed,
        secrets=sorted(_joined(origins, "secrets", {who: values["secrets"] for who, values in secrets.items()})),
        forbid=_joined(origins, "forbid", {who: values["forbid"] for who, values in said.items()}),
        clean=any(clean.values()),
        dirty=dirty,
        worktree=worktree,
        carry=_joined(origins, "carry", {who: values["carry"] for who, values in said.items()}),
        setup=_joined(origins, "setup", {files.rules: laid["setup"]}),
        notify=notify,
        labels=_joined(origins, "labels", labels),
        group=options.group,
        prose=prose,
        bring=bring,
        ignore_repo=options.ignore_repo,
        notes=notes,
        may=may,
        origins=origins,
    )


@dataclass(frozen=True)
class _Files:
    """The files that say values, as they are named in `origins`."""

    brief: str
    rules: str
    config: str


def _of_recipe(chosen: recipe.Recipe, key: str) -> str:
    """Who says a key of the recipe: its file and line."""
    where = chosen.sources.get(key)
    return f"recipe {chosen.name} ({where})" if where else f"recipe {chosen.name}"


def _can_ignore(chosen: recipe.Recipe) -> None:
    if chosen.values["repo_runs"] and not chosen.values["ignore_repo"]:
        raise Refused(
            f"recipe {chosen.name!r} has no 'ignore_repo': nothing keeps its program from the tree's own files",
            "choose another recipe, or read what the repository brings and trust it: workcell trust",
        )


def _repo(brief: briefs.Brief, options: Options, origins: dict[str, str]) -> str:
    if options.repo is not None:
        origins["repo"] = options.who("repo")
        repo = os.path.abspath(options.repo)
    elif brief.values["repo"]:
        origins["repo"] = brief.path
        repo = os.path.join(brief.directory(), os.path.expanduser(brief.values["repo"]))
    else:
        origins["repo"] = "current directory"
        repo = os.getcwd()
    repo = os.path.normpath(repo)
    if not os.path.isdir(repo):
        raise NotFound(f"no directory {repo!r} to work in", "name the repository with 'repo:' or --repo")
    return repo


def _tree(repo: str) -> tuple[repository.Tree | None, str | None]:
    """The repository, or why there is none: a run needs no git, but a repository that cannot be asked is refused."""
    try:
        tree = repository.find(repo)
    except Unreachable as error:
        return None, error.message
    if tree is None:
        return None, "not a git repository"
    if tree.bare:
        raise Refused(f"{tree.top} is a bare repository: there is no tree to work in", "name a working tree")
    return tree, None


def _recipe(
    brief: briefs.Brief,
    options: Options,
    laid: dict[str, Any],
    settings: dict[str, Any],
    home: str,
    top: str,
    files: _Files,
    origins: dict[str, str],
) -> recipe.Recipe:
    asked = brief.values["recipe"]
    own = {key: value for key, value in asked.items() if key != "extends"} if isinstance(asked, dict) else None
    named = asked["extends"] if isinstance(asked, dict) else asked
    name = _first(origins, "recipe", _ranked(options, "recipe", files, named, laid["recipe"], settings["recipe"]))
    if options.recipe not in (None, named):
        own = None
    lines = {path[1:]: line for path, line in brief.document.lines.items() if path[:1] == ("recipe",)}
    project = None if options.ignore_repo else top
    return recipe.resolve(name, home=home, project=project, own=own, own_file=brief.path, own_lines=lines)


def _notify(
    brief: briefs.Brief, settings: Mapping[str, Any], files: _Files, home: str, origins: dict[str, str]
) -> list[str] | None:
    """The adapters that are told of the run: the brief's list, else that of config.yaml; None leaves it to them.

    Raises Faulty for a name that no adapter has: its notices would reach nobody.
    """
    named: list[str] | None = brief.values["notify"]
    file, line = brief.path, brief.document.lines.get(("notify",))
    origins["notify"] = files.brief
    if named is None:
        named = settings.get("notify")
        file, line = files.config, None
        origins["notify"] = BUILT_IN if named is None else files.config
    if not named:
        return named
    known = adapter.names(home)
    faults = [
        Fault(file, line, f"'notify' names {name!r}, and no adapter has that name", fields.did_you_mean(name, known))
        for name in named
        if name not in known
    ]
    if faults:
        raise Faulty(faults, "workcell notify ls")
    return named


def _ranked(options: Options, key: str, files: _Files, brief: Any, laid: Any, settings: Any) -> list[tuple[str, Any]]:
    """Who may say the value of `key`, the first one before the others."""
    given = (options.who(key), getattr(options, key))
    return [given, (files.brief, brief), (files.rules, laid), (files.config, settings)]


def _first(origins: dict[str, str], key: str, ranked: Iterable[tuple[str, Any]]) -> Any:
    for origin, value in ranked:
        if value is not None:
            origins[key] = origin
            return value
    origins[key] = BUILT_IN
    return None


def _joined(origins: dict[str, str], key: str, said: Mapping[str, list[str]]) -> list[str]:
    """What all of them say together, each value once."""
    origins[key] = ", ".join(origin for origin, values in said.items() if values) or BUILT_IN
    return list(dict.fromkeys(value for values in said.values() for value in values))


def _granted(brief: briefs.Brief, chosen: recipe.Recipe, origins: dict[str, str], files: _Files) -> list[str]:
    """What brief and recipe grant; a recipe that the repository itself chose grants nothing."""
    by_repository = origins["recipe"] == files.rules
    of_recipe = [] if by_repository else chosen.values["may"]
    return _joined(origins, "may", {files.brief: brief.values["may"], _of_recipe(chosen, "may"): of_recipe})


def _limits(
    brief: briefs.Brief,
    laid: dict[str, Any],
    chosen: recipe.Recipe,
    settings: dict[str, Any],
    files: _Files,
    origins: dict[str, str],
    standing: acceptance.Standing,
    notes: list[str],
) -> dict[str, Any]:
    out = {}
    for key in config.LIMITS:
        own = (files.brief, brief.values["limits"].get(key))
        rules = (files.rules, laid["limits"].get(key))
        others = (
            (_of_recipe(chosen, f"limits.{key}"), chosen.values["limits"].get(key)),
            (files.config, settings["limits"].get(key)),
            (BUILT_IN, config.LIMITS[key]),
        )
        usual = next((value for _, value in others if value is not None), None)
        if key in NARROWING:
            # the smallest counts, so that none of them can make another one wider
            said: list[tuple[str, Any]] = [one for one in (own, rules, *others) if one[1] is not None]
            out[key] = _first(origins, f"limits.{key}", sorted(said, key=lambda one: float(one[1])))
            continue
        if (
            own[1] is None
            and repository_rules.wider(rules[1], usual)
            and not standing.accepts("limits", laid["limits"])
        ):
            notes.append(f"limits.{key} of {files.rules} is wider than {usual:g} and not taken: workcell trust")
            rules = (files.rules, None)
        out[key] = _first(origins, f"limits.{key}", (own, rules, *others))
    return {
        "wall_seconds": out["wall"],
        "idle_seconds": out["idle"],
        "attempts": out["attempts"],
        "verify_seconds": out["verify"],
        "cost_usd": out["cost"],
        "memory_bytes": out["memory"],
        "processes": out["processes"],
    }


def environment_now() -> dict[str, str]:
    """What every run takes over from the shell that launches it."""
    return {name: value for name, value in os.environ.items() if name in ENV_NAMES or name.startswith(ENV_PREFIXES)}


def _environment(
    brief: briefs.Brief,
    chosen: recipe.Recipe,
    laid: dict[str, Any],
    settings: dict[str, Any],
    files: _Files,
    origins: dict[str, str],
) -> tuple[dict[str, str], list[str], list[str]]:
    """(the whole environment, the names that brief and others gave, those with a value). Others are taken over."""
    env = environment_now()
    named: dict[str, str | None] = {}
    sources = (
        (files.config, settings["env"]),
        ("", chosen.values["env"]),
        (files.rules, laid["env"]),
        (files.brief, brief.values["env"]),
    )
    origins.update({f"env.{name}": SHELL for name in env})
    for origin, source in sources:
        named.update(source)
        for name, value in source.items():
            who = origin or _of_recipe(chosen, f"env.{name}")
            origins[f"env.{name}"] = who if value is not None else f"{NAMED_BY}{who}"
    for name, value in named.items():
        if value is not None:
            env[name] = value
        elif name in os.environ:
            env[name] = os.environ[name]
    return env, sorted(named), sorted(name for name, value in named.items() if value is not None)


def check_programs(chosen: recipe.Recipe, words: list[str], path: str | None) -> None:
    """Refuse a recipe whose programs are not there: an agent that cannot start needs no run directory."""
    for program in [*chosen.values["needs"], words[0]]:
        if shutil.which(program, path=path) is None:
            raise Invalid(
                f"recipe {chosen.name!r} needs {program!r}, and it is not on PATH",
                f"install {program}, or choose another recipe: workcell recipe ls",
            )
