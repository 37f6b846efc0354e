"""doctor --as-cron: what would fail in the poor environment that a timer gives, asked in that very environment."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.base.errors import WorkcellError
from workcell.rundir import env as environment
from workcell.rundir import heartbeat, look, phase, scan
from workcell.system import run_program, tmux
from workcell.texts import recipe
from workcell.upkeep import doctor_adapters
from workcell.upkeep.doctor_line import FAIL, OK, WARN, Line

if TYPE_CHECKING:
    from workcell.rundir import schema

TIMEOUT = 30.0

_SHOWN = {
    "cron": "workcell watchdog tick shows what a tick does here; crontab -l shows the timer's line",
    "systemd": "systemctl --user list-timers",
    "launchd": "launchctl list",
}
"""By timer: what shows why a timer whose daemon is at work does not tick."""

POOR = {"SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", "LANG": "C"}
"""The environment of cron beside HOME and LOGNAME."""


def doctor(home: str, environment: dict[str, str], words: list[str]) -> list[Line]:
    """Everything that a tick needs, asked with `environment` (what the timer sets) and nothing else.

    `words` is the timer's command; of an installed watchdog, both are taken from what was installed. Each
    live run's agent is looked for on the PATH that its run has pinned, and its recipe's `probe`, where there is
    one, asks whether the credential is taken from here.
    """
    installed = heartbeat.installed_timer(home)
    if (
        installed is not None
        and isinstance(installed.get("environment"), dict)
        and isinstance(installed.get("command"), list)
    ):
        environment = {str(name): str(value) for name, value in installed["environment"].items()}
        words = [str(word) for word in installed["command"]]
    user = {name: os.environ[name] for name in ("HOME", "LOGNAME", "USER") if name in os.environ}
    env = {**POOR, **user, **environment}
    found = [_starts(words, env), _program("git", env), _program("tmux", env), _socket(home), _ticks(home)]
    found += doctor_adapters.check(home, env)
    seen: set[str] = set()
    for path in scan.scan(home).live:
        run = look.at(path)
        if run.phase != phase.DONE and run.attempt is not None:
            found += _agent(run, run.attempt, seen)
    return found


def _starts(words: list[str], env: dict[str, str]) -> Line:
    """workcell itself, with the interpreter and the path that stand in the timer."""
    try:
        ran = run_program.run([*words[:-2], "--version"], timeout=TIMEOUT, env=env, cwd="/")
    except WorkcellError as error:
        return Line("workcell", FAIL, error.message, "workcell watchdog install")
    if ran.ok:
        return Line("workcell", OK, ran.text().strip())
    return Line("workcell", FAIL, ran.complaint(), "workcell watchdog install, with the Python that has workcell")


def _program(name: str, env: dict[str, str]) -> Line:
    path = shutil.which(name, path=env.get("PATH"))
    if path is None:
        return Line(
            name, FAIL, f"{name} is not on the PATH {env.get('PATH')}", "install the watchdog from a shell that has it"
        )
    return Line(name, OK, path)


def _socket(home: str) -> Line:
    where = tmux.server_of(home).socket
    folder = os.path.dirname(where)
    ok = os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)
    return Line("tmux socket", OK if ok else FAIL, where, None if ok else f"make {folder} writable")


def _ticks(home: str) -> Line:
    known = heartbeat.Watchdog(home)
    if known.late:
        cure = known.cure
        if cure == heartbeat.LATE_CURE:  # that is what is being read
            cure = _SHOWN.get(str(known.by), heartbeat.RUN_CURE)
        return Line("last tick", FAIL, str(known.trouble), cure)
    if known.trouble is not None:
        return Line("last tick", WARN, known.trouble, None if known.by else heartbeat.CURE)
    return Line("last tick", OK, known.words())


def _agent(run: look.Look, attempt: schema.Attempt, seen: set[str]) -> list[Line]:
    env = environment.known(run.run)
    program = str((attempt.get("argv") or ["?"])[0])
    name = str(run.recipe_name)
    account = holds.account(run.run, attempt)
    key = f"{name}/{account}/{env.get('PATH')}"
    if key in seen:
        return []
    seen.add(key)
    if shutil.which(program, path=env.get("PATH")) is None:
        return [Line(f"agent {name}", FAIL, f"{program} is not on the PATH of {run.id}", f"workcell resume {run.id}")]
    found = [Line(f"agent {name}", OK, program)]
    words = run.recipe.get("probe")
    if isinstance(words, list) and words:
        found.append(_probe(run, attempt, name, words, env))
    return found


def _probe(run: look.Look, attempt: schema.Attempt, name: str, words: list[str], env: dict[str, str]) -> Line:
    label = f"credential of {name}"
    try:
        named = {"workspace": str(attempt.get("cwd")), "run_dir": run.run}
        argv = [recipe.render(str(word), named, "probe") for word in words]
        ran = run_program.run(argv, timeout=TIMEOUT, env=env, cwd=str(attempt.get("cwd")))
    except WorkcellError as error:
        return Line(label, WARN, error.message, error.hint)
    if ran.ok:
        return Line(label, OK, "is taken")
    return Line(label, FAIL, ran.complaint(), f"sign in again, then workcell release {run.id}")
