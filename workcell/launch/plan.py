"""Working out the whole intent of a run from brief, repository, recipe and configuration, and touching nothing."""

from __future__ import annotations

import os
import shlex
from dataclasses import field
from typing import TYPE_CHECKING

from workcell.approvals import rules as approval_rules
from workcell.base import ids
from workcell.base.errors import Invalid, NotFound, Refused, Unreachable
from workcell.base.light_dataclass import dataclass
from workcell.git import repository
from workcell.launch import plan_ports, plan_share, plan_standby, plan_tree, plan_values, plan_verify, sign_in
from workcell.launch.adopted import Adopted
from workcell.launch.options import COMMAND_LINE, STANDARD_INPUT, Options
from workcell.rundir import layout, no_tree
from workcell.system import find_program
from workcell.texts import advice, config, document, filled_brief, project_rules, recipe, recipe_hook
from workcell.texts import brief as briefs
from workcell.texts.document import Fault, Faulty
from workcell.trust import acceptance, repository_files, repository_rules

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass
class Plan:
    """Everything that launch writes, and where each value came from (`origins`: key to words)."""

    home: str
    id: str
    name: str
    brief: briefs.Brief
    repo: str
    top: str
    dir: str
    """The directory below `top` in which agent, steps and check start; empty for the top itself."""
    tree: repository.Tree | None
    git_error: str | None
    recipe: recipe.Recipe
    model: str | None
    args: list[str]
    """Words that are added to the recipe's command."""
    verify: bytes | None
    objective: str
    limits: schema.Limits
    env: dict[str, str]
    env_names: list[str]
    fixed: list[str]
    """Names in env whose value a file gave: a later shell does not replace it."""
    ports: list[str]
    """Variables that hold a TCP port each."""
    secrets: list[str]
    forbid: list[str]
    clean: bool
    dirty: str
    worktree: str | None
    share: schema.Share | None
    """Set where it shares the tree with other runs."""
    carry: list[str]
    setup: list[str]
    notify: list[str] | None
    labels: list[str]
    group: str | None
    prose: str
    bring: repository_files.Brought
    """What the launch takes from the repository; nothing with `ignore_repo`."""
    rules: approval_rules.Both
    """Rules of approvals of the home and the repository, as they were read."""
    ignore_repo: bool = False
    adopted: Adopted | None = None
    """The session that the first attempt goes on with."""
    standby: bool = False
    """Whether a turn that ends well leaves the run waiting for messages."""
    notes: list[str] = field(default_factory=list)
    """What a person should know of what was left out."""
    may: list[str] = field(default_factory=list)
    """Operations that the run is granted beyond those of any run."""
    origins: dict[str, str] = field(default_factory=dict)
    base: str | None = None
    """The commit at which its worktree begins; None for HEAD of the tree."""
    of_plan: schema.OfPlan | None = None
    """The plan that starts the run."""
    no_tree: bool = False
    """It has no working tree: `repo` and `top` are a directory of its own, which launch makes."""

    @property
    def run(self) -> str:
        return os.path.join(self.home, layout.RUNS, self.id)


def make(path: str, options: Options, home: str, text: bytes | None = None) -> Plan:
    """The plan for the brief at `path`. Raises the WorkcellError of whatever is wrong; nothing is written.

    With `text` that is the brief, and `path` only says where it came from.
    """
    return from_brief(read(path, options, text), options, home)


def read(path: str, options: Options, text: bytes | None = None) -> briefs.Brief:
    """The brief at `path`, or `text` as such, filled in with its parameters. Raises Faulty with all its faults."""
    data = document.load(path) if text is None else text
    brief = briefs.parse(
        filled_brief.compose(data, path, options.params, who=options.said_by.get("params", "--set")), path
    )
    faults = brief.faults or advice.placeholders(brief)
    if faults:
        # lint knows no values, and would find no fault in what they make of the brief
        lint = text is None and not options.params
        raise Faulty(faults, f"workcell brief lint {shlex.quote(path)}" if lint else None)
    return brief


