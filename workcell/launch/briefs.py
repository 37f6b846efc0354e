"""brief: a new one from the template, and everything that is wrong or unwise in one."""

import os
from dataclasses import dataclass

from workcell.base import ids
from workcell.base.errors import CannotCreate, Unreachable, Usage, WorkcellError
from workcell.git import repository
from workcell.launch import plan, plan_values
from workcell.launch.options import Options
from workcell.rundir import layout
from workcell.rundir.cell import Cell
from workcell.system import run_program
from workcell.texts import advice, compose, config, document, fields, filled_brief, project_rules, recipe, search_path
from workcell.texts import brief as briefs
from workcell.texts.document import Document, Fault, Faulty

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class NewRequest:
    """A brief to write. `path` defaults to the objective as a file name; values that are None are left out."""

    objective: str
    """One line: what is true when the run is done."""
    path: str | None = None
    recipe: str | None = None
    verify: str | None = None
    name: str | None = None
    repo: str | None = None
    done: tuple[str, ...] = ()
    """The lines of the definition of done."""


@dataclass(frozen=True)
class Written:
    file: str
    """The path of the brief."""


@dataclass(frozen=True)
class LintRequest:
    files: tuple[str, ...]
    """Paths of briefs."""


@dataclass(frozen=True)
class Remark:
    """One error or warning; `file` may be another file that the brief leads to."""

    level: str
    line: int | None
    message: str
    cure: str | None
    file: str


@dataclass(frozen=True)
class Linted:
    """What was found in one file, errors first, each by line."""

    file: str
    findings: list[Remark]


@dataclass(frozen=True)
class LintResult:
    files: list[Linted]
    errors: int
    warnings: int


@dataclass(frozen=True)
class Finding:
    level: str
    fault: Fault


@dataclass(frozen=True)
class Checked:
    """What was found in one file, errors first, each by line."""

    file: str
    findings: list[Finding]

    def count(self, level: str) -> int:
        return sum(found.level == level for found in self.findings)


def perform_new(cell: Cell, request: NewRequest) -> Written:
    """The operation `brief new`. Raises what `new` raises."""
    return Written(new(cell, request))


def new(cell: Cell, request: NewRequest) -> str:
    """Write a brief; its path. CannotCreate when a file is there already, Usage for an objective of no use."""
    trial = Document("--objective", {}, "", 1)
    objective = fields.line(request.objective, ("objective",), trial)
    if objective is None:
        raise Usage("the objective must be one line of plain text", "say what is true when the run is done")
    name = request.name and briefs.check_name(request.name)
    path = request.path or (ids.slug(objective) or "brief") + ".md"
    project = os.path.abspath(request.repo) if request.repo else cell.directory
    chosen = request.recipe or config.read(os.path.join(cell.home, layout.CONFIG))["recipe"]
    values = recipe.resolve(chosen, home=cell.home, project=project, complete=False).values
    named: str | dict[str, str] | None = request.recipe
    if not values.get("command") and not values["steps"]:
        named = {"extends": chosen, "command": f"{advice.FILL_IN}: the command"}
    front = {"objective": objective, "name": name, "repo": request.repo, "recipe": named}
    text = compose.render(
        "brief.md.j2",
        {
            "front": document.plain_yaml({key: value for key, value in front.items() if value is not None}).rstrip(
                "\n"
            ),
            "verify": request.verify and document.plain_yaml({"verify": request.verify}).rstrip("\n"),
            "objective": objective,
            "done": request.done,
            "steps": values["steps"],
            "fill_in": advice.FILL_IN,
        },
        cell.home,
    )
    write_new(path, text)
    return path


def write_new(path: str, text: str) -> None:
    """Write a file that is not there yet. CannotCreate otherwise: nothing of a person's is ever written over."""
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise CannotCreate(f"{path!r} is there already", "choose another path, or remove it first") from error
    except OSError as error:
        raise CannotCreate(f"cannot write {path!r}: {error.strerror}", "check the path and its permissions") from error


def perform_lint(cell: Cell, request: LintRequest) -> LintResult:
    """The operation `brief lint`; nothing is written."""
    found = lint(cell.home, list(request.files))
    return LintResult(
        [Linted(one.file, [_remark(finding) for finding in one.findings]) for one in found],
        errors=sum(one.count(ERROR) for one in found),
        warnings=sum(one.count(WARNING) for one in found),
    )


