"""Working out the whole intent of a run from brief, repository, recipe and configuration, and touching nothing."""

import hashlib
import os
import shlex
import shutil
from dataclasses import dataclass, field
from typing import Any

from workcell.base import ids
from workcell.base.errors import Invalid, NotFound, Refused, Unreachable
from workcell.ports import git
from workcell.rundir import layout
from workcell.texts import brief as briefs
from workcell.texts import config, document, recipe, supervisor
from workcell.texts.document import Fault, Faulty

ENV_NAMES = ("HOME", "PATH", "SHELL", "USER", "LOGNAME", "LANG", "TMPDIR", "SSH_AUTH_SOCK")
ENV_PREFIXES = ("LC_", "XDG_")

_SHELL_HEAD = "#!/usr/bin/env bash\nset -euo pipefail\n"


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


@dataclass
class Plan:
    """Everything that launch writes, and where each value came from (`origins`: key to words)."""

    home: str
    id: str
    name: str
    brief: briefs.Brief
    repo: str
    top: str
    tree: git.Tree | None
    git_error: str | None
    recipe: recipe.Recipe
    verify: bytes | None
    objective: str
    limits: dict[str, Any]
    env: dict[str, str]
    env_names: list[str]
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
    origins: dict[str, str] = field(default_factory=dict)

    @property
    def run(self) -> str:
        return os.path.join(self.home, layout.RUNS, self.id)


def make(path: str, options: Options, home: str) -> Plan:
    """The plan for the brief at `path`. Raises the WorkcellError of whatever is wrong; nothing is written."""
    brief = briefs.read(path)
    settings = config.read(os.path.join(home, layout.CONFIG))
    if brief.faults:
        raise Faulty(brief.faults, f"workcell brief lint {shlex.quote(path)}")
    origins: dict[str, str] = {"objective": "brief"}
    repo = _repo(brief, options, origins)
    tree, git_error = _tree(repo)
    top = tree.top if tree else os.path.realpath(repo)
    law = supervisor.read(top)
    if law and law.faults:
        raise Faulty(law.faults, f"mend {law.path}")
    laid = law.values if law else supervisor.empty()
    if law:
        origins["prose"] = supervisor.FILE
    chosen = _recipe(brief, options, laid, settings, home, top, origins)
    if chosen.values["steps"] and not brief.steps:
        raise Faulty(
            [Fault(brief.path, None, f"recipe {chosen.name!r} runs the blocks under '## Steps', and there are none")],
            "add a '## Steps' section with fenced bash blocks, or choose another recipe with --recipe",
        )
    name = None if options.name is None else briefs.check_name(options.name)
    name = name or brief.values["name"] or ids.slug(brief.objective) or "run"
    origins["name"] = "command line" if options.name else "brief" if brief.values["name"] else "objective"
    env, names = _environment(brief, chosen, laid, settings)
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
        verify=_verify(brief, laid, top, origins),
        objective=brief.objective,
        limits=_limits(brief, laid, chosen, settings, origins),
        env=env,
        env_names=names,
        secrets=sorted({*settings["secrets"], *chosen.values["secrets"], *laid["secrets"], *brief.values["secrets"]}),
        forbid=list(dict.fromkeys([*laid["forbid"], *brief.values["forbid"]])),
        clean=bool(brief.values["require"]["clean"] or (laid["require"] or {}).get("clean")),
        dirty=_first(origins, "dirty", _ranked(options.dirty, brief.values["dirty"], laid["dirty"], settings["dirty"])),
        worktree=options.worktree if options.worktree is not None else brief.values["worktree"],
        carry=list(dict.fromkeys([*laid["carry"], *brief.values["carry"]])),
        setup=laid["setup"],
        notify=brief.values["notify"],
        labels=list(dict.fromkeys([*brief.values["labels"], *options.labels])),
        group=options.group,
        prose=_prose(law),
        origins=origins,
    )


def _repo(brief: briefs.Brief, options: Options, origins: dict[str, str]) -> str:
    if options.repo is not None:
        origins["repo"] = "command line"
        repo = os.path.abspath(options.repo)
    elif brief.values["repo"]:
        origins["repo"] = "brief"
        repo = os.path.join(brief.directory(), os.path.expanduser(brief.values["repo"]))
    else:
        origins["repo"] = "current directory"
        repo = os.getcwd()
    repo = os.path.normpath(repo)
    if not os.path.isdir(repo):
        raise NotFound(f"no directory {repo!r} to work in", "name the repository with 'repo:' or --repo")
    return repo


