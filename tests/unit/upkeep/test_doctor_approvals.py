"""The line of doctor about rules of approvals."""

from tests.support import ruled_dialogs, ruled_run
from workcell.approvals import decide, journal
from workcell.upkeep.doctor_approvals import check
from workcell.upkeep.doctor_line import FAIL, OK


def answered(home, **more):
    answer = decide.Answer("allow", "low", "rules/approvals.yaml:1", None)
    line = journal.line(journal.Decided("r", 1, "Bash", {"command": "make"}, None, answer, "allow"))
    journal.intent(home, {**line, **more})


def test_without_rules_there_is_no_line(tmp_path):
    assert list(check(str(tmp_path))) == []


def test_rules_and_what_they_answered_in_the_last_day(tmp_path):
    home = str(tmp_path)
    ruled_run.write(home, ruled_dialogs.RULES)
    [line] = check(home)
    assert (line.level, line.words) == (OK, "rules: 1 allow, 1 deny, 1 ask; answered by rule in the last day: 0")
    answered(home)
    answered(home, dialog="d", asked="h", message="m")
    answered(home, at="2020-01-01T00:00:00.000Z")
    answered(home, by="person")
    [line] = check(home)
    assert line.words.endswith("in the last day: 2, 1 of them at a dialog")


def test_a_file_with_a_fault_names_the_fault_and_its_cure(tmp_path):
    ruled_run.write(str(tmp_path), "allow: [bash *]\n")
    [line] = check(str(tmp_path))
    assert (line.level, line.cure) == (FAIL, "workcell config lint") and "no rule holds" in line.words
