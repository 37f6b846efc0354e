"""Messages typed into a program with a composer: whole and once, or refused with the reason."""

import os
import signal
import socket

import pytest

from tests.support.lab import alive, eventually
from tests.support.stubs import Stub
from workcell.base.errors import Refused
from workcell.rundir import inbox, layout, look
from workcell.rundir.cell import Cell
from workcell.together import answer, send
from workcell.together import dialog as dialogs
from workcell.views.inbox import EVERY
from workcell.watch import approving

TEXTS = {
    "one byte": "x",
    "trailing semicolon": "first; second;",
    "leading hyphen": "-x --help",
    "utf-8": "Grüße, 世界 — ½ 🙂",
    "several lines": "one\n  two\n\nthree",
    "tab": "a\tb",
    "words of a shell": "$(touch /tmp/no) `id` 'x' \"y\" \\n",
}


@pytest.fixture
def stub(lab):
    return Stub(lab)


def test_texts_arrive_whole_once_and_in_order(stub):
    for name, text in TEXTS.items():
        done = send.send(stub.run, text)
        assert done.state == inbox.ACCEPTED, (name, done)
    assert stub.texts() == list(TEXTS.values())


@pytest.mark.parametrize("size", [20_000, 2_000_000])
def test_large_texts_arrive_whole(stub, size):
    text = "".join(f"{number:08d};\n" for number in range(size // 10))[:-1] + "."
    done = send.send(stub.run, text, patience=60.0)
    assert done.state == inbox.ACCEPTED, done
    assert stub.texts() == [text]


def test_a_slow_reader_gets_all_of_it(lab):
    stub = Stub(lab, SLOW="1")
    text = "word " * 6000 + "end"
    done = send.send(stub.run, text, patience=60.0)
    assert done.state == inbox.ACCEPTED, done
    assert stub.texts() == [text]


def test_what_would_end_the_paste_is_made_harmless(stub):
    done = send.send(stub.run, "before\x1b[201~\rafter\x03\x9b201~ end")
    assert done.state == inbox.ACCEPTED, done
    assert stub.texts() == ["before␛[201~\nafter␃�201~ end"]


def test_a_busy_program_gets_it_when_it_is_idle(stub):
    stub.do("work 60")
    done = send.send(stub.run, "later")
    assert done.state == inbox.QUEUED and "at work" in str(done.why)
    assert stub.texts() == []
    stub.do("work 0")
    eventually(lambda: stub.state(done.message) == inbox.ACCEPTED)
    assert stub.texts() == ["later"]


def test_an_important_message_waits_in_the_programs_own_queue(stub):
    stub.do("work 60")
    done = send.send(stub.run, "next", "important")
    assert done.state == inbox.ACCEPTED, done
    assert stub.texts() == []
    stub.do("work 0")
    eventually(lambda: stub.texts() == ["next"])


def test_a_second_important_message_follows_the_first_into_the_queue(stub):
    stub.do("work 60")
    for text in ("first", "second"):
        done = send.send(stub.run, text, "important")
        assert done.state == inbox.ACCEPTED, done
    stub.do("work 0")
    eventually(lambda: stub.texts() == ["first", "second"])


def test_an_urgent_message_interrupts(stub):
    stub.do("work 60")
    done = send.send(stub.run, "stop that", "urgent")
    assert done.state == inbox.ACCEPTED, done
    assert stub.said() == [{"interrupted": True}, {"text": "stop that"}]


def test_nothing_is_typed_into_a_dialog(stub):
    stub.do("dialog")
    done = send.send(stub.run, "y\n1", "urgent")
    assert done.state == inbox.QUEUED and "Do you want to proceed?" in str(done.why)
    assert stub.said() == []
    assert answer.answer(stub.run, "3").state == inbox.ACCEPTED
    eventually(lambda: stub.state(done.message) == inbox.ACCEPTED)
    assert stub.said() == [{"picked": "No"}, {"text": "y\n1"}]


def test_an_answer_is_for_the_dialog_that_was_seen(stub):
    stub.do("dialog")
    eventually(lambda: answer.up(stub.run)[1])
    refused = send.deliver(stub.run, {"kind": "answer", "dialog_id": "of another", "choice": "1"}, 10.0)
    assert refused.state == inbox.REFUSED and "another dialog" in str(refused.why)
    stub.do("undo")
    eventually(lambda: answer.up(stub.run)[1] is None)
    refused = send.deliver(stub.run, {"kind": "answer", "choice": "1"}, 10.0)
    assert refused.state == inbox.REFUSED and "no dialog" in str(refused.why)
    assert stub.said() == []


def test_an_answer_by_its_words(stub):
    stub.do("dialog")
    eventually(lambda: answer.up(stub.run)[1])
    assert answer.answer(stub.run, "yes, and").state == inbox.ACCEPTED
    assert stub.said() == [{"picked": "Yes, and always allow it"}]


def test_two_senders(stub):
    names = [inbox.post(stub.run, {"kind": "text", "mode": "sequential", "text": f"{n}" * 50}) for n in range(6)]
    eventually(lambda: all(stub.state(name) == inbox.ACCEPTED for name in names), 30.0)
    # of two that came within one millisecond either may be first
    assert sorted(stub.texts()) == [f"{n}" * 50 for n in range(6)]


def test_a_half_typed_line_of_a_person_is_left_alone(stub):
    with _Window(stub.run) as window:
        window.type(b"half a li")
        eventually(lambda: any("half a li" in row for row in stub.rows()))
        done = send.send(stub.run, "a message", "urgent")
        assert done.state == inbox.QUEUED and "half a li" in str(done.why)
        window.type(b"ne")
        eventually(lambda: any("half a line" in row for row in stub.rows()))
        window.type(b"\r")
        eventually(lambda: stub.state(done.message) == inbox.ACCEPTED, 20.0)
    assert stub.texts() == ["half a line", "a message"]


def test_keys_typed_while_a_message_is_pasted_come_after_it(lab):
    stub = Stub(lab, SLOW="1")
    with _Window(stub.run) as window:
        name = inbox.post(stub.run, {"kind": "text", "text": "m" * 30_000})
        # where this process slept through the whole paste, the keys come after it all the same
        eventually(lambda: stub.state(name) in (inbox.TYPED, inbox.ACCEPTED))
        window.type(b"person")
        eventually(lambda: stub.state(name) == inbox.ACCEPTED, 30.0)
        eventually(lambda: any("person" in row for row in stub.rows()))
    assert stub.texts() == ["m" * 30_000]


def test_a_dead_program_gets_nothing(stub):
    stub.do("deaf 60")
    agent = look.at(stub.run).start["agent"]["pid"]
    os.kill(agent, signal.SIGKILL)
    eventually(lambda: look.at(stub.run).phase == "done", 20.0)
    done = send.send(stub.run, "too late")
    assert done.state == inbox.QUEUED and "the run is over" in str(done.why)
    assert stub.texts() == []


def test_a_text_that_ends_the_program_was_taken(stub):
    done = send.perform(Cell(stub.lab.home, {}, "/"), send.Request(os.path.basename(stub.run), "/exit"))
    assert (done.state, done.why) == (inbox.ACCEPTED, inbox.LAST)
    eventually(lambda: look.at(stub.run).phase == "done", 20.0)


def test_a_program_that_does_not_show_it_is_not_sent_enter(stub):
    stub.do("deaf 600")
    done = send.send(stub.run, "unseen")
    assert done.state == inbox.REFUSED and "Enter was not pressed" in str(done.why)
    assert stub.texts() == []


def _typist(run: str) -> int | None:
    wanted = b"_deliver\0" + run.encode()
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if name.isdigit() and wanted in file.read() and alive(int(name)):
                    return int(name)
        except OSError:
            continue
    return None


@pytest.mark.parametrize("stage", ["typing", "pasted", "entered"])
def test_killed_at_each_stage_it_is_never_typed_twice(lab, stage):
    stub = Stub(lab, SLOW="1", WORKS="0.5", LAG="0.7" if stage == "entered" else "0")
    size = 20_000 if stage == "typing" else 200
    name = inbox.post(stub.run, {"kind": "text", "text": "k" * size})

    def there():
        """A stage lasts for some tenths of a second, in which this process may not have run."""
        said = inbox.said(stub.run, name) or {}
        return said.get("stage") == stage or said.get("state") in (inbox.ACCEPTED, inbox.REFUSED)

    eventually(there, what=stage)
    pid = _typist(stub.run)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: stub.state(name) in (inbox.ACCEPTED, inbox.REFUSED), 30.0)
    told = stub.texts()
    assert told in ([], ["k" * size]), "typed twice, or in part"
    if stub.state(name) == inbox.ACCEPTED:
        eventually(lambda: stub.texts() == ["k" * size])
    else:
        assert inbox.said(stub.run, name)["why"]
    # the paste that was left open is closed: the program still takes keys
    with _Window(stub.run) as window:
        window.type(b"z")
        eventually(lambda: any("z" in row or "Pasted" in row for row in stub.rows()))


def test_a_headless_run_gets_it_with_the_next_brief(lab):
    run = lab.launch(lab.brief("sleep 60", None, name="headless"))
    done = send.send(run, "mind the gap; it is\nwide")
    assert done.state == inbox.QUEUED and "next attempt's brief" in str(done.why)
    lab.workcell("stop", run)
    lab.workcell("resume", run, "--no-window")
    with open(os.path.join(layout.attempt(run, 2), layout.BRIEF)) as file:
        brief = file.read()
    assert "    mind the gap; it is\n    wide" in brief
    assert inbox.state(run, done.message)[0] == inbox.ACCEPTED
    lab.workcell("stop", run)
    lab.workcell("resume", run, "--no-window")
    with open(os.path.join(layout.attempt(run, 3), layout.BRIEF)) as file:
        again = "Attempt 2 was given this, and ended before its turn did:\n\n    mind the gap; it is\n    wide"
        assert again in file.read()
    lab.workcell("stop", run)


class _Window:
    """A person's window: a pty whose far end is handed to the runner."""

    def __init__(self, run: str) -> None:
        self.run = run

    def __enter__(self) -> "_Window":
        self.master, slave = os.openpty()
        os.set_blocking(self.master, False)
        here = os.getcwd()
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        os.chdir(self.run)
        try:
            self.connection.connect(layout.CONTROL)
        finally:
            os.chdir(here)
        socket.send_fds(self.connection, [b"W"], [slave])
        os.close(slave)
        return self

    def type(self, keys: bytes) -> None:
        try:
            while os.read(self.master, 65536):
                pass
        except BlockingIOError:
            pass
        os.write(self.master, keys)

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        os.close(self.master)


def test_option_names():
    dialog = {"options": [{"n": "1", "text": "Yes"}, {"n": "2", "text": "Yes, always"}, {"n": "3", "text": "No"}]}
    assert dialogs.find_option(dialog, "2", None) == 1
    assert dialogs.find_option(dialog, None, "yes") == 0
    assert dialogs.find_option(dialog, None, "yes,") == 1
    assert dialogs.find_option(dialog, None, "maybe") is None
    assert dialogs.find_option(dialog, "7", None) is None


ALLOWS, DENIES = (approving.perform_approve, approving.Request), (approving.perform_deny, approving.DenyRequest)


@pytest.mark.parametrize(("verb", "picked"), [(ALLOWS, "Yes"), (DENIES, "No")])
def test_a_permission_is_given_or_refused_for_this_once_and_its_words_are_told_first(stub, verb, picked):
    perform, request = verb
    told = []
    home = os.path.dirname(os.path.dirname(stub.run))
    cell = Cell(home, {}, "/", progress=lambda what, value: told.append((what, value)))
    with pytest.raises(Refused, match="asks for no permission now"):
        perform(cell, request(stub.run))
    stub.do("dialog")
    eventually(lambda: answer.up(stub.run)[1])
    assert perform(cell, request(stub.run)).state == inbox.ACCEPTED
    assert stub.said() == [{"picked": picked}]
    assert [what for what, _ in told] == ["asked"] and told[0][1] == "Do you want to proceed?"


def test_the_reason_of_a_no_to_a_dialog_is_sent_after_it(stub):
    cell = Cell(os.path.dirname(os.path.dirname(stub.run)), {}, "/")
    stub.do("dialog")
    eventually(lambda: answer.up(stub.run)[1])
    done = approving.perform_deny(cell, approving.DenyRequest(stub.run, "not on a Friday"))
    assert done.state == inbox.ACCEPTED and "; the reason is " in done.why
    texts = [one[1].get("text") for state in EVERY for one in inbox.in_state(stub.run, state)]
    assert "What you asked permission for was refused: not on a Friday" in texts
    assert stub.said()[0] == {"picked": "No"}
