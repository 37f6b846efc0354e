"""No regular expression of the package needs what an early Python 3.11 matches wrongly."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_CODE = sorted(
    [*(ROOT / "workcell").rglob("*.py"), *(path for path in (ROOT / "scripts").rglob("*") if path.is_file())]
)
_DATA = sorted(path for kind in ("recovery", "recipes", "adapters") for path in (ROOT / kind).rglob("*.*"))

# Sets of characters for str.strip, which are no patterns.
_NO_PATTERNS = {" !\"#$%&'()*+,-./", "-*+0123456789.) "}


def _uses(text: str) -> str | None:
    """The first possessive quantifier or atomic group in `text`, read as a regular expression."""
    bare = re.sub(r"\\.", "_", text, flags=re.DOTALL)
    bare = re.sub(r"\[\^?\]?[^\]]*\]", "_", bare)  # a class: what stands in it is no operator
    found = re.search(r"\(\?>|(?:[*+?]|\{\d*,?\d*\})\+", bare)
    return found[0] if found else None


def _literals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield node.value if isinstance(node.value, str) else node.value.decode("latin-1")


def _is_python(path: Path) -> bool:
    return path.suffix == ".py" or path.read_bytes()[:80].split(b"\n")[0].endswith(b"python3")


def test_no_possessive_quantifier_and_no_atomic_group_in_the_code() -> None:
    texts = [(path.name, text) for path in _CODE if _is_python(path) for text in _literals(path)]
    assert len(texts) > 1000
    assert not [(name, text) for name, text in texts if text not in _NO_PATTERNS and _uses(text)]


def test_no_possessive_quantifier_and_no_atomic_group_in_the_data() -> None:
    lines = [(path.name, line) for path in _DATA for line in path.read_text().split("\n") if "pattern:" in line]
    assert len(lines) > 10
    assert not [(name, line) for name, line in lines if _uses(line.split(":", 1)[1].strip(" '\""))]


@pytest.mark.parametrize("pattern", ["a*+b", "[a-z]++", "x?+", "(?:ab){2,}+", "(?>a|b)c", r"\++\d{3}+", r"[\]+]*+"])
def test_the_gate_sees_them(pattern: str) -> None:
    re.compile(pattern)
    assert _uses(pattern)


@pytest.mark.parametrize("pattern", [r"[-*+]+", r"\*+", r"\++", "a+?", r"[^]*+]", "a{2}", "[?+]", "(?:a)+", r"[\]*+]"])
def test_the_gate_leaves_others_alone(pattern: str) -> None:
    re.compile(pattern)
    assert not _uses(pattern)
