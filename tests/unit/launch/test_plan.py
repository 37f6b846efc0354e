import os
import shlex

import pytest

from workcell.base.errors import Invalid
from workcell.launch import dry_run, plan, plan_values
from workcell.launch.options import Options
from workcell.texts import document, search_path


@pytest.fixture
def place(tmp_path):
    home, repo = tmp_path / "home", tmp_path / "repo"
    home.mkdir()
    repo.mkdir()
    (tmp_path / "b.md").write_text("---\nobjective: o\nverify: make test\nlimits: {wall: 1h}\nforbid: [b/]\n---\n")
    return tmp_path


def make(place, **options) -> plan.Plan:
    options.setdefault("repo", str(place / "repo"))
    return plan.make(str(place / "b.md"), Options(**options, shell=os.environ), str(place / "home"))


RECIPE = "extends: shell\ncommand: 'true'\nlimits: {idle: 5m}\nenv: {MODE: fast}\n"


def test_every_value_says_where_it_comes_from(place):
    (place / "home/recipes").mkdir()
    (place / "home/recipes/quick.yaml").write_text(RECIPE)
    (place / "home/config.yaml").write_text("limits: {attempts: 2}\nsecrets: [TOKEN]\ndirty: refuse\n")
    (place / "repo/SUPERVISOR.md").write_text(
        "---\nforbid: [a/]\nlimits: {verify: 1m, wall: 2h}\nsetup: make deps\nenv: {CI: '1'}\n---\nBe kind.\n"
    )
    made = make(place, recipe="quick", labels=("x",))
    found = dry_run.preview(made)
    brief, rules, config = str(place / "b.md"), str(place / "repo/SUPERVISOR.md"), str(place / "home/config.yaml")
    quick = place / "home/recipes/quick.yaml"
    assert set(found.origins) == set(found.values)
    assert {
        key: found.origins[key] for key in ("objective", "name", "repo", "recipe", "verify", "labels", "dirty")
    } == {
        "objective": brief,
        "name": "name of the file",
        "repo": "command line",
        "recipe": f"command line; user: {quick}, shipped: {search_path.shipped('recipes')}/shell.yaml",
        "verify": brief,
        "labels": "command line",
        "dirty": config,
    }
    limits = {key: found.origins[f"limits.{key}"] for key in ("wall", "idle", "attempts", "verify", "cost")}
    assert limits == {
        "wall": brief,
        "idle": f"recipe quick ({quick}:3)",
        "attempts": config,
        "verify": rules,
        "cost": "built in",
    }
    assert found.origins["forbid"] == f"{rules}, {brief}" and made.forbid == ["a/", "b/"]
    assert found.origins["secrets"] == config
    assert (found.origins["env.MODE"], found.origins["env.CI"]) == (f"recipe quick ({quick}:4)", rules)
    assert found.origins["env.PATH"] == "shell"
    assert found.origins["prose"] == rules
    assert found.values["env.CI"] == "set"  # no value: a dry run is pasted into issues


def test_what_no_file_and_no_option_says_is_built_in(place):
    (place / "b.md").write_text("# A title\n")
    (place / "home/recipes").mkdir()
    (place / "home/recipes/runbook.yaml").write_text("command: 'true'\n")
    made = make(place, recipe=None)
    assert made.origins["dirty"] == made.origins["group"] == plan_values.BUILT_IN
    assert made.origins["recipe"] == f"built in; user: {place}/home/recipes/runbook.yaml"
    assert made.origins["objective"] == f"{place}/b.md (title)"
    assert made.verify is None and made.origins["verify"] == plan_values.BUILT_IN


def test_a_recipe_of_the_brief_is_told_by_its_line(place):
    (place / "b.md").write_text(
        "---\nobjective: o\nrecipe:\n  extends: shell\n  command: x\n  limits:\n    wal: 1h\n  comand: y\n---\n"
    )
    with pytest.raises(document.Faulty) as caught:
        make(place, recipe=None)
    told = [str(fault).removeprefix(str(place) + os.sep) for fault in caught.value.faults]
    assert told == [
        "b.md:8: unknown key 'comand' (did you mean 'command'?)",
        "b.md:7: unknown key 'wal' (did you mean 'wall'?)",
    ]


def test_comments_in_rules_are_not_for_agents(place):
    (place / "repo/SUPERVISOR.md").write_text("---\n{}\n---\n<!-- to\nyou -->\nBe kind.\n<!-- again -->\n")
    (place / "b.md").write_text("---\nobjective: o\nrecipe: {extends: shell, command: x}\n---\n")
    assert make(place, recipe=None).prose == "Be kind."


ADAPTER = "name: {}\nuses: command\nargv: ['true']\nevents: all\n"


def test_the_config_says_who_is_told_and_the_brief_before_it(place):
    (place / "home/adapters").mkdir()
    (place / "home/recipes").mkdir()
    (place / "home/recipes/quick.yaml").write_text(RECIPE)
    for name in ("phone", "team"):
        (place / f"home/adapters/{name}.yaml").write_text(ADAPTER.format(name))
    brief = place / "b.md"
    assert (make(place, recipe="quick").notify, make(place, recipe="quick").origins["notify"]) == (None, "built in")
    (place / "home/config.yaml").write_text("notify: [phone, team]\n")
    assert (make(place, recipe="quick").notify, make(place, recipe="quick").origins["notify"]) == (
        ["phone", "team"],
        str(place / "home/config.yaml"),
    )
    for own in (["team"], []):
        brief.write_text(f"---\nobjective: o\nnotify: {own}\n---\n")
        assert (make(place, recipe="quick").notify, make(place, recipe="quick").origins["notify"]) == (
            own,
            str(brief),
        )
    brief.write_text("---\nobjective: o\n---\n")
    (place / "home/config.yaml").write_text("notify: []\n")
    assert make(place, recipe="quick").notify == [] and dry_run.preview(make(place, recipe="quick")).origins[
        "notify"
    ] == str(place / "home/config.yaml")


