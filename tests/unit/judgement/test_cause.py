"""The cause of a failed attempt: a sentence for verdicts that tell more than a check, and nothing for any other."""

import pytest

from workcell.judgement import cause


def judged(verdict, confidence=0.9, words="API Error: 401 invalid key"):
    evidence = [{"says": verdict, "words": words}] if words else []
    return {"verdict": verdict, "confidence": confidence, "signals": [], "evidence": evidence}


def test_the_sentence_names_the_program_and_has_its_own_words():
    told = cause.sentence(judged("auth"), "Claude Code")
    assert told == "the sign-in of Claude Code was refused or is missing: API Error: 401 invalid key"


@pytest.mark.parametrize("verdict", ["ok", "partial", "stuck", "unknown", "vanished", "prompt"])
def test_a_verdict_that_says_less_than_the_check_is_not_named(verdict):
    assert cause.sentence(judged(verdict), "Codex") is None


def test_a_verdict_that_is_not_sure_is_not_named():
    assert cause.sentence(judged("auth", 0.5), "Codex") is None


def test_long_words_are_cut_and_missing_ones_left_out():
    assert cause.sentence(judged("network", words=None), "Codex") == "Codex could not reach its service"
    told = cause.sentence(judged("network", words="a\nb " * 200), "Codex")
    assert told and told.endswith("…") and "\n" not in told and len(told) < 250
