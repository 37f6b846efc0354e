"""The terminal of an agent: what one look tells, and keys that are written to it."""

import os

import pytest

from tests.support.lab import eventually
from workcell.evidence import screen
from workcell.rundir import layout
from workcell.together.agent_terminal import AgentTerminal, NotNow, Unconfirmed


def test_a_look_tells_composer_work_and_dialog(stub):
    terminal = stub.terminal()
    idle = terminal.look()
    assert (idle.typed, idle.busy, idle.dialog, idle.pastes) == ("", False, None, True)
    stub.do("work 30")
    stub.shows("Working")
    assert terminal.look().busy and not terminal.at_rest()
    stub.do("dialog")
    stub.shows("proceed?")
    seen = terminal.look()
    assert seen.dialog is not None and seen.typed is None
    assert seen.dialog["question"] == "Do you want to proceed?"


def test_what_a_recipe_says_of_typing_holds(stub):
    assert stub.terminal(queue="tab").queue_key == b"\t"
    plain = stub.terminal(queue=None, settle=None, patience=None, ghosts=None)
    assert (plain.queue_key, plain.settle, plain.patience) == (b"\r", 0.3, 10.0)


def test_esc_stops_the_work(stub):
    stub.do("work 30")
    stub.shows("Working")
    terminal = stub.terminal()
    assert terminal.look().busy
    terminal.interrupt()
    assert stub.heard() == [{"interrupted": True}]


def test_a_program_that_goes_on_after_esc_puts_the_message_off(stub):
    stub.do("work 30")
    stub.shows("Working")
    terminal = stub.terminal(patience=0.2)
    assert terminal.look().busy
    stub.do("deaf 30")
    with pytest.raises(NotNow, match="did not stop after Esc"):
        terminal.interrupt()


def test_an_open_paste_is_ended(stub):
    terminal = stub.terminal()
    terminal.write(b"\x1b[200~half")
    terminal.end_paste()
    eventually(lambda: terminal.look().typed == "half", what="the half paste")


def test_a_program_that_does_not_read_has_its_paste_left_open(stub):
    stub.do("deaf 60")
    terminal = stub.terminal()

    def refused():
        try:
            while True:
                terminal.end_paste()
        except NotNow as why:
            return "does not read" in str(why)

    eventually(refused, what="a full terminal")


def test_a_terminal_that_takes_nothing_any_more_is_told(stub):
    closed = os.open(f"/proc/{stub.program.pid}/fd/0", os.O_RDONLY | os.O_NOCTTY)
    try:
        terminal = AgentTerminal(stub.run, 1, closed, {})
        with pytest.raises(Unconfirmed, match="the terminal closed, 3 of 3 bytes untyped"):
            terminal.write(b"abc")
        terminal.end_paste()
    finally:
        os.close(closed)


def test_a_log_that_is_cut_is_drawn_again(stub, monkeypatch):
    log = os.path.join(stub.attempt, layout.AGENT_LOG)
    before = os.path.getsize(log)
    monkeypatch.setattr(screen, "TAIL", 10)
    assert stub.terminal().look().typed == ""
    assert os.path.getsize(log) > before
