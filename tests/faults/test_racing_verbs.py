"""Eight verbs at once, again and again, on a run that really passes: verdict, repository and event log stay true."""

import os
import random
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.faults import truth
from tests.support import repos
from tests.support.lab import Lab, eventually, naming
from workcell.base import json_codec
from workcell.rundir import layout, look, phase

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]

AGENT = """
n=${WORKCELL_ATTEMPT##*/}
exec 9>>"$MARKS/agent.flock"
flock -n 9 || echo "agent $n beside another" >>"$MARKS/overlap"
echo "$n" >>"$MARKS/started"
echo "line 1 of $n"; echo "line 1 of $n" >>"$MARKS/ack.$n"
until test -e "$MARKS/go"; do sleep 0.02; done
echo "line 2 of $n"; echo "line 2 of $n" >>"$MARKS/ack.$n"
echo done >"$MARKS/done.$n"
"""
CHECK = """
exec 9>>"$MARKS/agent.flock"
flock -n 9 || echo "verify beside an agent" >>"$MARKS/overlap"
sleep 0.05
test -e "$MARKS/done.${WORKCELL_ATTEMPT##*/}"
"""
PEACEFUL = {
    "resume": ["resume", "RUN", "--no-window"],
    "gc": ["gc", "--yes", "--older-than", "1h"],
    "verify": ["verify", "RUN"],
    "wait": ["wait", "RUN", "--timeout", "20s"],
    "tick": ["watchdog", "tick"],
    "send": ["send", "RUN", "go on"],
    "hold": ["hold", "RUN", "--for", "1h"],
    "release": ["release", "RUN"],
    "fsck": ["fsck", "RUN"],
}
VERBS = {**PEACEFUL, "stop": ["stop", "RUN", "--grace", "1s"]}
FINE = {0, 1, 75, 77, 124}
"""It went well; a no; somebody else is at work; not now; the time was up."""


def persons(repo: str) -> list[str]:
    """All that is the person's in the repository: HEAD, index, stash, branches, and files with their content."""
    words = ["rev-parse HEAD", "symbolic-ref HEAD", "ls-files -s", "stash list --format=%H", "for-each-ref refs/heads refs/tags",
             "status --porcelain=v2 --branch --untracked-files=all"]  # fmt: skip
    found = [repos.git(repo, *one.split()) for one in words]
    for path in sorted(Path(repo).iterdir()):
        found.append(f"{path.name} {path.read_bytes()!r}" if path.is_file() else path.name)
    return found


def prepare(repo: str) -> None:
    """Give the repository a branch, a stash, a staged change, a change that is not, and a file that git does not know."""
    who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    repos.git(repo, "branch", "other")
    Path(repo, "file.txt").write_text("stashed\n")
    repos.git(repo, *who, "stash", "-q")
    Path(repo, "staged.txt").write_text("staged\n")
    repos.git(repo, "add", "staged.txt")
    Path(repo, "file.txt").write_text("changed\n")
    Path(repo, "unknown.txt").write_text("not known to git\n")


def started(lab: Lab, run: str, verbs: list[str]) -> list[tuple[str, subprocess.Popen[str]]]:
    out = []
    for verb in verbs:
        words = lab.words(*(run if word == "RUN" else word for word in VERBS[verb]))
        out.append((verb, subprocess.Popen(
            words, env=lab.env(), cwd=lab.top, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )))  # fmt: skip
    return out


def ended(begun: list[tuple[str, subprocess.Popen[str]]]) -> tuple[Counter[str], list[str]]:
    """(how often each verb went well, what no verb should say)."""
    well, wrong = Counter[str](), []
    for verb, process in begun:
        said = process.communicate(timeout=90)[0]
        well[verb] += process.returncode == 0
        if process.returncode not in FINE or "Traceback" in said:
            wrong.append(f"{verb} ended with {process.returncode}: {said}")
        if verb == "fsck" and process.returncode:
            wrong.append(f"fsck: {said}")
    return well, wrong