def _tree(repo: str) -> tuple[git.Tree | None, str | None]:
    """The repository, or why there is none: a run needs no git, but a repository that cannot be asked is refused."""
    try:
        tree = git.find(repo)
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
    origins: dict[str, str],
) -> recipe.Recipe:
    asked = brief.values["recipe"]
    own = {key: value for key, value in asked.items() if key != "extends"} if isinstance(asked, dict) else None
    named = asked["extends"] if isinstance(asked, dict) else asked
    name = _first(origins, "recipe", _ranked(options.recipe, named, laid["recipe"], settings["recipe"]))
    if options.recipe:
        own = None
    return recipe.resolve(name, home=home, project=top, own=own, own_file=f"{brief.path} (recipe)")


def _ranked(*values: Any) -> list[tuple[str, Any]]:
    return list(zip(("command line", "brief", supervisor.FILE, "config"), values, strict=True))


def _first(origins: dict[str, str], key: str, ranked: list[tuple[str, Any]]) -> Any:
    for origin, value in ranked:
        if value is not None:
            origins[key] = origin
            return value
    return None


def _limits(
    brief: briefs.Brief,
    laid: dict[str, Any],
    chosen: recipe.Recipe,
    settings: dict[str, Any],
    origins: dict[str, str],
) -> dict[str, Any]:
    out = {}
    sources = (
        ("brief", brief.values["limits"]),
        (supervisor.FILE, laid["limits"]),
        (f"recipe {chosen.name}", chosen.values["limits"]),
        ("config", settings["limits"]),
        ("built in", config.LIMITS),
    )
    for key in config.LIMITS:
        for origin, found in sources:
            if found.get(key) is not None:
                out[key] = found[key]
                origins[f"limits.{key}"] = origin
                break
        else:
            out[key] = None
    return {
        "wall_seconds": out["wall"],
        "idle_seconds": out["idle"],
        "attempts": out["attempts"],
        "verify_seconds": out["verify"],
        "cost_usd": out["cost"],
    }


def environment_now() -> dict[str, str]:
    """What every run takes over from the shell that launches it."""
    return {name: value for name, value in os.environ.items() if name in ENV_NAMES or name.startswith(ENV_PREFIXES)}


def _environment(
    brief: briefs.Brief, chosen: recipe.Recipe, laid: dict[str, Any], settings: dict[str, Any]
) -> tuple[dict[str, str], list[str]]:
    """(the whole environment, the names that brief and others gave). A name without value is taken over."""
    env = environment_now()
    named: dict[str, str | None] = {}
    for source in (settings["env"], chosen.values["env"], laid["env"], brief.values["env"]):
        named.update(source)
    for name, value in named.items():
        if value is not None:
            env[name] = value
        elif name in os.environ:
            env[name] = os.environ[name]
    return env, sorted(named)


def _verify(brief: briefs.Brief, laid: dict[str, Any], top: str, origins: dict[str, str]) -> bytes | None:
    """The script's bytes. One line that names a file is that file; anything else is the commands themselves."""
    text = brief.values["verify"]
    if text is None:
        if laid["tests"]:
            origins["verify"] = f"{supervisor.FILE} (tests)"
            return (_SHELL_HEAD + "\n".join(laid["tests"]) + "\n").encode()
        return None
    origins["verify"] = "brief"
    word = str(text).strip()
    if not word:
        raise Faulty([Fault(brief.path, brief.document.lines.get(("verify",)), "'verify' is empty")])
    if "\n" not in word:
        for base in (brief.directory(), top):
            path = os.path.join(base, os.path.expanduser(word))
            if os.path.isfile(path):
                origins["verify"] = path
                return document.load(path)
        if " " not in word and "/" in word:
            raise Faulty(
                [
                    Fault(
                        brief.path,
                        brief.document.lines.get(("verify",)),
                        f"no file {word!r} beside the brief or in {top}",
                    )
                ],
                "'verify' names a script file, or holds the commands themselves",
            )
    return (_SHELL_HEAD + str(text).rstrip("\n") + "\n").encode()


def _prose(law: supervisor.Supervisor | None) -> str:
    if law is None:
        return ""
    rules = "\n".join(f"- {rule}" for rule in law.values["deploy"])
    parts = [law.prose, f"Deployment rules:\n{rules}" if rules else ""]
    return "\n\n".join(part for part in parts if part)


def check_programs(chosen: recipe.Recipe, words: list[str], path: str | None) -> None:
    """Refuse a recipe whose programs are not there: an agent that cannot start needs no run directory."""
    for program in [*chosen.values["needs"], words[0]]:
        if shutil.which(program, path=path) is None:
            raise Invalid(
                f"recipe {chosen.name!r} needs {program!r}, and it is not on PATH",
                f"install {program}, or choose another recipe: workcell recipe ls",
            )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
