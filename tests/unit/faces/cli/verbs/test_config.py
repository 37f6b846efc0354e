"""workcell config in this process: what holds, where it stands, and what is wrong with the file."""

import json
from pathlib import Path

from tests.support import frozen, ruled_run

VERB = "config"


def settings(ask):
    return {one["key"]: one for one in json.loads(ask("show", "--json")[1])["settings"]}


def test_a_setting_of_the_file_is_told_with_its_line_and_its_default(home, ask):
    before = settings(ask)["idle_after"]
    Path(home, "config.yaml").write_text("# mine\nidle_after: 5m\n")
    now = settings(ask)["idle_after"]
    assert now["default"] == before["default"] and now["value"] != before["value"]
    assert now["origin"].endswith("config.yaml:2")
    [line] = [line for line in ask("show")[1].splitlines() if line.startswith("idle_after ")]
    assert "config.yaml:2" in line and home not in line


def test_without_a_file_it_says_that_defaults_are_in_force(home, ask):
    for words in (("show",), ("lint",)):
        code, _, complained = ask(*words)
        assert code == 0 and "config.yaml does not exist: defaults are in force" in complained


def test_the_example_is_a_file_without_faults(home, ask):
    code, said, _ = ask("show", "--example")
    assert code == 0 and "idle_after" in said
    Path(home, "config.yaml").write_text(said)
    code, _, complained = ask("lint")
    assert code == 0 and "config.yaml: no faults" in complained


def test_good_rules_are_said_to_be_good_with_their_number(home, ask):
    assert "no rules of approvals" in ask("lint")[2]
    ruled_run.write(home, "allow: [ls, make]\ndeny: [{tool: Zoological}]\n")
    code, said, complained = ask("lint")
    assert (code, said) == (0, "") and "rules/approvals.yaml: 3 rules, no faults" in complained
    assert "note: " in complained and "'Zoological'" in complained
    ruled_run.write(home, "deny: [{tool: bash}]\n")
    code, said, complained = ask("lint")
    assert code == 1 and "did you mean 'Bash'" in said and "no faults" not in complained.replace("config.yaml: no", "")


def test_every_fault_is_told_with_its_line(home, ask):
    Path(home, "config.yaml").write_text("idle_after: nonsense\nno_such_key: 1\n")
    code, said, _ = ask("lint")
    assert code == 1 and "config.yaml:1: " in said and "config.yaml:2: " in said
    code, said, _ = ask("lint", "--json")
    assert code == 1 and len(json.loads(said)["faults"]) == 2


def test_without_a_terminal_edit_changes_nothing_and_says_what_to_do(home, ask):
    before = frozen.state(home)
    code, said, complained = ask("edit")
    assert (code, said) == (2, "") and "workcell config lint" in complained
    assert frozen.state(home) == before
