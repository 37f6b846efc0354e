"""Where the home is a tmpfs of 4 MB: `acknowledged_trials.py TOP HOW SEED...`. One trial a seed; prints the figures.

Each trial fills the disk while the agent writes, gives a few blocks back at random moments, and either frees the disk or
leaves it full until the agent gives up. Then the bytes of the log are compared with what was acknowledged.
"""

import os
import random
import shutil
import sys
import threading
import time

from tests.faults import acknowledged, on_full_disk
from tests.support.lab import ROOT, Lab, alive, eventually
from workcell.rundir import layout, ledger, look, phase


def trial(lab: Lab, seed: int, how: str) -> tuple[int, int, int, int]:
    """(acknowledged lines, refused writes, short writes, lines that are whole and no line of their own) of one trial.

    AssertionError where a byte is not as it must be.
    """
    draw = random.Random(seed)
    stays = draw.random() < 0.4
    count = draw.randint(30, 150)
    acks = os.path.join(lab.marks, f"acks-{seed}")
    program = f"{sys.executable} -m tests.faults.acknowledged {seed} {count} {1.0 if stays else 30.0} {how}"
    agent = f"cd {ROOT}\nuntil test -e {acks}.go; do sleep 0.01; done\nexec {program} 3>{acks}"
    run = lab.launch(lab.brief(agent, "true", io="file", name=f"t{seed}", extra="forbid: []"))
    lab.phase(run, phase.RUNNING)
    filler = on_full_disk.fill(lab.home)
    os.truncate(filler, max(0, os.path.getsize(filler) - draw.randint(0, 12) * 4096))
    open(acks + ".go", "w").close()
    over = threading.Event()
    giver = threading.Thread(target=_give, args=(filler, draw, stays, over))
    giver.start()
    try:
        seen = lab.phase(run, phase.DONE, phase.INTERRUPTED, seconds=60)
        over.set()
        giver.join()
        assert (seen.exit["how"], seen.exit["code"]) == ("reaped", 7), seen.exit
    finally:
        over.set()
        giver.join()
        if os.path.exists(filler):
            os.unlink(filler)
    if look.at(run).phase != phase.DONE:
        lab.workcell("wait", run)
    told = open(acks, "rb").read().split(b"\n")
    numbers = [int(entry.split()[1]) for entry in told if entry.startswith(b"ack ")]
    [(refused, short)] = [map(int, entry.split()[1:]) for entry in told if entry.startswith(b"end ")]
    assert numbers == list(range(len(numbers)))
    with open(os.path.join(layout.attempt(run, 1), layout.AGENT_LOG), "rb") as file:
        data = file.read()
    lines = [acknowledged.line(seed, number) for number in numbers]
    if how == "rest":
        wanted = b"".join(lines)
        assert data.startswith(wanted), (seed, len(data), len(wanted))
        # behind what was acknowledged there may be a part of the one line that never went through
        rest = data[len(wanted) :]
        assert acknowledged.line(seed, len(numbers)).startswith(rest), (seed, rest[:80])
    at = 0
    for one in lines:  # every acknowledged line is there, whole and in its place in the order
        at = data.index(one, at) + len(one)
    glued = len(lines) - len({*lines} & {*data.splitlines(keepends=True)})
    assert len(numbers) == count or stays
    assert look.at(run).result["outcome"] == "passed"
    runner = seen.start["runner"]["pid"]
    eventually(lambda: not alive(runner))  # what it writes after the result is removed, too
    shutil.rmtree(run)  # there is room for a few runs only
    for path in (ledger.path(run), ledger.ended_path(run)):
        if os.path.exists(path):
            os.unlink(path)
    return len(numbers), refused, short, glued


def _give(filler: str, draw: random.Random, stays: bool, over: threading.Event) -> None:
    """Give back from one byte to a few blocks at a time, and all of it in the end unless the disk stays full."""
    for _ in range(draw.randint(2, 8)):
        if over.wait(draw.uniform(0.0, 0.05)):
            return
        size = os.path.getsize(filler)
        os.truncate(filler, max(0, size - draw.choice((1, 100, 4096, 8192, 12288))))
    if not stays:
        over.wait(draw.uniform(0.0, 0.2))
        os.unlink(filler)


def main(top: str, how: str, seeds: list[int]) -> None:
    lab = Lab.__new__(Lab)
    lab.top, lab.home = top, os.path.join(top, "home")
    lab.marks, lab.person, lab.temporary = (os.path.join(top, name) for name in ("marks", "person", "tmp"))
    lab.repo, lab.repos = os.path.join(top, "repo1"), 1
    lines = refused = short = glued = full = 0
    began = time.monotonic()
    for seed in seeds:
        found = trial(lab, seed, how)
        lines, refused, short, glued = (a + b for a, b in zip((lines, refused, short, glued), found, strict=True))
        full += found[1] > 0
    took = time.monotonic() - began
    print(f"{len(seeds)} trials, {full} of them on a full disk, {lines} acknowledged lines, 0 missing or changed, "
          f"{glued} glued to a part of themselves, {refused} refused and {short} short writes, {took:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], [int(word) for word in sys.argv[3:]])
