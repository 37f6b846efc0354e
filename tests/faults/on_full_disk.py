"""The part of the test on a full disk that runs where the home is a tmpfs of 2 MB: `on_full_disk.py TOP IO`."""

import os
import sys
import time
from pathlib import Path

from tests.faults import truth
from tests.support.lab import Lab, alive, eventually
from workcell.rundir import layout, look, phase

AGENT = """
n=${WORKCELL_ATTEMPT##*/}
test "$n" = 1 || exit 0
echo "before"
: >"$MARKS/ready"
until test -e "$MARKS/full"; do sleep 0.02; done
for i in $(seq 400); do echo "line $i of the full disk ................................................"; done
: >"$MARKS/ended"
exit 7
"""

VERIFY = "case $WORKCELL_ATTEMPT in */1) exit 1;; esac"


def fill(home: str) -> str:
    """Take every block that is left."""
    path = os.path.join(home, "filler")
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 16, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return path


def main(top: str, io: str) -> None:
    lab = Lab.__new__(Lab)
    lab.top, lab.home = top, os.path.join(top, "home")
    lab.marks, lab.person, lab.temporary = (os.path.join(top, name) for name in ("marks", "person", "tmp"))
    lab.repo, lab.repos = os.path.join(top, "repo1"), 1
    command = AGENT if io == "terminal" else AGENT.replace("for i in", ': >"$MARKS/ended"; exit 7\nfor i in')
    run = lab.launch(lab.brief(command, VERIFY, io=io))
    seen = lab.phase(run, phase.RUNNING)
    eventually(lambda: os.path.exists(os.path.join(lab.marks, "ready")))
    filler = fill(lab.home)
    Path(lab.marks, "full").touch()
    agent, runner = (seen.start[who]["pid"] for who in ("agent", "runner"))
    if io == "terminal":
        # the log takes nothing, so the runner takes nothing from the terminal, and the agent is held up by its writes
        eventually(lambda: look.at(run).phase == phase.RUNNING)
        before = time.monotonic()
        while time.monotonic() < before + 1.5:
            assert alive(runner)
            time.sleep(0.05)
        os.unlink(filler)
        eventually(lambda: not alive(agent))
    else:
        # the exit is on record although not one block is free; what finish has to write must wait
        eventually(lambda: layout.EXIT in look.at(run).stands)
        assert look.at(run).exit["code"] == 7
        eventually(lambda: not alive(runner))
        ran = lab.workcell("wait", run, code=None)
        assert ran.returncode in (73, 74) and "No space left" in ran.stderr, ran
        os.unlink(filler)
    lab.workcell("wait", run, code=1)
    ended = look.at(run)
    assert (ended.exit["how"], ended.exit["code"]) == ("reaped", 7), ended.exit
    if io == "terminal":
        lines = lab.log(run).split("\n")
        wanted = [f"line {i} of the full disk" for i in range(1, 401)]
        assert [line[: line.index(" ...")] for line in lines if line.startswith("line ")] == wanted
    assert truth.unsound(run) == [], truth.unsound(run)
    lab.workcell("resume", run, "--no-window", "--wait")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
