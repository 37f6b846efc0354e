"""Checks that the documents say what the code does: links, exit codes, environment variables, JSON documents, and plain words."""

import importlib
import pkgutil
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"

_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def anchor(heading: str) -> str:
    """The name that a heading is linked by."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower()).replace(" ", "-")


def links() -> list[str]:
    """Links to files and headings that are not there."""
    faults = []
    for path in documents():
        text = _FENCED.sub("", path.read_text())
        for target in _LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, part = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            where = path.relative_to(ROOT)
            if not there.exists():
                faults.append(f"{where}: links to {target}, which does not exist")
            elif part and part not in {anchor(line.lstrip("#")) for line in _headings(there)}:
                faults.append(f"{where}: links to {target}, which has no such heading")
    return faults


def _headings(path: Path) -> list[str]:
    return re.findall(r"^#+ .*$", _FENCED.sub("", path.read_text()), re.MULTILINE)


def _table(name: str) -> dict[str, str]:
    """First column to the rest of every table row of a reference page, back quotes taken off."""
    rows = {}
    for line in (REFERENCE / name).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and not set(line) <= set("|-: "):
            rows[cells[0].strip("`")] = " | ".join(cells[1:])
    return rows


def unlinked() -> list[str]:
    """Pages of the folder docs that the README does not lead to; decisions have a list of their own."""
    linked = {target.partition("#")[0] for target in _LINK.findall((ROOT / "README.md").read_text())}
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md"), *REFERENCE.glob("*.md")]
    names = sorted(path.relative_to(ROOT).as_posix() for path in pages)
    return [f"README.md: no link to {name}" for name in names if name not in linked]


def exit_codes() -> list[str]:
    """Every kind of error of the code, with its exit code and its word, stands in the table, and no other."""
    errors = importlib.import_module("workcell.base.errors")
    kinds = [errors.WorkcellError, *errors.WorkcellError.__subclasses__()]
    rows = {code: words for code, words in _table("exit-codes.md").items() if code.isdigit()}
    faults = [
        f"exit-codes.md: {kind.exit_code} with the word {kind.code!r} is missing"
        for kind in kinds
        if f"`{kind.code}`" not in rows.get(str(kind.exit_code), "")
    ]
    known = {"0", "1", "130", *(str(kind.exit_code) for kind in kinds)}
    return faults + [f"exit-codes.md: the code has no {code}" for code in rows if code not in known]


def _sources() -> str:
    return "\n".join(path.read_text() for path in sorted((ROOT / "workcell").rglob("*.py")))


def variables() -> list[str]:
    """Every variable WORKCELL_* of the code has its line, and every one that has a line is in the code."""
    used = set(re.findall(r"\bWORKCELL_[A-Z]+(?:_[A-Z]+)*\b", _sources()))
    told = {name for name in _table("environment.md") if name.startswith("WORKCELL_")}
    return [f"environment.md: {name} is missing" for name in sorted(used - told)] + [
        f"environment.md: {name} is not in the code" for name in sorted(told - used)
    ]


def json_documents() -> list[str]:
    """Every document of the registry of operations has its line, and every line is a document of the registry."""
    registry = importlib.import_module("workcell.operations.registry")
    catalog = importlib.import_module("workcell.operations.catalog")
    printed = {schema for name in catalog.OPERATIONS for schema in registry.get(name).results.values()} | {"error"}
    rows = [re.fullmatch(r"workcell\.([a-z-]+)/1", name) for name in _table("json-output.md")]
    told = {row[1] for row in rows if row}
    return [f"json-output.md: workcell.{name}/1 is missing" for name in sorted(printed - told)] + [
        f"json-output.md: workcell.{name}/1 is printed by no verb" for name in sorted(told - printed)
    ]


def verbs() -> list[str]:
    """No document names a verb that there is not."""
    table = importlib.import_module("workcell.faces.cli.table")
    package = importlib.import_module("workcell.faces.cli.verbs")
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    there = {verb for verb, entry in table.VERBS.items() if entry[0] in modules}
    faults = []
    for path in documents():
        text = path.read_text()
        code = [*re.findall(r"`[^`\n]+`", _FENCED.sub("", text)), *(match[0] for match in _FENCED.finditer(text))]
        for verb in re.findall(r"(?:^|`|\$ |&& )workcell ([a-z]+)\b", "\n".join(code), re.MULTILINE):
            if verb not in there:
                faults.append(f"{path.relative_to(ROOT)}: there is no verb {verb!r}")
    return faults


BANNED = ("nobody", "somebody", "whoever", "whom", "himself", "whilst", "hereby", "thereof", "wherein")
"""Words that hide the actor of a sentence, or that no page of a reference needs: name the person or the process."""

TEMPLATES = ("templates", "recipes", "recovery", "adapters")


def words() -> list[str]:
    """Banned words in documents, templates, playbooks and the package."""
    data = [path for kind in TEMPLATES for path in sorted((ROOT / kind).rglob("*")) if path.is_file()]
    banned = re.compile(rf"\b({'|'.join(BANNED)})\b", re.IGNORECASE)
    faults = []
    code = sorted((ROOT / "workcell").rglob("*.py"))
    for path in [*documents(), *data, *code]:
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if found := banned.search(line):
                faults.append(f"{path.relative_to(ROOT)}:{number}: the word {found[0]!r}: name who or what it is")
    return faults


_MODULE = re.compile(r"`([a-z_]+(?:/[a-z_]+)+\.py)`")
_DECIDED = re.compile(r"^\| [^|]+\| `([a-z_/]+\.py)` \| `(\w+)`", re.MULTILINE)


def modules() -> list[str]:
    """Modules and functions that the documents name and the package does not have."""
    faults = []
    for path in documents():
        where = path.relative_to(ROOT)
        text = path.read_text()
        # pages on adding something name the modules that they add
        names = set() if path.name.startswith("add-a") else set(_MODULE.findall(_FENCED.sub("", text)))
        for name in sorted(names):
            if not (ROOT / "workcell" / name).exists() and not (ROOT / name).exists():
                faults.append(f"{where}: names {name}, which does not exist")
        for name, function in _DECIDED.findall(text):
            module = ROOT / "workcell" / name
            if module.exists() and f"def {function}(" not in module.read_text():
                faults.append(f"{where}: {name} has no function {function}")
    return faults


SKILL_LINES, SKILL_TOKENS = 300, 5000
CHARACTERS = 3
"""Least characters that a token of English with commands has, on the average of a page."""


def skill() -> list[str]:
    """Whether SKILL.md is short enough to be read at the begin of a task by any agent that has it."""
    text = (ROOT / "SKILL.md").read_text()
    lines, tokens = len(text.splitlines()), len(text) // CHARACTERS
    if lines <= SKILL_LINES and tokens <= SKILL_TOKENS:
        return []
    return [f"SKILL.md: {lines} lines, {tokens} tokens: more than {SKILL_LINES} and {SKILL_TOKENS} cost every agent"]


def main() -> int:
    sys.path.insert(0, str(ROOT))
    faults = [
        fault
        for check in (links, unlinked, exit_codes, variables, json_documents, verbs, modules, words, skill)
        for fault in check()
    ]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
