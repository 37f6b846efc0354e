"""A limit on memory or processes that was hit: in the reason, the verdict and what follows."""

import pytest

from tests.unit.judgement.test_next import BOOKS, decide, row
from workcell.judgement import bounds, outcome, verdict

KILLED = {"kind": "v2", "memory_bytes": 512 << 20, "memory_kills": 1, "processes_refused": 0}
LARGEST = {"pid": 12, "command": "python3", "rss_bytes": 498 << 20}
REFUSED = {"kind": "v2", "processes": 50, "processes_refused": 3}
FACTS = {"forbidden": [], "git": None}
EXIT = {"how": "reaped", "code": None, "signal": 9}


def test_words():
    assert bounds.words({**KILLED, "largest": LARGEST}) == [
        "the memory limit of 512 MiB was hit: the kernel killed 1 process, the largest was python3 (pid 12, 498 MiB)"
    ]
    assert bounds.words(REFUSED) == ["the limit of 50 processes was hit: one more was refused 3 times"]
    reached = {"kind": "scope", "processes": 50, "processes_refused": 0, "processes_peak": 50}
    assert bounds.words(reached) == ["the limit of 50 processes was reached"] and bounds.hit(reached) == [
        bounds.PROCESSES
    ]
    assert bounds.words({**reached, "processes_peak": 49}) == bounds.words({**reached, "kind": "v2"}) == []
    for nothing in (None, {}, {**KILLED, "memory_kills": 0}, {**KILLED, "memory_kills": None}):
        assert bounds.words(nothing) == [] and bounds.hit(nothing) == []


def test_the_reason_names_what_was_hit_by_agent_and_by_check():
    ran = {"how": "exited", "code": 0, "signal": None, "seconds": 1.0, "error": None}
    word, reason = outcome.decide({}, EXIT, {**FACTS, "cgroup": KILLED}, ran)
    assert word == "passed" and "by signal 9; the memory limit of 512 MiB was hit" in reason
    word, reason = outcome.decide({}, EXIT, FACTS, {**ran, "code": 1, "cgroup": KILLED})
    assert word == "failed" and reason.endswith(
        "in verify.sh the memory limit of 512 MiB was hit: the kernel killed 1 process"
    )
    assert outcome.decide({}, {"how": "stopped"}, {**FACTS, "cgroup": KILLED}, None)[1] == "stopped by a person"


@pytest.mark.parametrize(
    ("exit", "says"),
    [
        ({"how": "reaped", "code": 0, "signal": None}, "partial"),
        ({"how": "reaped", "code": None, "signal": 9}, "vanished"),
        ({"how": "vanished", "code": None, "signal": None}, "vanished"),
    ],
)
def test_the_verdict_is_never_ok(exit, says):
    material = {"agent": "none", "stdout": "all done", "exit": exit, "now": 0.0}
    judged = verdict.judge({**material, "bounds": bounds.words(KILLED)}, [])
    assert judged["verdict"] == says
    assert any("memory limit" in one["words"] for one in judged["evidence"])
    if says == "partial":
        assert verdict.judge(material, [])["verdict"] == "ok"


@pytest.mark.parametrize("counts", [KILLED, REFUSED])
def test_one_more_attempt_and_then_a_person(counts):
    facts = {"git": {"clean": True}, "forbidden": [], "cgroup": counts}
    step = decide("vanished", facts=facts)
    assert (step["goes"], step["playbook"]) == ("on", "memory-limit")
    step = decide("vanished", row(1, playbook="memory-limit"), row(2), facts=facts)
    assert (step["goes"], step["outcome"]) == ("over", "abandoned")
    assert decide("usage_limit", facts=facts)["playbook"] == "usage-limit", "that goes first: no attempt helps before"
    assert any(book.name == "memory-limit" for book in BOOKS)
