"""Many sessions and large ones: what looking at them costs, beside what a walk and a grep over the same files cost."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.agent_sessions import Claude
from tests.support.lab import ROOT
from workcell.rundir.cell import Cell
from workcell.views import search, sessions

pytestmark = [pytest.mark.heavy, pytest.mark.serial, pytest.mark.timeout(600)]

MEASURED = """
import sys
from tests.support import peak
from workcell.__main__ import main
code = main()
print(peak.kilobytes(), file=sys.stderr)
sys.exit(code)
"""
"""A verb that says at its end how many kilobytes of memory it took."""

TIMES = 5
"""How many times a walk, or a grep, looking may take."""


def best(ask: Callable[[], object]) -> float:
    """The least of several times of one question, in seconds."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return min(taken)


def asker(person: Path) -> Cell:
    return Cell(str(person / "home"), {"HOME": str(person)}, "/")


def test_five_thousand_sessions_are_listed_in_five_walks(tmp_path: Path) -> None:
    for number in range(5000):
        Claude(cwd=f"/w/repo{number % 40}").prompt("fix it").said("Done.").keep(tmp_path, 1.7e9 + number)

    def walk() -> None:
        for top, _, names in os.walk(tmp_path):
            for name in names:
                os.stat(os.path.join(top, name))

    listed = best(lambda: sessions.perform(asker(tmp_path), sessions.Request()))
    floor = best(walk)
    assert listed <= TIMES * floor, f"{listed * 1e3:.0f} ms, a walk {floor * 1e3:.0f} ms"


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Two hundred sessions of 0.9 MB in plain words, one of the newest with a word that no other has."""
    words = [word for word in (ROOT / "docs" / "format.md").read_text().split() if word.isalpha()]
    chance = random.Random(7)
    for number in range(200):
        talk = Claude(cwd=f"/w/repo{number % 10}")
        for _ in range(250):
            talk.prompt(" ".join(chance.choices(words, k=30))).call(f"cat {chance.choice(words)}")
            talk.result(" ".join(chance.choices(words, k=300))).said(" ".join(chance.choices(words, k=60)))
        if number == 195:
            talk.prompt("a quokka is planted here")
        talk.keep(tmp_path, 1.7e9 + number)
    return tmp_path


def test_a_search_takes_five_times_as_long_as_grep_and_shows_a_new_hit_at_once(talks: Path) -> None:
    def grep() -> None:
        # into a pipe: with /dev/null as its output grep ends at the first hit
        subprocess.run(["grep", "-riF", "--", "quokka", str(talks)], stdout=subprocess.PIPE, check=True)

    def searched() -> list[search.Hit]:
        return list(search.perform(asker(talks), search.Request(("quokka",))))

    assert [hit.text for hit in searched()] == ["a quokka is planted here"]
    taken, floor = best(searched), best(grep)
    assert taken <= TIMES * floor, f"{taken * 1e3:.0f} ms, grep {floor * 1e3:.0f} ms"
    first = best(lambda: next(iter(search.perform(asker(talks), search.Request(("quokka",))))))
    assert first <= 0.3, f"the first hit after {first * 1e3:.0f} ms"


def test_a_gigabyte_is_searched_shown_and_listed_in_eighty_megabytes(tmp_path: Path) -> None:
    talk = Claude(name="5369a4b0-1").prompt("the beginning")
    for number in range(500):
        talk.call(f"cat {number}").result("x" * 2000).said("y" * 200)
    path = talk.keep(tmp_path)
    block = path.read_bytes()
    end = json.dumps(Claude(name="5369a4b0-1").prompt("a quokka at the end").records[0]).encode() + b"\n"
    with path.open("ab") as file:
        while file.tell() < 1 << 30:
            file.write(block)
        file.write(end)
    env = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "WORKCELL_HOME": str(tmp_path / "home"),
    }
    for words in (["search", "quokka"], ["show", "claude:5369", "--last", "1"], ["sessions"]):
        ran = subprocess.run([sys.executable, "-c", MEASURED, *words], env=env, capture_output=True, check=True)
        assert ran.stdout and int(ran.stderr.splitlines()[-1]) < 80_000, (words, ran.stderr)
