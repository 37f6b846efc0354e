"""playbook: lists playbooks, shows and checks one, and tries which would hold for what an agent left."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from workcell.base.errors import WorkcellError
from workcell.evidence import judge_directory
from workcell.evidence import verdict as verdicts
from workcell.finish import decide
from workcell.judgement import choice
from workcell.playbooks import library, playbook
from workcell.rundir import layout, look
from workcell.rundir.cell import Cell
from workcell.texts import search_path
from workcell.texts.document import Fault, Faulty
from workcell.upkeep import recipe_catalog


@dataclass(frozen=True)
class LsRequest:
    """The playbooks that hold in the current directory."""


@dataclass(frozen=True)
class Row:
    """One playbook in the list."""

    name: str
    version: int
    when: dict[str, list[str] | float]
    """The conditions under which it holds: the keys of `when` that are given."""
    steps: list[str]
    """The name of each step."""
    origin: str
    path: str


@dataclass(frozen=True)
class Listed:
    playbooks: list[Row]
    faults: list[str]
    """The faults of playbooks that cannot be used, a line each."""
    ignored: list[str]
    """Files of the repository that are not used, a line each."""


@dataclass(frozen=True)
class ShowRequest:
    name: str


@dataclass(frozen=True)
class Shown:
    name: str
    path: str
    text: str


@dataclass(frozen=True)
class LintRequest:
    files: tuple[str, ...] = ()
    """Paths of playbook files; a directory means all playbooks in it. Without any, all that hold here."""


@dataclass(frozen=True)
class LintResult:
    faults: list[str]
    """Every fault, a line each."""
    checked: list[str]
    """Paths of the files that were checked."""
    ignored: list[str]
    """Files of the repository that are not used, a line each; of named files none."""


@dataclass(frozen=True)
class TestRequest:
    paths: tuple[str, ...]
    """Run directories, or recordings of what an agent left."""
    agent: str = "claude"
    """Of a recording: whose records these are."""
    phase: str = "interrupted"
    """Of a recording: the phase it is taken to be in."""
    playbook: tuple[str, ...] = ()
    """Paths of playbooks to try beside those that hold here."""


@dataclass(frozen=True)
class TestResult:
    tried: list["Tried"]


def perform_ls(cell: Cell, request: LsRequest) -> Listed:
    """The operation `playbook ls`."""
    ignored: list[str] = []
    rows, faults = ls(cell.home, ignored.append)
    return Listed(rows, [str(fault) for fault in faults], ignored)


def perform_show(cell: Cell, request: ShowRequest) -> Shown:
    """The operation `playbook show`. NotFound for a name that there is not."""
    path, text = show(cell.home, request.name)
    return Shown(request.name, path, text)


def perform_lint(cell: Cell, request: LintRequest) -> LintResult:
    """The operation `playbook lint`."""
    if request.files:
        checked, faults = lint(list(request.files))
        return LintResult([str(fault) for fault in faults], checked, [])
    ignored: list[str] = []
    items = search_path.items("recovery", recipe_catalog.project(), cell.home, ignored=ignored.append)
    faults = [fault for item in items for fault in _faults(item.path, foreign=item.origin == "project")]
    return LintResult([str(fault) for fault in faults], [item.path for item in items], ignored)


def perform_test(cell: Cell, request: TestRequest) -> TestResult:
    """The operation `playbook test`. Nothing is changed."""
    extra = list(request.playbook)
    return TestResult(test(cell.home, list(request.paths), agent=request.agent, extra=extra, phase=request.phase))


@dataclass(frozen=True)
class Tried:
    """One directory that was judged: its verdict, the playbook that holds for it, and what that would do."""

    path: str
    verdict: str
    confidence: float
    words: list[str]
    playbook: str | None
    fits: list[str]
    steps: list[dict[str, object]]
    """Each step: its name in `step`, and its options."""


def ls(home: str, ignored: Callable[[str], None] | None = None) -> tuple[list[Row], list[Fault]]:
    """(every playbook, the faults of those that cannot be used).

    Files of the repository that are not used go to `ignored`, in words.
    """
    rows, faults = [], []
    for item in search_path.items("recovery", recipe_catalog.project(), home, ignored=ignored):
        try:
            found = playbook.read(item.path, foreign=item.origin == "project")
        except Faulty as error:
            faults += error.faults
            continue
        rows.append(
            Row(
                name=found.name,
                version=found.version,
                when=_given(found.when),
                steps=[step.word for step in found.steps],
                origin=item.origin,
                path=item.path,
            )
        )
    return rows, faults


def _given(when: choice.When) -> dict[str, list[str] | float]:
    """The conditions that are given."""
    every: dict[str, list[str] | float] = {
        "verdict": when["verdict"],
        "phase": when["phase"],
        "activity": when["activity"],
        "evidence": when["evidence"],
        "confidence": when["confidence"],
    }
    return {key: value for key, value in every.items() if value}


def show(home: str, name: str) -> tuple[str, str]:
    """(path, text) of the playbook that has that name here."""
    item = search_path.find("recovery", name, recipe_catalog.project(), home)
    with open(item.path, encoding="utf-8", errors="replace") as file:
        return item.path, file.read()


def lint(paths: list[str]) -> tuple[list[str], list[Fault]]:
    """(the files that were checked, every fault of them); a directory means all playbooks in it."""
    checked: list[str] = []
    faults: list[Fault] = []
    for path in paths:
        files = [path]
        if os.path.isdir(path):
            names = sorted(name for name in os.listdir(path) if name.endswith(".md"))
            files = [os.path.join(path, name) for name in names if name != "README.md"]
            if not files:
                faults.append(Fault(path, None, "there is no playbook in this directory", "name a file, NAME.md"))
        checked += files
        faults += [fault for file in files for fault in _faults(file)]
    return checked, faults


def _faults(file: str, *, foreign: bool = False) -> list[Fault]:
    """Every fault of a playbook file; `foreign` is one of a repository."""
    try:
        found = playbook.read(file, foreign=foreign)
    except Faulty as error:
        return error.faults
    except WorkcellError as error:
        return [Fault(file, None, error.message, error.hint)]
    stem = os.path.basename(file).removesuffix(".md")
    if found.name != stem:
        return [Fault(file, None, f"the file is named {stem!r}, and 'name' says {found.name!r}")]
    return []


def test(home: str, paths: list[str], *, agent: str, extra: list[str], phase: str) -> list[Tried]:
    """Judge directories and choose: run directories (frozen ones, too) or recordings of what an agent left.

    `extra` are playbooks beside those that hold here; of two with one name the extra one counts. `agent` and
    `phase` are for recordings, which do not say them.
    """
    books, _ = library.load(recipe_catalog.project(), home)
    new = [playbook.read(path) for path in extra]
    named = {book.name for book in new}
    books = [*new, *(book for book in books if book.name not in named)]
    return [_try(path, books, agent, phase) for path in paths]


def _try(path: str, books: list[playbook.Playbook], agent: str, where: str) -> Tried:
    signals = library.signals(books)
    if os.path.exists(os.path.join(path, layout.LAUNCH)):
        seen = look.at(path)
        judged = verdicts.judge(seen, signals)
        where = "interrupted" if seen.phase == "done" else seen.phase
    else:
        judged = judge_directory.judge_directory(path, agent, signals)
    finding: choice.Finding = {
        "verdict": judged["verdict"],
        "phase": where,
        "activity": None,
        "evidence": judged["signals"],
        "confidence": judged["confidence"],
    }
    book, fits = choice.choose(books, finding)
    words = decide.summary(judged)["words"]
    steps = [step.record() for step in book.steps] if book else []
    return Tried(path, judged["verdict"], judged["confidence"], words, book.name if book else None, fits, steps)