def _remark(found: Finding) -> Remark:
    fault = found.fault
    return Remark(found.level, fault.line, fault.message, fault.cure, fault.file)


def lint(home: str, paths: list[str]) -> list[Checked]:
    """Everything that launch would refuse about each brief, and advice on the rest; nothing is written."""
    return [Checked(path, _order(_of_file(home, path))) for path in paths]


def _order(found: list[Finding]) -> list[Finding]:
    return sorted(found, key=lambda one: (one.level != ERROR, one.fault.line or 0))


def _of_file(home: str, path: str) -> list[Finding]:
    try:
        brief = briefs.parse(filled_brief.compose(document.load(path), path, {}, lenient=True), path)
    except Faulty as error:
        return [Finding(ERROR, fault) for fault in error.faults]
    except WorkcellError as error:
        return [Finding(ERROR, Fault(path, None, error.message, error.hint))]
    if brief.document.unread:
        return [Finding(ERROR, fault) for fault in brief.faults]  # what else it says or lacks is not known
    errors = [*brief.faults, *advice.placeholders(brief)]
    made: plan.Plan | None = None
    try:
        made = plan.from_brief(brief, Options(), home)
    except Faulty as error:
        errors += [fault for fault in error.faults if fault not in errors]
    except WorkcellError as error:
        errors.append(Fault(path, _line_of(brief, error), error.message, error.hint))
    if made is None:
        errors += [fault for fault in _of_recipe(brief, home) if fault not in errors]
    found = [Finding(ERROR, fault) for fault in errors]
    if made is None:
        more = advice.of(brief, _said_verify(brief), bool(brief.steps))
        return found + [Finding(WARNING, fault) for fault in more if fault not in errors]
    if made.verify is not None:
        found += [Finding(ERROR, fault) for fault in _syntax(brief, made.verify)]
    more = advice.of(brief, made.verify, bool(made.recipe.values["steps"]))
    found += [Finding(WARNING, fault) for fault in more if fault not in errors]
    if made.origins["limits.wall"] in (plan_values.BUILT_IN, os.path.join(home, layout.CONFIG)):
        hours = (made.limits["wall_seconds"] or 0) / 3600
        words = f"no limit on its time: one attempt may take {hours:g} hours ({made.origins['limits.wall']})"
        cure = f"add 'limits: {{wall: 2h}}' here or in {project_rules.FILE}"
        found.append(Finding(WARNING, Fault(path, None, words, cure)))
    return found


def _of_recipe(brief: briefs.Brief, home: str) -> list[Fault]:
    """A recipe that there is not, also where the plan was refused for something else before it was looked for."""
    named = brief.values["recipe"]
    name = named["extends"] if isinstance(named, dict) else named
    if name is None:
        return []
    repo = os.path.join(brief.directory(), os.path.expanduser(brief.values["repo"] or ""))
    try:
        tree = repository.find(repo) if os.path.isdir(repo) else None
        search_path.find("recipes", name, tree.top if tree else repo, home)
    except WorkcellError as error:
        return [Fault(brief.path, _line_of(brief, error), error.message, error.hint)]
    return []


def _said_verify(brief: briefs.Brief) -> bytes | None:
    text = brief.values["verify"]
    return None if text is None or text is False else text.encode("utf-8", "surrogateescape")


def _line_of(brief: briefs.Brief, error: WorkcellError) -> int | None:
    """The line of the key that an error without one most likely means."""
    for word in ("recipe", "repo", "verify"):
        if word in error.message and (word,) in brief.document.lines:
            return brief.document.lines[(word,)]
    return None


def _syntax(brief: briefs.Brief, script: bytes) -> list[Fault]:
    """What bash says about a script of its own: a check with a syntax error fails whatever was done."""
    first = script.split(b"\n", 1)[0]
    if first.startswith(b"#!") and not first.rstrip().endswith((b"bash", b"/sh", b" sh")):
        return []
    try:
        ran = run_program.run(["bash", "-n"], timeout=10, input=script)
    except Unreachable:
        return []
    if ran.ok or ran.timed_out:
        return []
    words = ran.err.decode("utf-8", "replace").strip().splitlines()
    line = brief.document.lines.get(("verify",))
    return [Fault(brief.path, line, f"bash cannot read verify: {words[0] if words else 'syntax error'}")]