def from_brief(brief: briefs.Brief, options: Options, home: str) -> Plan:
    """The plan for a brief that was read already; the brief's own faults are not looked at."""
    none = plan_tree.none_wanted(brief, options)
    repo, origin = _nowhere(home, options) if none else _repo(brief, options, home)
    tree, git_error = (None, no_tree.WHY) if none else _tree(repo)
    top = tree.top if tree else os.path.realpath(repo)
    rules = _rules(top)
    said = _sources(brief, options, home, tree, top, rules)
    titled = brief.document.front.get("objective") is None
    said.origins.update(objective=f"{brief.path} (title)" if titled else brief.path, repo=origin)
    chosen = plan_values.choose_recipe(said)
    may = plan_values.granted(said, chosen)
    bring = _brought(said, rules, chosen)
    _check_steps(brief, chosen)
    name = _name(said)
    env = plan_values.environment(said, chosen)
    made = Plan(
        home=home,
        id=ids.run_id(name),
        name=name,
        brief=brief,
        repo=repo,
        top=top,
        dir=plan_values.directory(said, tree),
        tree=tree,
        git_error=git_error,
        recipe=chosen,
        model=plan_values.model(said, chosen),
        args=plan_values.args(said, chosen),
        verify=plan_verify.script(
            plan_verify.asked(brief, options, top), plan_values.tests(said), said.rules_file, said.origins
        ),
        objective=brief.objective,
        limits=plan_values.limits(said, chosen),
        env=env.env,
        env_names=env.names,
        fixed=env.fixed,
        ports=plan_ports.names(said, env),
        secrets=plan_values.secrets(said, chosen),
        forbid=plan_values.forbidden(said),
        clean=plan_values.clean_required(said),
        dirty=plan_values.dirty(said),
        worktree=plan_values.worktree(said, tree),
        share=plan_share.share(said),
        carry=plan_values.carried(said),
        setup=plan_values.setup(said),
        notify=plan_values.notify(said),
        labels=plan_values.labels(said),
        group=plan_values.group(said),
        prose=plan_values.prose(said, rules),
        bring=bring,
        rules=approval_rules.read(home, top, ignore=options.ignore_repo),
        ignore_repo=options.ignore_repo,
        adopted=options.adopted,
        notes=said.notes + sign_in.notes(chosen, env.env),
        may=may,
        standby=plan_standby.wanted(said),
        origins=said.origins,
        base=options.base,
        of_plan=_of_plan(options),
        no_tree=none,
    )
    if none:
        made.repo = made.top = no_tree.place(made.run)
    _name_built_in(said, chosen)
    plan_share.check(made)
    plan_tree.check(made)
    concerned = chosen.values["reader"] != "none" or made.rules.names(chosen.name)
    if concerned and made.rules.pinned(top, chosen.name, top) is not None and not recipe_hook.reaches(chosen.values):
        typed = chosen.values["io"] == "terminal" and chosen.values["reader"] != "none"
        holds = "they hold only at dialogs of its terminal" if typed else "this run has none"
        words = f"no hook of the program of recipe {chosen.name!r} applies rules of approvals: {holds}"
        made.notes.append(words)
    return made


def _of_plan(options: Options) -> schema.OfPlan | None:
    return None if options.plan is None else {"id": options.plan["id"], "entry": options.plan["entry"]}


def _name_built_in(said: plan_values.Sources, chosen: recipe.Recipe) -> None:
    """Correct the origins of values that config.yaml has by default, and name the files of the recipe."""
    for key in ("recipe", "dirty"):
        if said.origins.get(key) == said.config_file and key not in said.settled:
            said.origins[key] = plan_values.BUILT_IN
    said.origins["recipe"] = f"{said.origins['recipe']}; {', '.join(chosen.origins)}"


def _rules(top: str) -> project_rules.Supervisor | None:
    """The SUPERVISOR.md of the repository; raises Faulty with all its faults."""
    rules = project_rules.read(top)
    if rules and rules.faults:
        raise Faulty(rules.faults, f"mend {rules.path}")
    return rules


def _sources(
    brief: briefs.Brief,
    options: Options,
    home: str,
    tree: repository.Tree | None,
    top: str,
    supervisor: project_rules.Supervisor | None,
) -> plan_values.Sources:
    """Everything that says values: of the repository only what is trusted, or narrows."""
    settings, settled = config.load(os.path.join(home, layout.CONFIG))
    place = acceptance.place_of(top, tree)
    standing = acceptance.Standing(place) if options.ignore_repo else acceptance.read(home, place)
    notes = [standing.trouble] if standing.trouble else []
    rules = repository_rules.taken(supervisor, standing, settings, ignore=options.ignore_repo, notes=notes)
    rules_file = supervisor.path if supervisor else project_rules.FILE
    return plan_values.Sources(home, top, brief, options, settings, settled, rules, rules_file, standing, notes)


