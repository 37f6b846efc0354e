"""What a step says of itself to a person: plain words, and durations as files have them."""

import pytest

from tests.support.made_runs import book
from workcell.playbooks.steps import STEPS

SAID = [
    ("notify: {level: needs, text: Look at it.}", "tells a person: Look at it."),
    ("notify: info", "tells a person"),
    ("escalate: It is stuck.", "stops, and waits for a person: It is stuck."),
    ("wait_until: {for: 12h}", "waits 12h"),
    ("wait_until: {until: resets, for: 90m}", "waits until the limit resets, at most 1h30m"),
    ("wait_until: answered", "waits until a person has answered"),
    (
        "wait_until: ready_end",
        "waits until the agent has been at the end of its turn for as long as ready_end_after says",
    ),
    ("hold: {scope: account, until: probe}", "holds the account until its credential is taken again"),
    ("hold: {scope: run, for: 30m}", "holds the run until a person lets it go, at most 30m"),
    ("release: account", "lets the account go"),
    ("resume: native", "opens the next attempt in the agent's own conversation"),
    (
        "resume: {how: artifacts, after: 5m}",
        "opens the next attempt from the files of the run, not before 5m are over",
    ),
    ("stop: 30s", "asks the agent to end, and kills it after 30s"),
    ("nudge: Go on.", "sends the agent a message, once it is idle: Go on."),
    ("answer: safe", "answers the dialog: the option that is safe"),
    ("answer: '2'", "answers the dialog: the option '2'"),
    ("snapshot: tree", "keeps the tree as it is"),
    ("snapshot: run", "copies what the agent recorded into the run"),
    ("interrupt", "ends the turn, not the agent"),
    ("verify", "names the check as a part of the recovery"),
    (
        "ask: {text: It hangs., then: [{hold: {for: 30m}}, {stop: 9s}]}",
        "asks a person: It hangs. Once approved: holds the run until a person lets it go, at most 30m; "
        "asks the agent to end, and kills it after 9s",
    ),
    ("repair_socket", "brings the tmux socket back"),
]


@pytest.mark.parametrize(("text", "words"), SAID)
def test_a_step_says_in_plain_words_what_it_does(text, words):
    where = "{evidence: socket-missing}" if text == "repair_socket" else "{verdict: usage_limit}"
    assert book(f"- {text}", when=where).steps[0].describe() == words


def test_every_step_says_it():
    assert {text.partition(":")[0] for text, _ in SAID} == set(STEPS)
