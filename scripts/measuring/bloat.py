"""What is kept of a full-screen program that draws itself anew all the time."""

import gzip
import hashlib
import os
import random
import sys

from measuring import place, table

_FRAMES = """
import random, sys
random.seed(5)
words = open(__file__).read().split()
lines = [" ".join(random.choice(words) for _ in range(11))[:96] for _ in range(37)]
out = sys.stdout
for frame in range(int(sys.argv[1])):
    spinner = "|/-" [frame % 3]
    top = [f"{spinner} Working ({frame / 10:.1f}s, {frame * 7} tokens)", f"  step {frame // 90} of 70, {frame} frames"]
    screen = top + lines + [f"  elapsed {frame // 600:02d}:{frame // 10 % 60:02d}"]
    out.write("\\x1b[40A" if frame else "")
    out.write("".join("\\x1b[2K\\x1b[38;5;244m" + line + "\\x1b[0m\\n" for line in screen))
"""


def measure(quick: bool) -> list[table.Row]:
    """Ten minutes of a screen of 40 lines, three of them changing, ten frames a second, written at full speed."""
    random.seed(5)
    with place.made() as here:
        program = os.path.join(here.directory, "frames.py")
        with open(program, "w") as file:
            file.write(_FRAMES)
        run = here.launch("screen", f"{sys.executable} {program} 6000", "terminal", "--no-window", "--wait")
        place.until(lambda: place.ended(run))
        directory = os.path.join(run, "current")
        names = sorted(name for name in os.listdir(directory) if name.startswith("agent.log."))
        packed = sum(os.path.getsize(os.path.join(directory, name)) for name in names)
        whole, size = hashlib.sha256(), 0
        for name in [*names, "agent.log"]:
            path = os.path.join(directory, name)
            with gzip.open(path, "rb") if name.endswith(".gz") else open(path, "rb") as file:
                data = file.read()
            whole.update(data)
            size += len(data)
        tail = os.path.getsize(os.path.join(directory, "agent.log"))
    lost = 0 if (whole.hexdigest(), size) == _expected(program_text=_FRAMES) else 1

    def row(name: str, floor: str, low: float, value: float, bound: float, unit: str) -> table.Row:
        return table.Row(name, floor, low, (low, low), value, (value, value), unit, value, bound, value_unit=unit)

    mega = size / 1e6
    return [
        row(f"screen, kept of {mega:.1f} MB", "all of it", 100.0, 100 * packed / size, 3.0, "%"),
        row("screen, plain tail", "4 MB", 4.0, tail / 1e6, 4.0, "MB"),
        row("screen, files", "one per 4 MB", mega / 4, len(names) + 1, -(-size // 4_000_000), "files"),
        row("screen, bytes differ", "none", 0.0, lost, 0.0, "yes"),
    ]


def _expected(program_text: str) -> tuple[str, int]:
    """Hash and size of what the program writes, as a terminal passes it on."""
    with place.made() as here:
        program = os.path.join(here.directory, "frames.py")
        with open(program, "w") as file:
            file.write(program_text)
        target = os.path.join(here.directory, "plain")
        place.seconds(["sh", "-c", f"{sys.executable} {program} 6000 > {target}"])
        with open(target, "rb") as file:
            data = file.read().replace(b"\n", b"\r\n")
    return hashlib.sha256(data).hexdigest(), len(data)
