"""Which playbook holds: all words must fit, the closest fit wins, and every verdict and finding has one."""

import pytest

from workcell.judgement import choice
from workcell.playbooks import library
from workcell.playbooks.steps import STEPS
from workcell.rundir import vocabulary

BOOKS, FAULTS = library.load()


def chosen(**finding):
    base = {"verdict": None, "phase": None, "activity": None, "evidence": [], "confidence": 0.95}
    book, fits = choice.choose(BOOKS, {**base, **finding})
    return (book.name if book else None), fits


def test_the_shipped_ones_are_whole():
    assert not FAULTS
    assert {book.name for book in BOOKS} >= {
        *(
            "auth-failure",
            "rate-limit",
            "partial-completion",
            "vanished-session",
            "dirty-repo",
            "usage-limit",
            "billing",
        ),
        *("server-errors", "network", "permission-prompt", "question", "stuck", "context-overflow", "crash-loop"),
        *("disk-full", "socket-missing", "tmux-unresponsive", "tampered", "cost-limit", "orphan"),
    }
    for book in BOOKS:
        assert {step.word for step in book.steps} <= set(STEPS), book.name


@pytest.mark.parametrize("verdict", sorted(vocabulary.VERDICTS))
def test_every_verdict_on_an_end_has_a_playbook(verdict):
    name, _ = chosen(verdict=verdict, phase="interrupted")
    assert name is not None or verdict == "prompt"


@pytest.mark.parametrize(
    ("finding", "name"),
    [
        ({"verdict": "vanished", "phase": "interrupted", "evidence": ["crash-loop"]}, "crash-loop"),
        ({"verdict": "ok", "phase": "interrupted", "evidence": ["same-failure"]}, "no-progress"),
        ({"verdict": "unknown", "phase": "interrupted", "evidence": ["disk-full-stderr/1"]}, "disk-full"),
        (
            {"verdict": "config_error", "phase": "scheduled", "evidence": ["claude-no-such-session/1"]},
            "lost-conversation",
        ),
        ({"verdict": "config_error", "phase": "scheduled", "evidence": ["claude-start-stderr/1"]}, "config-error"),
        ({"verdict": "prompt", "phase": "running", "activity": "approval"}, "permission-prompt"),
        ({"verdict": "prompt", "phase": "running", "activity": "question"}, "question"),
        ({"verdict": "ok", "phase": "running", "activity": "idle"}, "turn-over"),
        ({"verdict": "ok", "phase": "running", "activity": "idle", "evidence": ["has-check"]}, "turn-ready"),
        (
            {"verdict": "prompt", "phase": "running", "activity": "approval", "evidence": ["has-check"]},
            "permission-prompt",
        ),
        ({"verdict": "unknown", "phase": "running", "activity": "working", "evidence": ["has-check"]}, None),
        ({"verdict": "unknown", "phase": "orphaned", "evidence": ["orphan"]}, "orphan"),
        ({"evidence": ["socket-missing"]}, "socket-missing"),
        ({"evidence": ["tmux-unresponsive"]}, "tmux-unresponsive"),
        ({"verdict": "unknown", "phase": "running", "activity": "working"}, None),
        ({"verdict": "ok", "phase": "running", "activity": "idle", "confidence": 0.5}, None),
        ({}, None),
    ],
)
def test_the_closest_fit_wins(finding, name):
    assert chosen(**finding)[0] == name


def test_what_fits_is_said():
    assert chosen(verdict="usage_limit", phase="interrupted")[1] == ["verdict: usage_limit"]


def test_a_broken_signal_id_cannot_pass_for_another():
    assert chosen(verdict="unknown", phase="orphaned", evidence=["orphans"])[0] is None
