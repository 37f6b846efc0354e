"""Where a playbook is followed, by its `when`; and the table of findings names all that the code finds."""

import pytest

from workcell.judgement import next as nexts
from workcell.playbooks import library, places
from workcell.playbooks.step import Place
from workcell.watch import findings, incidents, looping, tmux_health

END, LIVE, SERVER = Place.END, Place.LIVE, Place.SERVER


def when(**more):
    return {"verdict": [], "phase": [], "activity": [], "evidence": [], "confidence": 0.0, **more}


@pytest.mark.parametrize(
    ("said", "where"),
    [
        (when(verdict=["auth"]), {END, LIVE}),
        (when(verdict=["tampered"]), {END}),
        (when(phase=["running"]), {LIVE}),
        (when(phase=["interrupted", "lost"]), {END}),
        (when(phase=["interrupted", "running"]), {END, LIVE}),
        (when(verdict=["ok"], activity=["idle"]), {LIVE}),
        (when(evidence=["crash-loop"]), {END}),
        (when(evidence=["looping"]), {LIVE}),
        (when(evidence=["socket-missing"]), {SERVER}),
        (when(evidence=["my-signal"]), {END, LIVE}),
        (when(evidence=["crash-loop", "my-signal"]), {END, LIVE}),
        (when(phase=["running"], evidence=["crash-loop"]), set()),
    ],
)
def test_where_it_holds(said, where):
    assert places.where_it_holds(said) == where


def test_every_shipped_playbook_holds_somewhere_and_names_findings_or_signals():
    books, _ = library.load()
    signals = {signal.id for signal in library.signals(books)}
    for book in books:
        assert places.where_it_holds(book.when), book.name
        assert set(book.when["evidence"]) <= set(places.FINDINGS) | signals, book.name


def test_the_table_names_what_is_found():
    live = {findings.ORPHAN, findings.UNKNOWN, findings.CORRUPT, findings.STARTING, looping.NAME, incidents.CHECKED}
    assert {name for name, one in places.FINDINGS.items() if one.place is LIVE} == live
    server = {tmux_health.MISSING, tmux_health.SILENT}
    assert {name for name, one in places.FINDINGS.items() if one.place is SERVER} == server
    dead = {"how": "vanished", "seconds": None}
    same = {"tree": "t", "verify": ["exited", 1, None], "verdict": "ok", "cost_usd": 9.0, **dead}
    case = {
        "history": [same, same, same],
        "limits": {"cost_usd": 1.0},
        "facts": {"git": {"under_way": "merge", "clean": False}, "cgroup": {"memory_kills": 1, "processes_refused": 1}},
        "verify": {"code": 0},
    }
    assert {name for name, one in places.FINDINGS.items() if one.place is END} == set(nexts.findings(case))
