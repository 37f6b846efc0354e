"""What each generator does with the files that it makes: writes them, or says with --check which differ."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def settle(wanted: Mapping[Path, str], extra: Iterable[Path] = ()) -> int:
    """Write the files that differ, by path, and remove those of `extra`; the exit code.

    With --check nothing is changed: each file is named on standard error, with the script that makes it, and the code
    is 1 where there is one.
    """
    script = Path(sys.argv[0]).resolve().relative_to(ROOT)
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_bytes() != text.encode()]
    removed = list(extra)
    if "--check" in sys.argv[1:]:
        for path in [*stale, *removed]:
            print(f"{path.relative_to(ROOT)}: out of date: run {script}", file=sys.stderr)
        return 1 if stale or removed else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path].encode())
        print(f"{path.relative_to(ROOT)}: written")
    for path in removed:
        path.unlink()
        print(f"{path.relative_to(ROOT)}: removed")
    return 0
