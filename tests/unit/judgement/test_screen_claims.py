"""What the last screens of an agent claim."""

from typing import Any

import pytest

from workcell.judgement import screen_claims
from workcell.judgement.case import Case
from workcell.playbooks import library

SIGNALS = library.signals(library.load()[0])
NOW = 1_772_445_600.0
IDLE: dict[str, Any] = {"kind": "idle", "text": "", "done": True, "typed": ""}
DIALOG: dict[str, Any] = {
    "kind": "dialog",
    "text": "Run make?",
    "question": "Run make?",
    "options": [{"n": "1", "text": "Yes", "selected": True}, {"n": "2", "text": "No", "selected": False}],
    "keys": "",
    "safe": "2",
}


def claims(*screens: dict[str, Any], **more: Any) -> list[Any]:
    material: Any = {"agent": "claude", "now": NOW, **more}
    material["frames"] = [{"name": f"{n}.txt", "rows": [], "screen": one} for n, one in enumerate(screens)]
    case = Case(material, SIGNALS)
    last = screen_claims.claim(case)
    assert last["kind"] == (screens[-1]["kind"] if screens else "unknown")
    if screens:
        assert case.judged == [f"{len(screens) - 1}.txt"]
        assert case.screen is not None and case.screen["kind"] == screens[-1]["kind"]
    return case.claims


def busy(seconds: int, tokens: str | None, **more: Any) -> dict[str, Any]:
    return {"kind": "busy", "text": "✻ Baking…", "tool": False, "seconds": seconds, "tokens": tokens, **more}


def test_without_a_screen_nothing_is_claimed() -> None:
    assert claims() == []


def test_a_dialog_is_a_prompt_with_the_option_that_changes_nothing() -> None:
    [one] = claims(DIALOG)
    assert (one["says"], one["confidence"], one["words"]) == ("prompt", 0.9, "Run make?")
    assert one["prompt"] == {key: DIALOG[key] for key in ("text", "question", "options", "safe")}


def test_a_dialog_that_is_gone_claims_less_than_one_that_is_up() -> None:
    resting, earlier = claims(DIALOG, IDLE)
    assert (resting["says"], resting["confidence"]) == ("ok", 0.55)
    assert (earlier["says"], earlier["confidence"], earlier["frame"]) == ("prompt", 0.6, "0.txt")
    assert earlier["words"] == "was up earlier: Run make?"


def test_rest_says_something_only_after_a_turn_and_of_a_program_that_can_be_read() -> None:
    assert claims({**IDLE, "done": False}) == [] and claims(IDLE, reader=False) == []


@pytest.mark.parametrize(
    ("first", "last", "stuck"),
    [
        (busy(10, "1k"), busy(130, "1k"), True),
        (busy(10, "1k"), busy(129, "1k"), False),
        (busy(10, "1k"), busy(130, "2k"), False),
        (busy(10, None), busy(130, None), False),
        (busy(10, "1k"), busy(130, "1k", tool=True), False),
        (busy(10, "1k"), IDLE, False),
    ],
)
def test_a_clock_that_runs_on_without_a_token_is_no_progress(first: Any, last: Any, stuck: bool) -> None:
    assert any(one["says"] == "stuck" for one in claims(first, last)) is stuck


def test_a_notice_says_what_its_signal_says_and_a_sure_one_says_it_more_surely() -> None:
    notice = {"kind": "notice", "text": "You've hit your session limit · resets 7pm (UTC)", "sure": True}
    [sure] = claims({**notice, "warned": "⚠ Usage limit reached"})
    [less] = claims({**notice, "sure": False})
    assert sure["says"] == less["says"] == "usage_limit" and sure["reset"]["zone"] == "UTC"
    assert sure["confidence"] > less["confidence"] == 0.8
    assert sure["waits"] == "⚠ Usage limit reached" and "waits" not in less
    assert claims({"kind": "notice", "text": "nothing that is known", "sure": True}) == []
