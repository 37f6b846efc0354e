from typing import Any

import pytest

from workcell.judgement.session import empty, fold, tokens, without_settled
from workcell.judgement.words import WIDTH, what


def said(kind: str, text: str = "", at: str = "2026-03-02T10:00:00.000Z", **data: Any) -> dict[str, Any]:
    return {
        "id": f"{kind}{text}{data}",
        "type": kind,
        "source": "transcript",
        "agent_time": at,
        "turn": None,
        "confidence": 1.0,
        "text": text,
        "ref": {"file": "f", "offset": 0},
        "data": data,
    }


def test_a_tool_is_open_between_its_call_and_its_answer() -> None:
    one = fold(empty(), [said("turn.started"), said("tool.call", "Bash: make", call="c1")])
    assert list(one["open"]) == ["c1"]
    assert fold(one, [said("tool.result", call="c1")])["open"] == {}


def test_a_new_turn_forgets_the_failure_of_the_last_one() -> None:
    failed = fold(
        empty(),
        [
            said("turn.started"),
            said("error", "no", error="rate_limit"),
            said("turn.completed", "no", ok=False),
        ],
    )
    assert failed["errors"] and failed["end"]["ok"] is False
    after = fold(failed, [said("turn.started"), said("assistant.message", "Hello.")])
    assert (after["errors"], after["end"], after["turn"]) == ([], None, "open")


def test_two_records_of_one_end_are_one_end_and_the_failure_stays() -> None:
    one = fold(
        empty(),
        [
            said("turn.started"),
            said("turn.completed", "no", ok=False),
            said("turn.completed", "no", ok=True, result=True),
        ],
    )
    assert one["end"]["ok"] is False and one["end"]["result"] is True


def test_a_limit_that_warns_is_none_and_one_that_is_lifted_is_gone() -> None:
    rejected = said("limit", "five_hour: rejected", status="rejected", window="five_hour", resets_at=5)
    allowed = said("limit", "five_hour: allowed", status="allowed", window="five_hour")
    overage = said("limit", "five_hour: rejected", status="rejected", window="five_hour", overage=True)
    assert fold(empty(), [rejected])["limit"]["resets_at"] == 5
    assert fold(empty(), [rejected, allowed])["limit"] is None
    assert fold(empty(), [overage])["limit"] is None


def test_the_notice_after_a_request_does_not_hide_what_was_asked() -> None:
    one = fold(
        empty(),
        [
            said("turn.started"),
            said("approval.requested", "Bash: rm -r x", tool="Bash"),
            said("approval.requested", "Claude needs your permission", notice=True),
        ],
    )
    assert one["approval"]["text"] == "Bash: rm -r x"


EARLIER, ASKED_AT, LATER = (f"2026-03-02T10:00:0{n}.000Z" for n in range(3))


@pytest.mark.parametrize(
    ("end", "approval", "denied"),
    [
        (said("turn.completed", "interrupted", LATER, ok=False, reason="interrupted"), None, ["Bash: make"]),
        (said("turn.completed", "Done.", LATER, ok=True), None, []),
        (said("turn.completed", "Done.", EARLIER, ok=True), "Bash: make", []),
        (said("tool.result", "of another call", LATER, call="c2"), "Bash: make", []),
    ],
)
def test_a_request_of_a_hook_is_over_with_the_turn_that_the_records_tell(end, approval, denied) -> None:
    hooks = fold(empty(), [said("turn.started"), said("approval.requested", "Bash: make", ASKED_AT, tool="Bash")])
    found = without_settled(hooks, fold(empty(), [said("turn.started"), end]))
    assert (found["approval"] and found["approval"]["text"], found["denied"]) == (approval, denied)
    assert without_settled(hooks, None) is hooks


def test_tokens_of_several_runs_of_a_stream_add_up_and_the_cost_is_the_last_total() -> None:
    runs = [
        said("cost", tokens_run={"input": 5, "output": 1}, cost_usd_total=0.1),
        said("cost", tokens_run={"input": 7, "output": 1}, cost_usd_total=0.3),
    ]
    one = fold(empty(), runs)
    assert (tokens(one), one["cost_usd"]) == ({"input": 12, "output": 2}, 0.3)


def test_what_says_now_recently_and_last_asked_in_three_lines() -> None:
    one = fold(
        empty(),
        [
            said("turn.started"),
            said("user.prompt", "Fix the login test"),
            said("tool.call", "Read: a.py", call="a"),
            said("tool.result", call="a"),
            said("assistant.message", "The test is wrong."),
            said("tool.call", "Bash: " + "make test " * 40, call="b"),
        ],
    )
    lines = what(one)
    assert lines["now"].startswith("runs Bash: make test")
    assert lines["recently"].startswith("Read: a.py · Bash: make")
    assert lines["asked"] == "Fix the login test"
    assert all(len(line) <= WIDTH for line in lines.values())


def test_what_of_a_session_without_a_word() -> None:
    assert what(empty()) == {
        "now": "nothing is known yet",
        "recently": "nothing yet",
        "asked": "not in its records",
    }


def test_what_follows_the_activity() -> None:
    asked = fold(empty(), [said("turn.started"), said("approval.requested", "Bash: rm x")])
    assert what(asked)["now"] == "waits for an answer: Bash: rm x"
    retried = fold(empty(), [said("turn.started"), said("retry", "529 Overloaded", attempt=2, most=10)])
    assert what(retried)["now"] == "tries again (try 2 of 10): 529 Overloaded"
    over = fold(empty(), [said("turn.started"), said("turn.completed", "All done.", ok=True)])
    assert what(over)["now"] == "ended its turn: All done."
    assert what(over, {"state": "idle"})["now"] == "waits for the next message"


def test_what_is_read_late_does_not_reopen_a_turn_that_the_hook_ended() -> None:
    early, late = "2026-03-02T10:00:01.000Z", "2026-03-02T10:00:09.000Z"
    by_hook = [said("turn.started", at=early), said("turn.completed", "Done.", at=late, ok=True)]
    read_late = [
        said("retry", "529", at="2026-03-02T10:00:03.000Z"),
        said("tool.call", "Bash: x", call="c", at=early),
    ]
    assert fold(empty(), [*by_hook, *read_late])["turn"] == "done"
