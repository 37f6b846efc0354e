"""attempt.json: what every attempt carries over, what belongs to one, and the command that fits into a system call."""

import os
import subprocess

import pytest

from workcell.base import json_codec
from workcell.launch import attempt
from workcell.rundir import schema
from workcell.texts import recipe

BARE = {"objective": "do it", "setup": [], "prose": "", "cwd": "/w", "secrets": ["B"], "env_names": ["A"]}


def chosen(**values):
    return recipe.Recipe("mine", {**recipe.DEFAULTS, "command": ["agent", "{{ prompt }}"], **values}, ["user: mine"])


def opening(**more):
    return attempt.Opening("/h/runs/r1", 1, "r", b"the brief", attempt.BY_A_PERSON, **more)


def filled(found, **more):
    return attempt.fill(attempt.with_recipe(BARE, found), opening(**more))


def test_the_two_halves_are_the_whole_record():
    own, carried = set(attempt.Own.__annotations__), set(attempt.Carried.__annotations__)
    assert not own & carried
    assert own | carried == set(schema.Attempt.__annotations__)


def test_what_one_attempt_has_of_its_own_is_not_carried_over():
    made = filled(chosen())
    kept = attempt.carried({**made, "policy_sha256": "x", "of_a_newer_workcell": 1})
    assert kept["objective"] == "do it" and kept["of_a_newer_workcell"] == 1
    assert not set(kept) & set(attempt.Own.__annotations__)


def test_a_new_conversation_is_drawn_each_time():
    first, second = filled(chosen()), filled(chosen())
    assert first["agent_session"] != second["agent_session"] and first["native"] is False


def test_a_conversation_goes_on_by_the_resume_words():
    made = filled(chosen(resume=["agent", "--resume", "{{ session }}"]), conversation="abc")
    assert made["argv"] == ["agent", "--resume", "abc"] and made["native"] is True


def test_another_recipe_adds_its_variables_and_secrets():
    intent = attempt.with_recipe(BARE, chosen(secrets=["C"], env={"D": None}))
    assert intent["secrets"] == ["B", "C"] and intent["env_names"] == ["A", "D"]
    assert intent["recipe"]["name"] == "mine"


def test_the_agent_is_told_that_others_work_in_its_tree():
    shared = {**BARE, "share": {"wait_seconds": 5.0}}
    told = [attempt.fill(attempt.with_recipe(one, chosen()), opening())["prompt"] for one in (BARE, shared)]
    assert ["workcell claim" in prompt for prompt in told] == [False, True]


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        ({"verify": {"sha256": "x"}}, "The work is checked by a script that was fixed before you began."),
        ({"verify": None}, "No script checks the work when you stop"),
        ({"verify": {"sha256": "x"}, "standby": True}, "The check runs when the run is told to finish"),
        ({"verify": None, "standby": True}, "No script checks the work; the run ends when it is told to finish"),
    ],
)
def test_the_agent_is_told_of_a_check_where_there_is_one(intent, said):
    prompt = attempt.fill(attempt.with_recipe({**BARE, **intent}, chosen()), opening())["prompt"]
    every = ("is checked by a script", "No script checks", "The check runs")
    assert said in prompt and sum(prompt.count(words) for words in every) == 1


def test_setup_runs_before_the_first_attempt_alone():
    intent = attempt.with_recipe({**BARE, "setup": ["make deps"]}, chosen())
    first = attempt.fill(intent, opening())
    assert first["argv"][:2] == ["bash", "-c"] and "make deps" in first["argv"][2]
    later = attempt.Opening("/h/runs/r1", 2, "r", b"", attempt.BY_A_PERSON)
    second = attempt.fill(intent, later)
    assert second["argv"][0] == "agent" and second["follows"] == 1 and first["follows"] is None


def test_setup_runs_at_the_top_and_the_agent_below_it(tmp_path):
    (tmp_path / "svc/api").mkdir(parents=True)
    intent = {**BARE, "setup": ["touch deps", "cd /"], "cwd": str(tmp_path), "dir": "svc/api"}
    found = chosen(command=["sh", "-c", "pwd -P > place"])
    argv = attempt.fill(attempt.with_recipe(intent, found), opening())["argv"]
    subprocess.run(argv, cwd=tmp_path / "svc/api", check=True, timeout=30)
    assert (tmp_path / "deps").exists()
    assert (tmp_path / "svc/api/place").read_text().strip() == str(tmp_path / "svc/api")


def test_a_prompt_that_is_too_long_for_a_word_is_named_by_its_file():
    long = "x" * (attempt.WORD_LIMIT + 1)
    made = filled(chosen(prompt=long))
    assert made["prompt"] == long
    assert made["argv"][1] == (
        "Your whole task is in the file /h/runs/r1/attempts/001/brief.md: read it first, then do it."
    )


def test_arguments_that_ignore_the_repository_go_before_the_prompt():
    found = chosen(command=["agent", "--", "{{ prompt }}"], prompt="p", ignore_repo=["--bare"])
    intent = {**attempt.with_recipe(BARE, found), "ignore_repo": True}
    assert attempt.fill(intent, opening())["argv"] == ["agent", "--bare", "--", "p"]


@pytest.mark.parametrize("policy", [None, b"{}\n"])
def test_what_is_written_is_pinned(tmp_path, policy):
    made = filled(chosen(seed={"sub/settings.json": {"run": "{{ run }}"}}))
    pinned = attempt.write(str(tmp_path / "a"), attempt.Files(made, b"brief", b"#!/bin/sh\n", policy), b"words")
    assert set(pinned) == {"brief.md", "verify.sh", "sub/settings.json", "attempt.json"} | (
        {"policy.json"} if policy else set()
    )
    for name, data in pinned.items():
        assert (tmp_path / "a" / name).read_bytes() == data
    assert (tmp_path / "a" / "handoff.md").read_bytes() == b"words"
    assert os.access(tmp_path / "a" / "verify.sh", os.X_OK)
    assert ("policy_sha256" in json_codec.decode(pinned["attempt.json"])) == (policy is not None)


# -- rules of approvals

RULED = {
    "seed": {"a.json": {"hooks": {"Before": [{"run": "{{ approval_hook }}"}]}}},
    "args": ["--hook", "{{ approval_hook }}"],
}


def ruled(gate, **values):
    seed = {"a.json": {"hooks": {"Before": [{"run": "mine"}], "After": []}}}
    found = chosen(
        **{"seed": seed, "approvals": {**RULED, "ask": "defer"}, "command": ["agent", "a.json", "-"], **values}
    )
    return attempt.fill({**attempt.with_recipe(BARE, found), "approvals": gate}, opening())


def test_where_rules_hold_the_program_gets_a_hook_that_forbids_what_it_fails_on():
    made = ruled("closed")
    hook = made["argv"][made["argv"].index("--hook") + 1]
    assert made["argv"][-1] == "-" and hook.endswith(" none /h/runs/r1 1 deny closed || exit 2")
    hooks = json_codec.decode(made["seed"]["a.json"].encode())["hooks"]
    assert hooks == {"Before": [{"run": "mine"}, {"run": hook}], "After": []}
    assert made["recipe"]["values"]["command"] == ["agent", "a.json", "-"], "the next attempt does not get it twice"
    assert not ruled("open")["argv"][3].endswith("exit 2")


def test_without_rules_nothing_is_added():
    made = ruled(None)
    assert made["argv"] == ["agent", "a.json", "-"] and "approval_hook" not in made["seed"]["a.json"]
