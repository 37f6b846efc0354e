"""A report on real runs: one that passed in a tree of its own, one that failed, one that waits, one that went on."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.support import driven, watching
from tests.support import lab as labs
from workcell.base import clock
from workcell.rundir import layout, look, phase
from workcell.rundir.cell import Cell
from workcell.terminal import printable
from workcell.views import report

COMMIT = """
echo two >> file.txt
git -c user.name=a -c user.email=a@localhost commit -qam 'the second line'
"""
RESULT = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "session_id": "s",
    "total_cost_usd": 0.25,
    "num_turns": 2,
    "usage": {"input_tokens": 100, "output_tokens": 20},
    "result": "done",
}


@pytest.fixture(scope="module")
def night():
    """A lab after a night of four runs."""
    lab = labs.Lab()
    try:
        records = os.path.join(lab.top, "records")
        Path(records).write_text(json.dumps(RESULT) + "\n")
        lab.launch(lab.brief(f"{COMMIT}cat {records}", name="good", recipe="  reader: claude"), "--worktree=", "--wait")
        failing = "echo 'assert <b>1</b> == 2'; exit 1"
        lab.launch(lab.brief("true", failing, name="bad"), "--wait", repo=lab.new_repo(), code=1)
        lab.launch(lab.brief("true", name="prepared"), "--prepare", repo=lab.new_repo())
        watching.quick(lab.home, "partial-completion")
        watch = watching.Watch(lab)
        again = lab.launch(lab.brief("echo x >> n", 'test "$(wc -l < n)" = 2', name="again"), repo=lab.new_repo())
        lab.phase(again, phase.SCHEDULED)
        watch.tick()
        lab.phase(again, phase.DONE)
        yield lab
    finally:
        lab.close()


def asked(lab, **more):
    return report.perform(Cell(lab.home, {}, lab.repo), report.Request(**more))


def test_what_passed_has_its_work_its_cost_and_the_command_that_merges_it(night):
    found = asked(night)
    [good] = [one for one in found.passed if one.name == "good"]
    assert (good.commits, good.files, good.insertions, good.deletions) == (1, 1, 1, 0)
    assert good.branch == f"workcell/{good.id}" and good.merged is False
    assert (good.merge, good.merge_in) == (f"workcell merge {good.id}", night.repo)
    assert good.cost_usd == found.cost_usd == 0.25 and good.tokens["input"] == 100
    [own] = found.commits.commits
    assert (found.commits.top, own.subject, own.author) == (night.repo, "first", "t")


def test_what_failed_shows_the_end_of_its_check_and_what_waits_its_command(night):
    found = asked(night)
    [bad] = found.failed
    assert bad.check == ["assert <b>1</b> == 2"] and bad.command == f"workcell resume {bad.id}"
    [waits] = found.waits
    assert (waits.name, waits.needs, waits.command) == ("prepared", "start", f"workcell resume {waits.id}")


def test_what_went_on_by_itself_names_the_playbook_once(night):
    [went_on] = asked(night).recovered
    assert (went_on.name, went_on.playbook, went_on.step, went_on.attempt) == (
        "again",
        "partial-completion",
        "resume",
        2,
    )
    [again] = [one for one in asked(night).passed if one.name == "again"]
    assert again.attempts == 2 and again.branch is None and again.merge is None


def test_what_ended_before_the_time_is_left_out_and_what_is_too_many_is_counted(night):
    found = asked(night, since=0.001)
    assert not found.passed and not found.failed and found.waits
    found = asked(night, most=1)
    assert len(found.passed) == 1 and found.left_out.passed == 1 and "and 1 more" in found.text
    assert asked(night, most=0).left_out.failed == 1


def test_without_a_directory_no_checkout_is_asked(night):
    assert report.made(night.home, 2_000_000_000.0, report.Request()).commits is None


def test_an_agent_may_read_it_and_looking_changes_nothing(night):
    before = sorted(os.listdir(os.path.join(night.home, layout.RUNS)))
    ran = night.workcell("report", "--json", cwd=night.repo)
    found = json.loads(ran.stdout)
    assert found["schema"] == "workcell.report/1" and clock.parse(found["until_at"])
    assert sorted(os.listdir(os.path.join(night.home, layout.RUNS))) == before
    assert all(look.at(night.run(run)).phase for run in before)


def test_a_time_that_is_none_is_refused_with_the_cure(night):
    assert "'soon' is not a duration" in night.workcell("report", "--since", "soon", code=2).stderr
    assert "no such form" in night.workcell("report", "--as", "pdf", code=2).stderr


def test_html_is_one_file_without_script_and_links_and_markdown_is_escaped(night):
    page = night.workcell("report", "--as", "html").stdout
    assert "assert &lt;b&gt;1&lt;/b&gt;" in page and "<script" not in page
    assert not re.search(r"\s(href|src)=", page)
    assert "`assert <b>1</b> == 2`" in night.workcell("report", "--as", "md").stdout


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(night, columns):
    terminal = driven.Driven(night.words("report"), night.env(), columns, 70, cwd=night.repo)
    try:
        text = terminal.sees("Passed", "Failed", "Waits", "Went on by itself", "assert <b>1</b>", "live")
        assert all(printable.width(line) <= columns for line in terminal.lines())
        written = re.sub(r"\x1b\[[0-9;]*[a-zA-Z]", "", terminal.written.decode()).split("\r\n")
        assert max(map(printable.width, written)) <= columns
        assert "✗ bad" in text
        [good] = [one for one in asked(night).passed if one.name == "good"]
        pasted = text.replace("\\\n", "")  # as a shell reads it
        assert f"cd {night.repo} && workcell merge {good.id}" in pasted
    finally:
        terminal.close()
