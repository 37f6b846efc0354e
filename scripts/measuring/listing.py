"""How long it takes to look: ls and status, with few runs and with very many."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from measuring import place, table

_SCAN = """
import os, sys
with os.scandir(sys.argv[1]) as entries:
    for entry in entries:
        os.stat(entry.path + "/current")
"""


def measure(quick: bool) -> list[table.Row]:
    """ls and status beside the import that they cannot do without; a large ls beside a bare scan."""
    rounds = 5 if quick else 15
    with place.made() as here:
        run = here.launch("pattern", "echo done", "file", "--no-window", "--wait")
        _fill(here, run, 90, 0)
        with _live(here, run, 10):
            bare = [here.python, "-c", "import typer"]

            def floor() -> float:
                return place.seconds(bare, env=here.env)

            rows = []
            for verb, words in (("ls", ["ls"]), ("status", ["status", "pattern"])):
                floors, ours = table.alternate(floor, lambda w=words: _verb(here, w), rounds)  # type: ignore[misc]
                rows.append(table.ratio(f"{verb}, 100 runs", 'python -c "import typer"', floors, ours, "s", 1.3))
        done = 1000 if quick else 10_000
        _fill(here, run, done - 91, 90)
        with _live(here, run, 100):
            loop = [here.python, "-c", _SCAN, os.path.join(here.home, "runs")]
            for words, bound in ((["ls"], None if quick else 4.0), (["ls", "--all"], None)):
                floors, ours = table.alternate(
                    lambda: place.seconds(loop, env=here.env),
                    lambda w=words: _verb(here, w),  # type: ignore[misc]
                    rounds if words == ["ls"] else (1 if quick else 3),
                )
                name = f"{' '.join(words)}, {done} done, 100 live"
                rows.append(table.ratio(name, "scan and stat", floors, ours, "s", bound))
    return rows


def _verb(here: place.Place, words: list[str]) -> float:
    return place.seconds(here.words(*words), env=here.env)


def _copy(here: place.Place, pattern: str, name: str, leave: tuple[str, ...] = ()) -> str:
    """A run like `pattern` under another id; files that are the same in both are one file, which halves the time."""
    made = os.path.join(here.home, "runs", name)
    os.makedirs(os.path.join(made, "attempts", "001"))
    for file in os.scandir(os.path.join(pattern, "attempts", "001")):
        if file.is_file() and file.name not in leave:
            os.link(file.path, os.path.join(made, "attempts", "001", file.name))
    for entry in os.scandir(pattern):
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), os.path.join(made, entry.name))
        elif entry.name in ("launch.json", "status.json"):
            with open(entry.path) as source, open(os.path.join(made, entry.name), "w") as target:
                target.write(source.read().replace(os.path.basename(pattern), name))
        elif entry.is_file() and not entry.name.endswith(".lock"):
            os.link(entry.path, os.path.join(made, entry.name))
    return made


def _fill(here: place.Place, pattern: str, number: int, first: int) -> None:
    """Runs that are over: every file that `pattern` has, read by ls as any other."""
    for n in range(first, first + number):
        _copy(here, pattern, f"made-{n:05d}")


@contextmanager
def _live(here: place.Place, pattern: str, number: int) -> Iterator[None]:
    """Runs that live, as far as files and locks can say: this process holds their locks."""
    held, paths = [], []
    for n in range(number):
        path = _copy(here, pattern, f"made-live-{n:03d}", ("exit.json", "facts.json", "verify.json", "result.json"))
        paths.append(path)
        fd = os.open(os.path.join(path, "runner.lock"), os.O_RDWR | os.O_CREAT)
        fcntl.flock(fd, fcntl.LOCK_EX)
        held.append(fd)
    try:
        said = here.call("ls", "--json").count('"phase": "running"')
        if said != number:
            raise RuntimeError(f"ls sees {said} of {number} live runs")
        yield
    finally:
        for fd in held:
            os.close(fd)
        for path in paths:
            shutil.rmtree(path)
