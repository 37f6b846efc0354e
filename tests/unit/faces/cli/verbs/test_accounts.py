"""The words below the table of accounts: why one is held, what lets it go, what is started next."""

import pytest

from workcell.faces.cli.verbs import accounts
from workcell.terminal import printable
from workcell.views import accounts as op

NONE = op.Spending(None, {}, 0)
SOME = op.Spending(1.5, {"input": 2000, "output": 7}, 3)


def account(**more):
    values = {
        "account": "0123456789abcdef",
        "agents": ["Codex"],
        "held": True,
        "until": "probe",
        "until_at": None,
        "since": None,
        "why": None,
        "command": "workcell release r",
        "live": [],
        "waits": ["r"],
        "next": "r",
        "next_at": None,
        "today": NONE,
        "week": SOME,
    }
    return op.Account(**{**values, **more})


def below(one, ticking=True, width=80):
    return accounts._below(op.Result([one], ticking), width)


def test_a_hold_without_a_reason_says_what_ends_it():
    assert "  held      its credential was refused" in below(account())
    assert "  held      mine" in below(account(why="mine"))


def test_what_is_next_says_when_and_that_nothing_ticks():
    assert "  next      r" in below(account())
    assert "  next      r, once a watchdog ticks" in below(account(), ticking=False)
    assert any("not before 2999" in line for line in below(account(next_at="2999-01-01T12:00:00.000Z")))


def test_a_free_account_without_runs_that_wait_has_no_words_below():
    assert below(account(held=False, command=None, next=None)) == []


def test_the_row_tells_cost_and_tokens_and_a_dash_for_none():
    words = [text for text, _ in accounts._row(account())]
    assert words == ["0123456789abcdef", "Codex", "held", "0", "1", "-", "1.50 USD, 2k tokens in, 7 out"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider(width):
    assert max(map(printable.width, below(account(why="word " * 60), width=width))) <= width
