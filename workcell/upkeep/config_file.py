"""config: shows, checks and replaces config.yaml of a home."""

import os
import stat
from dataclasses import dataclass, field

from workcell.approvals import lint_rules
from workcell.base import spelling
from workcell.base.errors import TryAgain, WorkcellError
from workcell.cleaning.clean import Cleaner, secret_values
from workcell.git import repository
from workcell.rundir import home_creation, layout, seal
from workcell.rundir.cell import Cell
from workcell.texts import adapter, config, config_words, document, fields, search_path
from workcell.texts.config_words import Setting
from workcell.texts.document import Document, Fault, Faulty


@dataclass(frozen=True)
class ShowRequest:
    example: bool = False
    """The text of a file that names every key, in place of what holds."""


@dataclass(frozen=True)
class Shown:
    file: str
    exists: bool
    """False: there is no such file, and defaults are in force."""
    settings: list[Setting]


@dataclass(frozen=True)
class Example:
    text: str
    """YAML in which every key is a comment."""


@dataclass(frozen=True)
class LintRequest:
    """config.yaml of the home, its rules/approvals.yaml, and .workcell/approvals.yaml of the repository around."""


@dataclass(frozen=True)
class Rules:
    """A file of rules that answer what agents ask."""

    file: str
    rules: int
    """Each command, path and tool counted singly; 0 where the file has faults."""


@dataclass(frozen=True)
class LintResult:
    file: str
    exists: bool
    """False: there is no such file, and defaults are in force."""
    faults: list[str]
    """Every fault, a line each."""
    rules: list[Rules] = field(default_factory=list)
    """The files of approvals that were checked, those that exist."""
    notes: list[str] = field(default_factory=list)
    """Tools in rules that no agent program is known to have, as a newer one may, and recipes that there are not."""


@dataclass(frozen=True)
class EditRequest:
    text: str
    """The new text of the file."""
    before: str | None
    """The text that was changed, by `config_words.digest`; null where there was no file."""


@dataclass(frozen=True)
class Edited:
    file: str


def path_of(home: str) -> str:
    """Where config.yaml lies, or would lie."""
    return os.path.join(home, layout.CONFIG)


def text_of(home: str) -> str | None:
    """The text of the file; None where there is none. Raises Invalid for what cannot be read as text."""
    path = path_of(home)
    return document.decode(document.load(path), path) if os.path.lexists(path) else None


def perform_show(cell: Cell, request: ShowRequest) -> Shown | Example:
    """The operation `config show`. Raises Faulty with every fault of the file."""
    if request.example:
        return Example(config_words.example())
    text, path = text_of(cell.home), path_of(cell.home)
    found = _checked(text or "", path)
    if found.faults:
        raise Faulty(found.faults, "workcell config edit")
    cleaner = _cleaner(found)
    settings = [
        Setting(
            key=row.key,
            value=None if row.value is None else cleaner.mask(row.value),
            origin=row.origin,
            type=row.type,
            default=row.default,
            range=row.range,
            says=row.says,
        )
        for row in config_words.settings(found)
    ]
    return Shown(path, text is not None, settings)


def perform_lint(cell: Cell, request: LintRequest) -> LintResult:
    """The operation `config lint`: faults of keys and values, and names of recipes and adapters that there are not.

    With the faults of the rules of approvals, among them names of tools and recipes that are spelt almost like a known
    one.
    """
    path = path_of(cell.home)
    exists = os.path.lexists(path)
    try:
        faults = lint(cell, text_of(cell.home) or "")
    except Faulty as error:
        faults = error.faults
    except WorkcellError as error:
        faults = [Fault(path, None, error.message, error.hint)]
    found = lint_rules.lint(cell.home, _project(cell))
    return LintResult(
        path,
        exists,
        [str(fault) for fault in [*faults, *found.faults]],
        [Rules(one.file, one.rules) for one in found.files],
        [str(one) for one in found.unknown],
    )


def perform_edit(cell: Cell, request: EditRequest) -> Edited:
    """The operation `config edit`: put a new text in the place of the file, in one step.

    Raises Faulty for a text with faults, and TryAgain where the file was changed since it was read; nothing is changed
    then.
    """
    path = path_of(cell.home)
    faults = lint(cell, request.text)
    if faults:
        raise Faulty(faults, f"nothing was saved; correct the text that is kept, and copy it to {path}")
    if config_words.digest(text_of(cell.home)) != request.before:
        raise TryAgain(
            f"{path} was changed while you edited it", f"nothing was saved; put your change into {path} anew"
        )
    home_creation.ensure(cell.home)
    real = os.path.realpath(path)  # a file that is kept elsewhere, and linked here, stays so
    mode = stat.S_IMODE(os.stat(real).st_mode) if os.path.exists(real) else 0o600
    seal.replace(os.path.dirname(real), os.path.basename(real), request.text.encode("utf-8", "surrogateescape"), mode)
    return Edited(path)


def lint(cell: Cell, text: str) -> list[Fault]:
    """Every fault of a text of the file."""
    path = path_of(cell.home)
    try:
        text.encode()
    except UnicodeEncodeError:
        return [Fault(path, None, "this is not UTF-8 text", "save the file as UTF-8")]
    found = _checked(text, path)
    _check_names(cell, found)
    return found.faults


def _checked(text: str, path: str) -> Document:
    found = config.parse(text, path)
    if not found.faults:
        fields.check(found.front, config.KEYS, found)
    return found


def _check_names(cell: Cell, found: Document) -> None:
    """Note a recipe or an adapter that there is not; a recipe of the repository around is one, too."""
    usual = found.front.get("recipe")
    known = [item.name for item in search_path.items("recipes", _project(cell), cell.home)]
    if isinstance(usual, str) and usual.strip() not in known:
        found.fault(("recipe",), f"there is no recipe {usual!r}", spelling.did_you_mean(usual, known))
    told = found.front.get("notify")
    adapters = adapter.names(cell.home) if told else []
    for number, name in enumerate(told if isinstance(told, list) else [told] if told else []):
        if isinstance(name, str) and name.strip() not in adapters:
            words = f"'notify' names {name!r}, and no adapter has that name"
            found.fault(("notify", number), words, spelling.did_you_mean(name, adapters))


def _project(cell: Cell) -> str | None:
    """The repository around the directory of the caller, whose own recipes count there."""
    try:
        tree = repository.find(cell.directory)
    except WorkcellError:
        return None
    return tree.top if tree and not tree.bare else None


def _cleaner(found: Document) -> Cleaner:
    """Masks the values that `env` gives to names of secrets."""
    env, named = found.front.get("env"), found.front.get("secrets") or []
    values = {name: str(value) for name, value in env.items() if value is not None} if isinstance(env, dict) else {}
    return Cleaner(secret_values(values, named if isinstance(named, list) else [str(named)], os.path.exists))
