"""What an end costs: from the agent's last breath to the result, to `wait`, and of many runs at once."""

import os
import pty
import select
import subprocess
import time

from measuring import place, table

_HOLD = 'until test -e "$HOME/go-NAME"; do sleep 0.01; done'
"""What an agent does until it is told to end: it looks every 10 ms, which is part of every figure here."""


def measure(quick: bool) -> list[table.Row]:
    """Each verb that ends, goes on or attaches, beside the bare program that it cannot do without."""
    rounds = 3 if quick else 11
    with place.made() as here:
        _repository(here)
        here.launch("sleeper", "sleep 600")  # the tmux server runs before anything is measured
        numbers = iter(range(10_000))

        def floor() -> float:
            return place.seconds([here.python, "-c", "pass"], env=here.env)

        def tmux_floor() -> float:
            return place.seconds([*tmux, "new-session", "-d", "true"], env=here.env) + floor()

        tmux = ["tmux", "-f", "/dev/null", "-S", os.path.join(here.directory, "bare.sock")]
        subprocess.run([*tmux, "new-session", "-d", "-s", "x", "sleep 600"], check=True, env=here.env, timeout=10)
        rows = []
        try:
            figures = (
                ("agent's end to result.json", "python -c pass", floor, lambda: _end(here, next(numbers)), 10.0),
                ("agent's end to wait returned", "python -c pass", floor, lambda: _wait(here, next(numbers)), 12.0),
                ("stop of a sleep", "python -c pass", floor, lambda: _stop(here, next(numbers)), None),
                (
                    "resume to start.json", "tmux new-session + python -c pass", tmux_floor,
                    lambda: _resume(here, next(numbers)), 13.0,
                ),
                (
                    "attach, first bytes", "tmux attach", lambda: _first([*tmux, "attach", "-t", "x"], here),
                    lambda: _first(here.words("attach", "sleeper"), here), 15.0,
                ),
            )  # fmt: skip
            for name, words, below, ours, bound in figures:
                floors, found = table.alternate(below, ours, rounds)
                rows.append(table.ratio(name, words, floors, found, "s", bound))
        finally:
            subprocess.run([*tmux, "kill-server"], capture_output=True, timeout=10)
        rows.append(_storm(here, 10 if quick else 50, floor))
    return rows


def _repository(here: place.Place) -> None:
    """The trees of the runs are git repositories: facts are read from git at every end."""

    def git(path: str, *words: str) -> None:
        subprocess.run(["git", "-C", path, *words], check=True, capture_output=True, timeout=30, env=here.env)

    plain = here.tree

    def tree(name: str) -> str:
        path = plain(name)
        if not os.path.exists(os.path.join(path, ".git")):
            git(path, "init", "-q")
            with open(os.path.join(path, "file"), "w") as file:
                file.write("text\n")
            git(path, "add", "file")
            git(path, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "first")
        return path

    here.tree = tree  # type: ignore[method-assign]


def _held(here: place.Place, number: int) -> tuple[str, str]:
    """(a run whose agent waits, the path that lets it end)."""
    name = f"end-{number}"
    run = here.launch(name, _HOLD.replace("NAME", name), "file", "--no-window")
    return run, os.path.join(here.directory, f"go-{name}")


def _go(path: str) -> float:
    """Let the agent end; the moment, on the clock of the system's files."""
    open(path, "w").close()
    return time.time()


def _end(here: place.Place, number: int) -> float:
    run, go = _held(here, number)
    began = _go(go)
    result = os.path.join(run, "current", "result.json")
    place.until(lambda: os.path.exists(result))
    took = os.stat(result).st_ctime_ns / 1e9 - began
    place.until(lambda: place.ended(run))
    return took


def _wait(here: place.Place, number: int) -> float:
    """From the end of the agent (its runner has reaped it) until `wait`, which has waited all along, has returned."""
    run, go = _held(here, number)
    waiting = subprocess.Popen(here.words("wait", run), env=here.env, cwd=here.repo, stdout=subprocess.DEVNULL)
    time.sleep(1.0)  # it has started and waits
    began = _go(go)
    waiting.wait(timeout=60)
    return time.time() - began


def _stop(here: place.Place, number: int) -> float:
    name = f"stop-{number}"
    run = here.launch(name, "exec sleep 600", "file", "--no-window")
    return place.seconds(here.words("stop", os.path.basename(run)), env=here.env, cwd=here.repo)


def _resume(here: place.Place, number: int) -> float:
    run = here.launch(f"resume-{number}", "true", "file", "--no-window", "--wait")
    began = time.time_ns()
    here.call("resume", os.path.basename(run))
    took = os.stat(os.path.join(run, "attempts", "002", "start.json")).st_ctime_ns - began
    place.until(lambda: place.ended(run))
    return took / 1e9


def _first(words: list[str], here: place.Place) -> float:
    """From the start of a program on a terminal of its own to its first bytes."""
    ours, theirs = pty.openpty()
    env = {**here.env, "TERM": "xterm"}
    began = time.perf_counter()
    process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True)
    os.close(theirs)
    try:
        if not select.select([ours], [], [], 20)[0]:
            raise RuntimeError(f"{words} shows nothing")
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()
        os.close(ours)


def _storm(here: place.Place, count: int, floor: "object") -> table.Row:
    """Many runs that end in one moment: seconds until the last result stands, for each of them."""
    held = [_held(here, 5000 + n) for n in range(count)]
    bare = [place.seconds([here.python, "-c", "pass"], env=here.env) for _ in range(5)]
    began = time.perf_counter()
    for _, go in held:
        _go(go)
    results = [os.path.join(run, "current", "result.json") for run, _ in held]
    place.until(lambda: all(os.path.exists(path) for path in results), 120.0)
    each = (time.perf_counter() - began) / count
    place.until(lambda: all(place.ended(run) for run, _ in held), 120.0)
    return table.ratio(f"{count} agents end at once, each", "python -c pass", bare, [each], "s", None)
