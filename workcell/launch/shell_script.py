"""The shell commands that do by hand what a launch of one brief does: setup, agent, log and check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from workcell.launch import attempt, plan, plan_values
from workcell.rundir import layout

if TYPE_CHECKING:
    from workcell.rundir import schema

_RUN = "__RUN__"
"""Stands for the run directory until the script makes one; no real path looks like it."""

_FREE_PORT = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
"""A Python program that prints the number of a TCP port on which nothing listens."""


def script(made: plan.Plan) -> str:
    """A bash script. It exits with the agent's code if that is not 0, else with the check's.

    Left out is what takes a program that stays: the survival of disconnects, limits other than the wall clock,
    the record, and the look for forbidden paths (they are named in a comment).
    """
    filled = attempt.first(made, made.top, attempt.BY_A_PERSON, run=_RUN)
    lines = [
        "#!/usr/bin/env bash",
        f"# By hand what workcell does for: {' '.join(made.objective.split())}",
        f"# recipe {made.recipe.name}, from {'; '.join(made.recipe.origins)}",
        "set -uo pipefail",
        "",
        "RUN=${RUN:-$(mktemp -d)}   # in place of the run directory",
        'echo "files are in $RUN" >&2',
        f'fill() {{ sed "s|{_RUN}|$RUN|g"; }}',
        f'mkdir -p "$RUN/{layout.ATTEMPTS}/001/{layout.AGENT_DIR}"',
        f"cd {shlex.quote(made.top)} || exit 66",
        "",
    ]
    brief = made.brief.data.decode("utf-8", "replace")
    lines += _write(f"{layout.ATTEMPTS}/001/{layout.BRIEF}", brief, filled=False)
    for name, text in filled["seed"].items():
        lines += [f'mkdir -p "$(dirname "$RUN/{layout.ATTEMPTS}/001/{name}")"']
        lines += _write(f"{layout.ATTEMPTS}/001/{name}", text, filled=True)
    lines += _environment(made)
    if made.setup:
        lines += ["", f"# setup, from {made.origins['setup']}", "(set -e", *made.setup, ") || exit"]
    if made.dir:
        lines += [f"cd {shlex.quote(made.dir)} || exit 66"]
    lines += ["", *(_steps(filled["steps"]) if made.recipe.values["steps"] else _agent(made, filled))]
    return "\n".join([*lines, *_check(made), ""])


def _write(path: str, text: str, *, filled: bool) -> list[str]:
    """Commands that write `text` to a file below $RUN."""
    mark = "END"
    while mark in text:
        mark += "_"
    target = f'"$RUN/{path}"'
    body = text if text.endswith("\n") else text + "\n"
    return [f"{'fill' if filled else 'cat'} >{target} <<'{mark}'", *body[:-1].split("\n"), mark]


def _word(word: str) -> str:
    return '"$RUN"'.join(shlex.quote(part) if part else "" for part in word.split(_RUN)) or "''"


def _environment(made: plan.Plan) -> list[str]:
    folder = f"$RUN/{layout.ATTEMPTS}/001"
    lines = [
        f'export WORKCELL_RUN_DIR="$RUN" WORKCELL_ATTEMPT_DIR="{folder}" WORKCELL_BRIEF="{folder}/{layout.BRIEF}"',
        f'export WORKCELL_AGENT_DIR="{folder}/{layout.AGENT_DIR}" WORKCELL_HANDOFF="{folder}/{layout.HANDOFF}"',
    ]
    for name in made.ports:
        lines.append(f'export {name}="${{{name}:-$(python3 -c {shlex.quote(_FREE_PORT)})}}"   # a port of its own')
    for name in made.env_names:
        if name in made.secrets or made.origins[f"env.{name}"].startswith(plan_values.NAMED_BY):
            lines.append(f"# {name} comes from your shell")
        else:
            lines.append(f"export {name}={shlex.quote(made.env[name])}")
    return lines


def _steps(steps: list[schema.Step]) -> list[str]:
    """Each step under a bash of its own that has the terminal's own standard input."""
    lines = ["# the steps of the brief; the first that fails ends it"]
    for step in steps:
        mark = f"STEP_{step['step']}"
        while mark in step["text"]:
            mark += "_"
        words = f"{step['step']}. {' '.join(str(step['title']).split())}"
        lines += [f"echo {shlex.quote(words)}"]
        lines += [f"bash -euo pipefail /dev/fd/3 3<<'{mark}' || exit", *str(step["text"])[:-1].split("\n"), mark]
    return lines


def _agent(made: plan.Plan, filled: schema.Attempt) -> list[str]:
    values = made.recipe.values
    prompt = str(filled["prompt"])
    lines = _write("prompt.md", prompt, filled=True) if prompt else []
    argv = filled["argv"][4:] if made.setup else filled["argv"]
    words = ['"$(cat "$RUN/prompt.md")"' if prompt and word == prompt else _word(word) for word in argv]
    wall = made.limits["wall_seconds"]
    if wall:
        words = ["timeout", *(["--foreground"] if values["io"] == "terminal" else []), f"{wall:g}", *words]
    if values["io"] == "file":
        words.append('<"$RUN/prompt.md"' if values["stdin"] == "prompt" else "</dev/null")
        words += [f'>"$RUN/{layout.AGENT_LOG}"']
        words.append("2>&1" if values["stderr"] == "merge" else f'2>"$RUN/{layout.STDERR_LOG}"')
    return [*lines, "", "# the agent", " ".join(words) + " || exit"]


def _check(made: plan.Plan) -> list[str]:
    lines = [""]
    if made.forbid:
        lines.append(f"# must not be touched: {' '.join(made.forbid)}; look with git status and git log --stat")
    if made.verify is None:
        return [*lines, "# nothing checks the work: there is no verify"]
    text = made.verify.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
    unset = [word for name in made.secrets for word in ("-u", name)]
    first = text.split("\n", 1)[0]
    program = first[2:].strip() if first.startswith("#!") and first[2:].strip() else "bash"
    words = [*(["env", *unset] if unset else []), program, f'"$RUN/{layout.VERIFY_SCRIPT}"']
    return [*lines, "# the check", *_write(layout.VERIFY_SCRIPT, text, filled=False), " ".join(words)]
