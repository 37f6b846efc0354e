"""Items of evidence: what is kept of them, and which of them may decide first."""

from workcell.judgement.evidence import SURE, item, ordered
from workcell.rundir.vocabulary import EVIDENCE_SOURCES


def test_an_item_has_the_rank_of_its_source_and_a_confidence_from_0_to_1() -> None:
    made = [item(source, "working", 7.0, "x") for source in EVIDENCE_SOURCES]
    assert [one["rank"] for one in made] == [1, 2, 3, 4, 5]
    assert made[0]["confidence"] == 1.0 and item("hook", "ok", -1.0, "x")["confidence"] == 0.0
    assert item("hook", "ok", 0.12345, "x")["confidence"] == 0.123


def test_what_is_not_known_is_left_out() -> None:
    made = item("hook", "ok", 0.9, "done", None, frame=None, signals=[], final=False)
    assert made == {
        "source": "hook",
        "rank": 3,
        "time": None,
        "says": "ok",
        "confidence": 0.9,
        "words": "done",
        "signals": [],
        "final": False,
    }


def test_sure_items_go_first_by_rank_and_the_others_by_confidence() -> None:
    weak, sure = item("locks", "ok", SURE - 0.1, "weak"), item("terminal", "ok", SURE, "sure")
    surer, weaker = item("hook", "ok", 0.99, "surer"), item("hook", "ok", 0.2, "weaker")
    assert [one["words"] for one in ordered([weaker, weak, sure, surer])] == ["surer", "sure", "weak", "weaker"]
