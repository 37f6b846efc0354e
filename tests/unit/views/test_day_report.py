"""The daily summary of an adapter is the report of that day: on its own runs alone, and within its size."""

import pytest

from tests.support import far_ends
from tests.support.lab import Lab
from tests.support.notices import TEMPLATES, hook, same
from workcell.base import clock
from workcell.channels import outbox, outbox_flush
from workcell.rundir import look
from workcell.views import day_report

DAILY = 'daily: {at: "18:00", zone: UTC, events: [passed, failed]}\nexpire: 3d\n'


@pytest.fixture(scope="module")
def lab():
    """A run that passed, one that failed, and one with a label that passed."""
    made = Lab()
    try:
        made.launch(made.brief("true", name="good"), "--wait")
        made.launch(made.brief("true", "echo broken; exit 1", name="bad"), "--wait", repo=made.new_repo(), code=1)
        made.launch(made.brief("true", name="marked", extra="labels: [work]"), "--wait", repo=made.new_repo())
        made.launch(made.brief("true", name="silent", extra="notify: []"), "--wait", repo=made.new_repo())
        yield made
    finally:
        made.close()


@pytest.fixture
def far():
    with far_ends.web(far_ends.accept) as server:
        yield server


def ended(lab):
    return max(clock.parse(look.at(run).result["ended_at"]) for run in lab.runs())


def sent(lab, home, far, more="", extra=()):
    """What the far end got at 18:00 after the runs: the notices of all of them, and `extra` ones."""
    box = str(home)
    at = ended(lab)
    for run in lab.runs():
        seen = look.at(run)
        subject = outbox.Subject(seen.id, seen.name, 1, seen.launch["labels"], seen.launch["notify"])
        outbox.post(box, outbox.make(subject, seen.outcome, {}, at=clock.stamp(at)))
    for subject in extra:
        outbox.post(box, outbox.make(subject, "passed", {"why": "elsewhere"}, at=clock.stamp(at)))
    adapter = hook(far.url, more=DAILY + more)
    means = outbox_flush.Means([adapter], TEMPLATES, same, day=day_report.of_home(lab.home))
    assert outbox_flush.flush(box, means, at + 86_399.0, 20.0).trouble is None
    return [request.record for request in far.requests]


def test_it_is_the_report_and_names_each_run_once(lab, tmp_path, far):
    [record] = sent(lab, tmp_path, far, extra=[outbox.Subject("gone", "gone")])
    text = record["text"]
    assert record["title"].startswith("Report on the last 24h, until ")
    assert "Passed:" in text and "✓ good the objective of good" in text
    assert "✗ bad failed: " in text and "check broken" in text and "workcell resume" in text
    assert text.count("✓ marked") == 1
    assert "✓ gone passed: elsewhere" in text and "silent" not in text


def test_an_adapter_with_labels_gets_the_runs_with_them_alone(lab, tmp_path, far):
    other = outbox.Subject("more", "more", 1, ["work"])
    [record] = sent(lab, tmp_path, far, "labels: [work]\n", [other])
    assert "marked" in record["text"] and "more" in record["text"]
    assert "good" not in record["text"] and "bad" not in record["text"]


def test_without_a_report_the_notices_are_told(lab, tmp_path, far, monkeypatch):
    def broken(*_, **__):
        raise OSError(5, "the disk")

    monkeypatch.setattr("workcell.views.report.made", broken)
    [record] = sent(lab, tmp_path, far)
    assert record["title"].startswith("3 notices: 2 passed, 1 failed")


@pytest.mark.parametrize(("most", "size"), [(50, 3000), (3, 70), (1, 30), (0, 4)])
def test_its_lines_get_shorter_and_no_command_is_cut(lab, most, size):
    make = day_report.of_home(lab.home)
    now = ended(lab) + 60
    text = make(hook("http://127.0.0.1/"), now - 120, now)
    lines = text.lines(most, size)
    commands = [line for line in lines if line.startswith("workcell ")]
    assert all(len(line) <= max(size, 30) for line in lines if line not in commands)
    assert all(
        look.at(run).id in " ".join(text.runs)
        for run in lab.runs()
        if not run.endswith("silent") and look.at(run).name != "silent"
    )
    assert len(commands) == (1 if most else 0)
    assert commands == [] or commands[0].startswith("workcell resume 2")