@pytest.mark.parametrize("where", ["home/config.yaml", "b.md"])
def test_an_adapter_that_is_not_there_is_refused(place, where):
    (place / "home/adapters").mkdir()
    (place / "home/recipes").mkdir()
    (place / "home/recipes/quick.yaml").write_text(RECIPE)
    (place / "home/adapters/phone.yaml").write_text(ADAPTER.format("phone"))
    text = "objective: o\nnotify: [phnoe]\n"
    (place / where).write_text(f"---\n{text}---\n" if where == "b.md" else "notify: [phnoe]\n")
    with pytest.raises(document.Faulty, match=r"'phnoe'.*did you mean 'phone'"):
        make(place, recipe="quick")


def test_memory_and_processes_can_only_be_narrowed(place):
    (place / "home/config.yaml").write_text("limits: {memory: 4G, processes: 100}\n")
    (place / "repo/SUPERVISOR.md").write_text("---\nlimits: {memory: 1.5GiB}\n---\n")
    (place / "b.md").write_text(
        "---\nobjective: o\nrecipe: {extends: shell, command: make}\nlimits: {memory: 8G, processes: 100, wall: 9h}\n---\n"
    )
    found = dry_run.preview(make(place))
    assert (found.values["limits.memory"], found.origins["limits.memory"]) == (
        3 << 29,
        str(place / "repo/SUPERVISOR.md"),
    )
    assert (found.values["limits.processes"], found.origins["limits.processes"]) == (100, str(place / "b.md"))
    assert found.values["limits.wall"] == 9 * 3600
    (place / "b.md").write_text(
        "---\nobjective: o\nrecipe: {extends: shell, command: make}\nlimits: {memory: 512M}\n---\n"
    )
    assert make(place).limits["memory_bytes"] == 512 << 20


@pytest.mark.parametrize("said", ["4", "4.5", "4X", "-1G", "1M", "99999999999T", "G", "'4 gigabytes'", "true", "[1G]"])
def test_an_amount_of_memory_that_is_no_amount_is_refused(place, said):
    (place / "b.md").write_text(
        f"---\nobjective: o\nrecipe: {{extends: shell, command: make}}\nlimits: {{memory: {said}}}\n---\n"
    )
    with pytest.raises(document.Faulty) as raised:
        make(place)
    assert "memory" in str(raised.value.details or raised.value)


def test_what_the_program_would_refuse_is_said_at_launch(place, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for name in ("ANTHROPIC_API_KEY", "IS_SANDBOX", "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(place))
    program = place / "bin/claude"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    said = "\n".join(make(place, recipe="claude").notes)
    assert "refuses to skip permissions as root" in said and "export IS_SANDBOX=1" in said
    assert "is not signed in" in said and "/login" in said
    monkeypatch.setenv("IS_SANDBOX", "1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert make(place, recipe="claude").notes == []


def test_a_line_for_a_shell_is_no_program_and_the_cure_runs_it(place):
    (place / "home/recipes").mkdir()
    (place / "home/recipes/quick.yaml").write_text(RECIPE)
    chosen = make(place, recipe="quick").recipe
    with pytest.raises(Invalid, match="a line for a shell") as caught:
        plan.check_programs(chosen, ["echo 'a b' | cat"], os.environ["PATH"])
    words = shlex.split(str(caught.value.hint))
    assert words[:5] == ["workcell", "launch", "--", "sh", "-c"] and words[5:] == ["echo 'a b' | cat"]
    with pytest.raises(Invalid, match="is not on PATH"):
        plan.check_programs(chosen, ["nosuchprogram"], os.environ["PATH"])


def test_a_script_that_is_not_there_is_sought_in_each_directory_once(place, monkeypatch):
    monkeypatch.chdir(place / "repo")
    with pytest.raises(document.Faulty) as caught:
        make(place, recipe="claude", verify="nosuch.sh")
    assert str(caught.value).count(str(place / "repo")) == 1


def test_rules_of_approvals_are_read_once_and_a_recipe_without_a_hook_is_told(place):
    (place / "home/rules").mkdir()
    (place / "home/rules/approvals.yaml").write_text("deny: [git push]\n")
    (place / "home/recipes").mkdir()
    (place / "home/recipes/quick.yaml").write_text(RECIPE)
    assert not any("approvals" in note for note in make(place, recipe="quick").notes), "it runs no agent"
    (place / "home/rules/approvals.yaml").write_text("deny:\n  - command: git push\n    recipe: qu*\n")
    made = make(place, recipe="quick")
    assert any(
        "the program of recipe 'quick' applies rules of approvals: this run has none" in note for note in made.notes
    )
    pinned = made.rules.pinned(made.top, "quick", made.top)
    assert pinned is not None and pinned["home"][0]["command"] == ["git", "push"]
    assert not any("approvals" in note for note in make(place, recipe="claude").notes)


def test_faulty_rules_are_refused_before_anything_is_made(place):
    (place / "home/rules").mkdir()
    (place / "home/rules/approvals.yaml").write_text("allow: [bash *]\n")
    with pytest.raises(document.Faulty, match=r"approvals\.yaml:1"):
        make(place, recipe="claude")
    (place / "home/rules/approvals.yaml").unlink()
    (place / "repo/.workcell").mkdir()
    (place / "repo/.workcell/approvals.yaml").write_text("allow: [ls]\n")
    with pytest.raises(document.Faulty, match="cannot allow"):
        make(place, recipe="claude")
    assert make(place, recipe="claude", ignore_repo=True).rules.repository.rules == []