def events(run: str) -> list[dict]:
    """The events of the run, and those that wait in its spool for the next writer."""
    out = [json_codec.decode(line) for line in Path(run, layout.EVENTS).read_bytes().splitlines()]
    known = {one.get("id") for one in out}
    waiting = [json_codec.decode(path.read_bytes()) for path in Path(run, layout.SPOOL, "new").glob("*")]
    return out + [one for one in waiting if one.get("id") not in known]


def untrue(lab: Lab, run: str, well: Counter[str], *, stops: bool) -> list[str]:
    """What of the run is not as it must be, whoever came first."""
    wrong = truth.unsound(run) + truth.breaches(lab, run)
    last = layout.current(run) or 0
    if lab.mark("started").split() != [str(n) for n in range(1, last + 1)]:
        wrong.append(f"{last} attempts, and agents were started in {lab.mark('started').split()}")
    found = events(run)
    counts = Counter((one["type"], one.get("attempt")) for one in found)
    for n in range(1, last + 1):
        for kind in ("attempt.started", "attempt.ended", "run.ended"):
            if counts[kind, n] != 1:
                wrong.append(f"{counts[kind, n]} times {kind} of attempt {n}")
        directory = layout.attempt(run, n)
        result = look.read_record(directory, layout.RESULT, []) or {}
        check = look.read_record(directory, layout.VERIFY, [], required=False) or {}
        completed = bool(lab.mark(f"done.{n}"))
        if result.get("outcome") == "passed" and not (completed and check.get("code") == 0):
            wrong.append(f"attempt {n} is a false passed: {result} {check}")
        if result.get("outcome") not in (("passed", "stopped") if stops else ("passed",)):
            wrong.append(f"attempt {n} is {result}")
    kinds = Counter(one["type"] for one in found)
    if kinds["run.held"] != well["hold"] or kinds["run.released"] > well["release"]:
        wrong.append(f"held and released {well}, and the events are {kinds}")
    return wrong


def test_eight_verbs_at_once(lab):
    dice = random.Random(20261121)
    wrong: list[str] = []
    totals, outcomes = Counter[str](), Counter[str]()
    lab.workcell("ls")
    for number in range(6):
        truth.clear_marks(lab)
        repo = lab.new_repo()
        prepare(repo)
        brief = lab.brief(AGENT, CHECK, name=f"raced{number}", extra="dirty: allow")
        run = lab.launch(brief, repo=repo)
        lab.phase(run, phase.RUNNING)
        before = persons(repo)
        stops = number % 3 == 2
        names = list(VERBS if stops else PEACEFUL)
        first = started(lab, run, [*(["stop"] if stops else []), *dice.sample(names, 8)][:8])
        if number == 5:
            # the stop comes first for once: whoever resumes afterwards opens an attempt that passes
            eventually(lambda now=first: all(one.poll() is not None for verb, one in now if verb == "stop"))
        elif dice.random() < 0.5:
            eventually(lambda now=first: any(one.poll() is not None for _, one in now))
        Path(lab.marks, "go").touch()
        second = started(lab, run, dice.sample(names, 8))
        well, said = ended(first + second)
        totals += Counter(verb for verb, _ in first + second)
        lab.workcell("release", run)
        lab.workcell("wait", run, "--timeout", "30s", code=None)
        well["release"] += 1
        eventually(lambda name=run: not naming(os.path.basename(name)), what="processes of the run")
        for n in range(1, (layout.current(run) or 0) + 1):
            result = look.read_record(layout.attempt(run, n), layout.RESULT, []) or {}
            outcomes[str(result.get("outcome"))] += 1
        found = said + untrue(lab, run, well, stops=stops)
        if persons(repo) != before:
            found.append(f"the repository was {before} and is {persons(repo)}")
        checked = lab.workcell("fsck", run, code=None)
        if checked.returncode:
            found.append(f"fsck: {checked.stdout}{checked.stderr}")
        crashes = os.path.join(lab.home, "crashes")
        if os.path.isdir(crashes) and os.listdir(crashes):
            found.append(f"reports of bugs: {os.listdir(crashes)}")
        wrong += [f"round {number}: {words}" for words in found]
    print(f"\n{sum(totals.values())} verbs: {dict(totals)}; {dict(outcomes)}")
    assert not wrong, "\n".join(wrong)
    assert set(totals) == set(VERBS) and set(outcomes) == {"passed", "stopped"}
