"""What the runner between agent and window costs: throughput, and the time from a key to its echo."""

import gzip
import os
import pty
import select
import socket
import subprocess
import time
import tty

from measuring import place, table


def measure(quick: bool) -> list[table.Row]:
    with place.made() as here:
        return [_throughput(here, quick), *_echo(here, quick)]


def _throughput(here: place.Place, quick: bool) -> table.Row:
    """Many lines through the runner's terminal into its log, beside script(1) doing the same."""
    size = (20 if quick else 200) * 1_000_000
    source = os.path.join(here.directory, "source")
    lines = 0
    with open(source, "w") as file:
        while file.tell() < size:
            block = "".join(
                f"{number:09d} the quick brown fox jumps over the lazy dog, and nothing of it may be lost\n"
                for number in range(lines, lines + 20_000)
            )
            file.write(block)
            lines += 20_000
    written = os.path.getsize(source) + lines  # the terminal writes a return before each newline
    copy = os.path.join(here.directory, "typescript")
    runs = iter(range(1000))

    def floor() -> float:
        took = place.seconds(["script", "-q", "-e", "-f", "-c", f"cat {source}", copy], env=here.env)
        if os.path.getsize(copy) < written:
            raise RuntimeError("script lost something")
        os.remove(copy)
        return written / took / 1e6

    def ours() -> float:
        run = here.launch(f"pour-{next(runs)}", f"cat {source}", "terminal", "--no-window", "--wait")
        took = float(place.record(run, "exit.json")["seconds"])
        place.until(lambda: place.ended(run))
        kept = 0
        directory = os.path.join(run, "current")
        for name in sorted(os.listdir(directory)):
            if name.startswith("agent.log"):
                path = os.path.join(directory, name)
                kept += _unpacked(path) if name.endswith(".gz") else os.path.getsize(path)
                os.remove(path)
        if kept != written:
            raise RuntimeError(f"{written - kept} bytes were lost")
        return written / took / 1e6

    floors, found = table.alternate(floor, ours, 3 if quick else 5)
    name = f"throughput, {size // 1_000_000} MB"
    return table.ratio(name, "util-linux script", floors, found, "MB/s", 0.9, at_least=True)


def _unpacked(path: str) -> int:
    with gzip.open(path, "rb") as file:
        size = 0
        while chunk := file.read(1 << 20):
            size += len(chunk)
    return size


_ECHO = "stty raw -echo; printf R; exec cat"


def _echo(here: place.Place, quick: bool) -> list[table.Row]:
    """From a key to its echo through window and runner, beside a bare terminal."""
    near, far = pty.openpty()
    bare = subprocess.Popen(["sh", "-c", _ECHO], stdin=far, stdout=far, stderr=far, start_new_session=True)
    os.close(far)
    outer, inner = pty.openpty()
    tty.setraw(inner)
    run = here.launch("echo", _ECHO, "terminal", "--no-window")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        back = os.getcwd()
        os.chdir(run)  # a socket's name is short, a path is not
        connection.connect("control.sock")
        os.chdir(back)
        socket.send_fds(connection, [b"W"], [inner])
        _quiet(near)
        _quiet(outer)
        floors, found = [], []
        for _ in range(200 if quick else 1500):
            floors.append(_once(near))
            found.append(_once(outer))
    finally:
        connection.close()
        bare.kill()
        bare.wait()
        os.close(near)
        os.close(outer)
    edges = table.spread(floors), table.spread(found)
    rows = []
    for share, bound in ((0.5, 0.5), (0.95, 2.0)):
        low, high = table.percentile(floors, share), table.percentile(found, share)
        name = f"echo added, p{share * 100:.0f}"
        rows.append(
            table.Row(name, "a bare pty", low, edges[0], high, edges[1], "ms", high - low, bound, value_unit="ms")
        )
    return rows


def _quiet(fd: int) -> None:
    """Read until nothing has come for a while: the program has started, and the window has its first screen."""
    began = time.monotonic()
    while time.monotonic() - began < 10:
        if not select.select([fd], [], [], 1.0)[0]:
            return
        os.read(fd, 65536)


def _once(fd: int) -> float:
    """Milliseconds from one key to its echo."""
    began = time.perf_counter()
    os.write(fd, b"k")
    while b"k" not in os.read(fd, 4096):
        pass
    return (time.perf_counter() - began) * 1000
