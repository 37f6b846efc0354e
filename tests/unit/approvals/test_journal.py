"""approvals.jsonl: whole lines, whatever was killed before, and one older part."""

from workcell.approvals import decide, journal
from workcell.rundir import deferred


def line(words="ls"):
    answer = decide.Answer("allow", "low", "rules/approvals.yaml:1")
    return journal.line(journal.Decided("r", 1, "Bash", {"command": words}, "t1", answer, "allow"))


def test_a_decision_and_that_it_was_told(tmp_path):
    made = line()
    assert journal.intent(str(tmp_path), made) == made["id"]
    journal.told(str(tmp_path), made)
    first, second = journal.read(str(tmp_path))
    assert (first["words"], first["answer"], first["by"]) == ("ls", "allow", "rule")
    assert second["of"] == first["id"]


def test_a_line_that_was_cut_loses_no_other(tmp_path):
    journal.intent(str(tmp_path), line("a"))
    with open(deferred.path_of(str(tmp_path)), "ab") as file:
        file.write(b'{"schema": "workcell.file.appr')
    journal.intent(str(tmp_path), line("b"))
    assert [one["words"] for one in journal.read(str(tmp_path))] == ["a", "b"]


def test_a_full_journal_begins_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "ROLL", 10)
    for words in "abc":
        journal.intent(str(tmp_path), line(words))
    assert [one["words"] for one in journal.read(str(tmp_path))] == ["b", "c"] or len(journal.read(str(tmp_path))) >= 2


def test_long_words_are_cut(tmp_path):
    assert len(line("x" * 10_000)["words"]) == journal.MOST_WORDS


def test_the_fingerprint_tells_inputs_apart():
    assert journal.fingerprint("Bash", {"command": "a"}) != journal.fingerprint("Bash", {"command": "b"})
