"""The intent of one attempt: what launch and resume seal into attempt.json."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from workcell.base import clock, digest, json_codec
from workcell.launch import plan
from workcell.rundir import layout, seal
from workcell.texts import compose, recipe

if TYPE_CHECKING:
    from workcell.rundir import schema

ROLL_BYTES = 4_000_000
WORD_LIMIT = 100_000
"""Bytes of one word of a command; Linux refuses to start a program with one of 128 KiB (MAX_ARG_STRLEN)."""
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def from_plan(made: plan.Plan, workspace: str) -> dict[str, Any]:
    """What every attempt of a run carries over, from brief, recipe, repository and configuration."""
    values = made.recipe.values
    return {
        "objective": made.objective,
        "recipe": of_found(made.recipe),
        "ignore_repo": made.ignore_repo,
        "setup": made.setup,
        "prose": made.prose,
        **of_recipe(values),
        "roll_bytes": ROLL_BYTES,
        "cwd": workspace,
        "env_names": made.env_names,
        "secrets": made.secrets,
        "verify": made.verify and {"sha256": digest.sha256(made.verify)},
        "forbid": made.forbid,
        "require": {"clean": made.clean},
        "limits": made.limits,
        "steps": [
            {"step": step.number, "title": step.title, "sha256": digest.sha256(step.text.encode()), "text": step.text}
            for step in made.brief.steps
        ],
    }


def of_found(found: recipe.Recipe) -> dict[str, Any]:
    """A recipe as attempt.json holds it: its values, and the files that they came from."""
    return {"name": found.name, "origins": found.origins, "sources": found.sources, "values": found.values}


def of_recipe(values: dict[str, Any]) -> dict[str, Any]:
    """The keys of attempt.json that a recipe alone decides."""
    return {key: values.get(key) for key in ("io", "stdin", "stderr", "terminal", "reader", "typing")}


def variables(run: str, n: int, name: str, session: str, intent: dict[str, Any]) -> dict[str, Any]:
    """What recipes may name in {{ }}."""
    directory = layout.attempt(run, n)
    return {
        "run": os.path.basename(run),
        "name": name,
        "attempt": n,
        "run_dir": run,
        "attempt_dir": directory,
        "agent_dir": os.path.join(directory, layout.AGENT_DIR),
        "brief": os.path.join(directory, layout.BRIEF),
        "handoff": os.path.join(directory, layout.HANDOFF),
        "workspace": intent["cwd"],
        "objective": intent["objective"],
        "session": session,
        "python": sys.executable,
        "package": _PACKAGE,
    }


def fill(
    intent: dict[str, Any],
    *,
    run: str,
    n: int,
    name: str,
    session: str,
    brief_text: str,
    asked_by: schema.AskedBy,
    follows: int | None,
    later: bool,
    native: bool = False,
) -> dict[str, Any]:
    """The whole attempt.json. Invalid when the recipe names a variable that there is not.

    With `native` the recipe's `resume` words are used, and `session` is the conversation that goes on.
    """
    named = variables(run, n, name, session, intent)
    values = intent["recipe"]["values"]
    prompt = compose.prompt(values["prompt"], named, brief_text, intent["prose"]).replace("\0", "")
    named["prompt"] = prompt
    key = "resume" if native else "command"
    where = _where(intent, key)
    words = values[key]
    if intent.get("ignore_repo"):
        words = recipe.with_arguments(words, values.get("ignore_repo") or [])
    argv = [recipe.render(word, named, where) for word in words]
    if any(len(word.encode("utf-8", "replace")) > WORD_LIMIT for word in argv):
        short = {**named, "prompt": f"Your whole task is in the file {named['brief']}: read it first, then do it."}
        argv = [recipe.render(word, short, where) for word in words]
    seeded = recipe.seeds(values, named, _where(intent, "seed"))
    if n == 1 and intent["setup"]:
        argv = ["bash", "-c", "set -eu\n" + "\n".join(intent["setup"]) + '\nexec "$@"\n', "setup", *argv]
    return {
        "schema": "workcell.file.attempt/1",
        "attempt": n,
        "asked_at": clock.stamp(),
        "asked_by": asked_by,
        "follows": follows,
        "start": "later" if later else "now",
        **{key: value for key, value in intent.items() if key not in _OWN},
        "argv": argv,
        "prompt": prompt,
        "agent_session": session,
        "native": native,
        "seed": seeded,
    }


def _where(intent: dict[str, Any], key: str) -> str:
    """The place of a recipe's key, for words about it."""
    name, place = intent["recipe"]["name"], (intent["recipe"].get("sources") or {}).get(key)
    return f"{place}: recipe {name!r}, {key}" if place else f"recipe {name!r}, {key}"


_OWN = (
    *("schema", "attempt", "asked_at", "asked_by", "follows", "start", "argv", "prompt", "agent_session"),
    *("native", "native_why", "brief_given", "seed", "messages", "policy_sha256"),
)
"""Keys that belong to one attempt and are never carried over to the next."""


def write(
    directory: str,
    brief: bytes,
    verify: bytes | None,
    intent: dict[str, Any],
    handoff: bytes | None,
    policy: bytes | None = None,
) -> dict[str, bytes]:
    """Write an attempt into `directory`, which is staged: nobody sees it before it is renamed.

    The sha256 of `policy` goes into attempt.json as `policy_sha256`. The answer is what the ledger must know by its
    hash, by name relative to the attempt.
    """
    os.mkdir(directory, 0o700)
    os.mkdir(os.path.join(directory, layout.AGENT_DIR), 0o700)
    pinned = {layout.BRIEF: brief}
    seal.seal(directory, layout.BRIEF, brief)
    if policy is not None:
        pinned[layout.POLICY] = policy
        seal.seal(directory, layout.POLICY, policy)
        intent = {**intent, "policy_sha256": digest.sha256(policy)}
    if verify is not None:
        pinned[layout.VERIFY_SCRIPT] = verify
        seal.seal(directory, layout.VERIFY_SCRIPT, verify, 0o500)
    if handoff is not None:
        seal.seal(directory, layout.HANDOFF, handoff)
    for name, text in (intent.get("seed") or {}).items():
        folder, _, file = name.rpartition("/")
        if folder:
            os.makedirs(os.path.join(directory, folder), 0o700, exist_ok=True)
        pinned[name] = text.encode("utf-8", "surrogateescape")
        seal.seal(os.path.join(directory, folder), file, pinned[name])
    pinned[layout.ATTEMPT] = json_codec.encode(intent)
    seal.seal(directory, layout.ATTEMPT, pinned[layout.ATTEMPT])
    return pinned
