"""What the end of an agent's process claims."""

import re
from typing import Any

import pytest

from workcell.judgement import exit_claims
from workcell.judgement.case import Case
from workcell.judgement.evidence import item
from workcell.texts.signal import Signal

SIGNALS = [
    Signal("key", 1, ("any",), source, "auth", 0.9, pattern=re.compile("Invalid API key"))
    for source in ("stderr", "stdout")
] + [Signal("overloaded", 1, ("any",), "stderr", "server_error", 0.9, pattern=re.compile("529"))]
NOW = 1_772_445_600.0


def claims(
    code: int | None = None, *, signal: int | None = None, how: str = "reaped", **more: Any
) -> list[tuple[str, str]]:
    ended = {"code": code, "signal": signal, "how": how, "ended_by": more.pop("ended_by", None)}
    material: Any = {"agent": "claude", "now": NOW, "exit": ended, **more}
    case = Case(material, SIGNALS)
    exit_claims.claim(case)
    return [(one["says"], one["words"]) for one in case.claims]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ({"how": "vanished"}, ("vanished", "its process is gone and its end was not seen")),
        ({"how": "not-started"}, ("config_error", "the program could not be started at all")),
        ({"how": "stopped", "signal": 15}, ("unknown", "a person stopped it")),
        ({"signal": 9}, ("vanished", "ended by signal 9")),
        ({"code": -11}, ("vanished", "ended by signal 11")),
        ({"code": 137}, ("vanished", "ended by signal 9")),
        ({"how": "limit-wall", "signal": 15}, ("unknown", "ended from outside when its time was up")),
        ({"code": 143, "ended_by": "time"}, ("unknown", "ended from outside when its time was up")),
        ({"code": 3}, ("unknown", "ended with 3")),
    ],
)
def test_each_end(end: dict[str, Any], expected: tuple[str, str]) -> None:
    assert claims(**end) == [expected]


def test_while_it_runs_nothing_is_claimed() -> None:
    case = Case({"agent": "claude", "now": NOW, "exit": None}, SIGNALS)
    exit_claims.claim(case)
    assert case.claims == []


def test_an_exit_code_that_the_agent_knows_has_its_meaning() -> None:
    meaning = {"verdict": "rate_limit", "confidence": 0.8, "words": "75 is too many requests"}
    exits = {"codes": {75: meaning}, "noise": (), "trying": ()}
    assert claims(75, exits=exits) == [("rate_limit", "75 is too many requests")]
    assert claims(76, exits=exits) == [("unknown", "ended with 76")]


def test_processes_that_were_killed_and_what_is_left_of_them() -> None:
    killed = claims(processes={"killed": True, "left": ["1 sh", "2 sh"]})
    assert killed == [("vanished", "its terminal was taken away; 2 of its processes live on")]
    assert claims(processes={"killed": False, "left": []}) == []


def test_a_limit_that_was_hit_is_claimed_beside_the_end() -> None:
    assert claims(0, bounds=["the memory limit was hit"], stdout="Done.") == [
        ("partial", "the memory limit was hit"),
        ("ok", "it ended with 0: Done."),
    ]


@pytest.mark.parametrize(
    ("material", "expected"),
    [
        ({"stdout": "Done."}, [("ok", "it ended with 0: Done.")]),
        ({"stdout": " \n"}, [("partial", "it ended with 0 and without a word")]),
        ({"stdout": "A?", "stdout_asks": True}, [("partial", "it ended with a question: A?")]),
        (
            {"stdout": "Done.", "reader": False},
            [("unknown", "it ended with 0, and its records cannot be read: that says nothing")],
        ),
        ({"stdout": None}, []),
    ],
)
def test_an_end_with_0(material: dict[str, Any], expected: list[Any]) -> None:
    assert claims(0, **material) == expected


def test_a_record_that_says_how_it_ended_makes_stdout_superfluous() -> None:
    end: Any = {"code": 0, "signal": None, "how": "reaped", "ended_by": None}
    case = Case({"agent": "claude", "now": NOW, "exit": end, "stdout": "Done."}, SIGNALS)
    case.claim(item("transcript", "ok", 0.95, "it ended its turn", final=True))
    exit_claims.claim(case)
    assert len(case.claims) == 1


REFUSED = "Invalid API key · Please run /login"


def test_a_failure_says_why_in_its_first_or_last_line_and_not_in_an_answer() -> None:
    assert claims(1, stderr=f"{REFUSED}\nat a\nat b")[0][0] == "auth"
    assert claims(1, stderr=f"at a\nat b\n{REFUSED}")[0][0] == "auth"
    assert claims(1, stderr=f"at a\n{REFUSED}\nat b") == [("unknown", "ended with 1")]
    assert claims(1, stdout=REFUSED)[0][0] == "auth"
    assert claims(1, stdout=f"{REFUSED}\nis what\nit answers") == [("unknown", "ended with 1")]
    noise = {"codes": {}, "noise": ("Invalid",), "trying": ()}
    assert claims(1, stderr=REFUSED, exits=noise) == [("unknown", "ended with 1")]


def test_of_a_program_that_was_ended_only_a_harmless_last_line_counts() -> None:
    assert claims(how="limit-wall", stderr=REFUSED) == [("unknown", "ended from outside when its time was up")]
    assert claims(how="limit-wall", stderr="API Error: 529") == [("server_error", "API Error: 529")]
