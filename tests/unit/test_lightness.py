"""What a process loads is what it costs: the runner loads no package, and a verb that looks loads no parser."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "apprise", "asyncio", "dataclasses", "enum", "git", "inspect", "jinja2", "json", "libtmux", "logging", "pathlib",
    "psutil", "pydantic", "re", "ruamel", "subprocess", "textual", "typer", "typing",
}  # fmt: skip

_LOAD = "import sys; sys.path.append(sys.argv[1]); import {module}; print(' '.join(sys.modules))"


def _loaded(*argv: str) -> set[str]:
    ran = subprocess.run([sys.executable, *argv], capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    return {name.split(".")[0] for name in ran.stdout.split()}


@pytest.mark.parametrize("module", ["workcell.runner.life", "workcell.runner.runbook", "workcell.rundir.status"])
def test_runner_loads_no_package_and_no_heavy_module(module: str) -> None:
    loaded = _loaded("-I", "-S", "-c", _LOAD.format(module=module), str(ROOT))
    assert "workcell" in loaded
    assert not loaded & HEAVY


def test_window_and_spawn_load_no_package() -> None:
    for name in ("window", "spawn"):
        loaded = _loaded("-I", "-S", "-c", _LOAD.format(module=f"workcell.runner.{name}"), str(ROOT))
        assert not loaded & {"apprise", "git", "jinja2", "libtmux", "psutil", "pydantic", "ruamel", "typer"}


def test_a_look_at_an_agent_at_work_loads_no_playbook_and_no_view() -> None:
    """Each run that streams is looked at by such a process: what only a person's notice needs comes when it is needed."""
    load = _LOAD.format(module="workcell.watch.attend")
    ran = subprocess.run([sys.executable, "-I", "-c", load, str(ROOT)], capture_output=True, text=True, timeout=30)
    rooms = {name.split(".")[1] for name in ran.stdout.split() if name.startswith("workcell.")}
    assert "watch" in rooms and not rooms & {"playbooks", "approvals", "together", "views", "git"}


def test_a_message_that_wakes_a_run_loads_no_end_and_no_verdict() -> None:
    """What a woken agent is told are the messages: nothing of its run's files is composed, judged or checked."""
    load = _LOAD.format(module="workcell.together.wake, workcell.launch.conversation")
    ran = subprocess.run([sys.executable, "-I", "-c", load, str(ROOT)], capture_output=True, text=True, timeout=30)
    loaded = {name for name in ran.stdout.split() if name.startswith("workcell.")}
    rooms = {name.split(".")[1] for name in loaded}
    assert "workcell.launch.resume" in loaded and not rooms & {"playbooks", "evidence"}
    assert not loaded & {"workcell.finish.finish", "workcell.finish.handoff", "workcell.launch.resume_brief"}


# what each verb may not load: a parser for a verb that parses nothing, a process table for one that asks nobody
LOOKING = {"pydantic", "jinja2", "ruamel", "psutil", "git", "apprise", "libtmux", "asyncio", "textual", "rich"}


@pytest.mark.parametrize("verb", ["ls", "status", "logs", "events"])
def test_a_verb_that_looks_is_light(verb: str) -> None:
    loaded = _loaded("-c", _LOAD.format(module=f"workcell.faces.cli.verbs.{verb}, workcell.faces.cli.app"), str(ROOT))
    assert "typer" in loaded
    assert not loaded & LOOKING


# what a process that acts may not load before it knows that it needs it
DEAR = {
    "pydantic",
    "ruamel",
    "psutil",
    "pathspec",
    "git",
    "apprise",
    "libtmux",
    "asyncio",
    "requests",
    "textual",
    "rich",
}
ACTING = {
    "faces.internal": {*DEAR, "typer"},  # finish: jinja2 makes the handoff
    "finish.settle": {*DEAR, "typer", "jinja2", "subprocess", "dataclasses"},
    "launch.wait": {*DEAR, "typer", "jinja2", "subprocess"},
    "faces.cli.verbs.wait": {*DEAR, "jinja2"},
    "faces.cli.verbs.stop": {*DEAR, "jinja2"},
    "launch.window": {*DEAR, "typer", "jinja2", "dataclasses", "typing", "shutil", "socket"},
    "faces.cli.verbs.attach": {*DEAR, "jinja2", "dataclasses"},
    "faces.cli.verbs.launch": DEAR,  # jinja2 fills in the recipe
    "faces.cli.launching": {*DEAR, "typer", "zoneinfo"},
    "faces.cli.plain": {*DEAR, "typer", "jinja2", "subprocess", "dataclasses", "typing", "re"},
    "faces.cli.foreground": {*DEAR, "typer", "jinja2", "subprocess", "dataclasses", "typing", "re"},
    "faces.cli.call": {*DEAR, "typer", "jinja2", "subprocess", "dataclasses", "typing", "re"},
}


@pytest.mark.parametrize("module", ACTING)
def test_what_acts_loads_what_it_uses(module: str) -> None:
    loaded = _loaded("-c", _LOAD.format(module=f"workcell.{module}"), str(ROOT))
    assert not loaded & ACTING[module]


def test_no_verb_loads_textual_before_it_is_used() -> None:
    verbs = sorted(path.stem for path in (ROOT / "workcell/faces/cli/verbs").glob("[a-z]*.py"))
    assert "top" in verbs
    every = ", ".join(f"workcell.faces.cli.verbs.{verb}" for verb in verbs)
    assert not _loaded("-c", _LOAD.format(module=every), str(ROOT)) & {"textual", "rich"}


def test_the_measure_sees_a_heavy_module() -> None:
    assert "json" in _loaded("-I", "-S", "-c", _LOAD.format(module="json"), str(ROOT))