def _brought(
    said: plan_values.Sources, supervisor: project_rules.Supervisor | None, chosen: recipe.Recipe
) -> repository_files.Brought:
    """What the launch takes from the repository; Refused where nothing may be taken and the program takes it anyway."""
    if not said.options.ignore_repo:
        said.notes += repository_rules.shadowed(said.top, said.home)
        return repository_files.of_launch(said.top, supervisor, chosen)
    if chosen.values["repo_runs"] and not chosen.values["ignore_repo"]:
        raise Refused(
            f"recipe {chosen.name!r} has no 'ignore_repo': nothing keeps its program from the tree's own files",
            "choose another recipe, or read what the repository brings and trust it: workcell trust",
        )
    return repository_files.Brought(said.top)


def _check_steps(brief: briefs.Brief, chosen: recipe.Recipe) -> None:
    """Raise Faulty for a recipe that runs the steps of a brief that has none."""
    if chosen.values["steps"] and not brief.steps:
        if brief.path == COMMAND_LINE:
            raise Invalid(
                f"recipe {chosen.name!r} runs the steps of a brief, and a message has none",
                "name an agent: --recipe claude; 'recipe: claude' in config.yaml makes it the one of every launch",
            )
        raise Faulty(
            [Fault(brief.path, None, f"recipe {chosen.name!r} runs the blocks under '## Steps', and there are none")],
            "add a '## Steps' section with fenced bash blocks, or choose another recipe with --recipe",
        )


def _name(said: plan_values.Sources) -> str:
    brief, options = said.brief, said.options
    if options.name is not None:
        said.origins["name"] = options.who("name")
        return briefs.check_name(options.name)
    if brief.values["name"]:
        said.origins["name"] = brief.path
        return brief.values["name"]
    in_file = brief.path not in (COMMAND_LINE, STANDARD_INPUT)
    of_file = ids.slug(os.path.basename(brief.path).rpartition(".")[0]) if in_file else ""
    said.origins["name"] = "name of the file" if of_file else "objective"
    return of_file or ids.slug(brief.objective) or "run"


def _nowhere(home: str, options: Options) -> tuple[str, str]:
    """As `_repo`, of a run without a tree: a directory that there is not, so that nothing is taken from it."""
    return os.path.join(home, layout.RUNS, layout.STAGED, layout.NO_TREE), options.who("tree")


def _repo(brief: briefs.Brief, options: Options, home: str) -> tuple[str, str]:
    """(the directory to work in, who said it). NotFound without one, Refused in that of a run without a tree."""
    if options.repo is not None:
        origin = options.who("repo")
        repo = os.path.abspath(options.repo)
    elif brief.values["repo"]:
        origin = brief.path
        repo = os.path.join(brief.directory(), os.path.expanduser(brief.values["repo"]))
    else:
        origin = plan_tree.AROUND
        repo = os.getcwd()
        plan_tree.refuse_place(home, repo)
    repo = os.path.normpath(repo)
    if not os.path.isdir(repo):
        raise NotFound(f"no directory {repo!r} to work in", "name the repository with 'repo:' or --repo")
    return repo, origin


def _tree(repo: str) -> tuple[repository.Tree | None, str | None]:
    """The repository, or why there is none: a run needs no git, but a repository that cannot be asked is refused."""
    try:
        tree = repository.find(repo)
    except Unreachable as error:
        return None, error.message
    if tree is None:
        return None, "not a git repository"
    if tree.bare:
        raise Refused(
            f"{tree.top} is a bare repository: there is no tree to work in",
            f"make one, and name it with --repo: git -C {shlex.quote(tree.top)} worktree add DIR",
        )
    return tree, None


def check_programs(chosen: recipe.Recipe, words: list[str], path: str | None) -> None:
    """Refuse a recipe whose programs are not there: an agent that cannot start needs no run directory."""
    for program in [*chosen.values["needs"], words[0]]:
        if not find_program.is_there(program, path):
            if " " in program and "/" not in program.split()[0]:
                line = f"workcell launch -- sh -c {shlex.quote(program)}"
                raise Invalid(f"{program!r} is a line for a shell, and not the name of a program", line)
            raise Invalid(
                f"recipe {chosen.name!r} needs {program!r}, and it is not on PATH",
                f"install {program}, or choose another recipe: workcell recipe ls",
            )
