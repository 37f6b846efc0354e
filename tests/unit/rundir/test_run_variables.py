"""The variables that tell the processes of an attempt where they are."""

import os

from workcell.rundir import ledger, run_variables


def test_a_run_that_a_person_launched_has_no_parent(tmp_path):
    env = {"PATH": "/bin", "WORKCELL_PARENT": "of-another"}
    run_variables.place(env, str(tmp_path / "runs" / "me"), 2, None)
    assert env["WORKCELL_RUN"] == "me" and env["WORKCELL_ATTEMPT"] == "me/2" and "WORKCELL_PARENT" not in env
    assert env["WORKCELL_HOME"] == str(tmp_path) and env["WORKCELL_ATTEMPT_DIR"].endswith("/me/attempts/002")
    assert os.path.dirname(env["WORKCELL_AGENT_DIR"]) == env["WORKCELL_ATTEMPT_DIR"] and env["PATH"] == "/bin"


def test_the_parent_is_the_one_that_the_ledger_names(tmp_path):
    book = ledger.Book()
    book.head = {"parent": {"run": "above", "attempt": 3}}
    env: dict[str, str] = {}
    run_variables.place(env, str(tmp_path / "runs" / "me"), 1, book)
    assert env["WORKCELL_PARENT"] == "above"
