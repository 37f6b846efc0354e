import os

import pytest

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
        "name": "objective",
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


def test_what_nobody_said_is_built_in(place):
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
def test_an_amount_of_memory_that_nobody_can_read_is_refused(place, said):
    (place / "b.md").write_text(
        f"---\nobjective: o\nrecipe: {{extends: shell, command: make}}\nlimits: {{memory: {said}}}\n---\n"
    )
    with pytest.raises(document.Faulty) as raised:
        make(place)
    assert "memory" in str(raised.value.details or raised.value)
