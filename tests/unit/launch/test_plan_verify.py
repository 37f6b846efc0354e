"""Where the check of a run comes from, and the bytes of its script."""

import os

import pytest

from workcell.launch import plan_verify
from workcell.launch.options import Options
from workcell.texts import brief as briefs
from workcell.texts.document import Faulty

HEAD = b"#!/usr/bin/env bash\nset -euo pipefail\n"
RULES = "/repo/SUPERVISOR.md"


@pytest.fixture
def top(tmp_path, monkeypatch):
    """The repository; brief, repository and working directory are three places."""
    for name in ("repo", "briefs", "here"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def asked(top, front="", **options):
    path = str(top / "briefs" / "b.md")
    brief = briefs.parse(f"---\nobjective: x\n{front}---\n".encode(), path)
    return plan_verify.asked(brief, Options(**options), str(top / "repo"))


def script(wish, tests=None):
    """(the script, where it came from)."""
    origins = {}
    return plan_verify.script(wish, tests, RULES, origins), origins["verify"]


def test_the_command_line_counts_before_the_brief(top):
    assert script(asked(top, "verify: make\n", verify="true")) == (HEAD + b"true\n", "command line")
    assert script(asked(top, "verify: make\n")) == (HEAD + b"make\n", str(top / "briefs" / "b.md"))


def test_who_says_it_in_place_of_the_command_line_is_named(top):
    wish = asked(top, verify="true", said_by={"verify": "night.yaml:4"})
    assert script(wish)[1] == "night.yaml:4"


def test_where_no_check_is_named_the_tests_of_the_repository_are_the_check(top):
    assert script(asked(top), ["make", "make lint"]) == (HEAD + b"make\nmake lint\n", f"{RULES} (tests)")


@pytest.mark.parametrize("tests", [None, []])
def test_without_any_tests_there_is_no_script(top, tests):
    assert script(asked(top), tests) == (None, plan_verify.BUILT_IN)


def test_false_is_a_run_without_a_check_also_where_the_repository_has_tests(top):
    assert script(asked(top, verify=False), ["make"]) == (None, "command line")
    assert script(asked(top, "verify: false\n"), ["make"]) == (None, str(top / "briefs" / "b.md"))


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_check_is_a_fault_with_its_cure(top, text):
    with pytest.raises(Faulty) as caught:
        script(asked(top, verify=text), ["make"])
    assert "'verify' is empty" in str(caught.value.details) + caught.value.message
    assert caught.value.hint == "verify: false is a run without a check"


def test_commands_are_the_script_whatever_they_look_like(top):
    assert script(asked(top, verify="test -e a/b.py\n\n\n"))[0] == HEAD + b"test -e a/b.py\n"
    assert script(asked(top, verify="./a.sh\n./b.sh"))[0] == HEAD + b"./a.sh\n./b.sh\n"
    assert script(asked(top, verify="make"))[0] == HEAD + b"make\n"


def test_a_file_that_is_named_is_the_script_as_it_is(top):
    (top / "repo" / "check").write_bytes(b"#!/usr/bin/python3\nexit(0)")
    assert script(asked(top, verify="check")) == (b"#!/usr/bin/python3\nexit(0)", str(top / "repo" / "check"))


def test_a_file_is_looked_for_beside_who_names_it_and_then_in_the_repository(top):
    for place in ("briefs", "repo", "here"):
        (top / place / "check.sh").write_text(place)
    assert script(asked(top, "verify: check.sh\n")) == (b"briefs", str(top / "briefs" / "check.sh"))
    assert script(asked(top, verify="check.sh")) == (b"here", str(top / "here" / "check.sh"))
    (top / "briefs" / "check.sh").unlink()
    assert script(asked(top, "verify: check.sh\n")) == (b"repo", str(top / "repo" / "check.sh"))


def test_a_name_with_a_space_is_a_file_where_it_is_there(top):
    (top / "repo" / "my check").write_text("mine")
    assert script(asked(top, verify="my check"))[0] == b"mine"


def test_a_file_of_the_person_is_found_by_its_tilde(top, monkeypatch):
    monkeypatch.setenv("HOME", str(top / "here"))
    (top / "here" / "mine.sh").write_text("mine")
    assert script(asked(top, "verify: ~/mine.sh\n")) == (b"mine", os.path.join(top, "here", "mine.sh"))


@pytest.mark.parametrize("name", ["check.sh", "check.bash", "check.py", "scripts/check"])
def test_a_file_that_is_not_there_is_a_fault_with_the_line_that_names_it(top, name):
    with pytest.raises(Faulty) as caught:
        script(asked(top, f"verify: {name}\n"))
    [fault] = caught.value.faults
    assert (fault.file, fault.line) == (str(top / "briefs" / "b.md"), 3)
    assert all(str(top / place) in str(fault) for place in ("briefs", "repo"))


def test_a_directory_of_that_name_is_no_script(top):
    (top / "repo" / "check").mkdir()
    assert script(asked(top, verify="check"))[0] == HEAD + b"check\n"
