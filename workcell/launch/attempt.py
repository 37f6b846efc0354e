"""The intent of one attempt: what launch and resume seal into attempt.json."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from workcell.approvals import rules
from workcell.base import clock, digest, ids, json_codec
from workcell.base.light_dataclass import dataclass
from workcell.launch import plan
from workcell.launch import ports as port_numbers
from workcell.rundir import layout, seal
from workcell.texts import compose, recipe, recipe_hook

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.texts.values import RecipeSettings

ROLL_BYTES = 4_000_000
WORD_LIMIT = 100_000
"""Bytes of one word of a command; Linux refuses to start a program with one of 128 KiB (MAX_ARG_STRLEN)."""
BY_A_PERSON: schema.AskedBy = {"who": "person", "playbook": None}
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Carried(TypedDict):
    """The keys of attempt.json that every attempt of a run carries over, from brief, recipe, repository and config."""

    objective: str
    recipe: schema.RecipeRecord
    ignore_repo: NotRequired[bool]
    approvals: NotRequired[schema.RuleGate | None]
    model: NotRequired[str | None]
    args: NotRequired[list[str]]
    standby: NotRequired[bool]
    setup: list[str]
    prose: str
    io: schema.AgentIo
    stdin: schema.AgentStdin
    stderr: schema.AgentStderr
    terminal: schema.Terminal
    reader: str
    typing: NotRequired[schema.Typing | None]
    roll_bytes: int
    cwd: str
    dir: NotRequired[str]
    env_names: list[str]
    secrets: list[str]
    verify: schema.Pinned | None
    forbid: list[str]
    require: schema.Require
    share: NotRequired[schema.Share | None]
    limits: schema.Limits
    steps: list[schema.Step]
    steps_since: NotRequired[int]


class Own(TypedDict):
    """The keys of attempt.json that belong to one attempt and are never carried over to the next."""

    schema: Literal["workcell.file.attempt/1"]
    attempt: int
    asked_at: schema.Time
    asked_by: schema.AskedBy
    follows: int | None
    start: schema.StartWhen
    argv: list[str]
    prompt: str
    agent_session: str
    native: bool
    seed: dict[str, str]
    adopted: NotRequired[schema.AdoptedFile]
    native_why: NotRequired[str]
    messages: NotRequired[list[str]]
    brief_given: NotRequired[int]
    policy_sha256: NotRequired[schema.Sha256]
    ports: NotRequired[dict[str, int]]
    ports_before: NotRequired[dict[str, int]]


@dataclass(frozen=True)
class Opening:
    """One attempt that is opened: of which run, as which number, with which brief, and who asked for it."""

    run: str
    """Directory of the run."""
    n: int
    name: str
    """Name of the run."""
    brief: bytes
    """The content of brief.md."""
    asked_by: schema.AskedBy
    later: bool = False
    """Whether a person starts it later."""
    conversation: str | None = None
    """Id of the agent's conversation that the attempt continues; None begins a new one."""
    told: str | None = None
    """What the agent is told in place of the prompt with its brief; empty where it goes on in the middle of a turn."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """The TCP ports of the attempt by name of their variable."""
    ports_before: Mapping[str, int] = field(default_factory=dict)
    """Those of the attempt before that have another number now."""


@dataclass(frozen=True)
class Files:
    """What an attempt is opened with: the content of its attempt.json, brief.md, verify.sh and policy.json."""

    intent: schema.Attempt
    brief: bytes
    verify: bytes | None
    policy: bytes | None


def first(
    made: plan.Plan,
    workspace: str,
    asked_by: schema.AskedBy,
    *,
    later: bool = False,
    run: str | None = None,
    ports: Mapping[str, int] | None = None,
) -> schema.Attempt:
    """attempt.json of the first attempt of a plan. Raises Invalid as `fill`.

    `workspace` is the top of the tree that the agent works in; `run` is the directory of the run, where it is another
    one than the plan's. `ports` are the numbers of its ports, where they are known.
    """
    adopted = made.adopted
    opening = Opening(
        run or made.run,
        1,
        made.name,
        made.brief.data,
        asked_by,
        later,
        conversation=None if adopted is None else adopted.session,
        ports=ports if ports is not None else {},
    )
    filled = fill(from_plan(made, workspace), opening)
    if adopted is not None:
        filled["adopted"] = {"file": adopted.path, "size": adopted.size, "inode": adopted.inode}
    return filled


def from_plan(made: plan.Plan, workspace: str) -> Carried:
    """The keys that a plan gives to every attempt of its run."""
    values = made.recipe.values
    return {
        "objective": made.objective,
        "recipe": record_of(made.recipe),
        "ignore_repo": made.ignore_repo,
        "approvals": rules.gate(made.rules.pinned(made.top, made.recipe.name, workspace)),
        "model": made.model,
        "args": made.args,
        "standby": made.standby,
        "setup": made.setup,
        "prose": made.prose,
        "io": values["io"],
        "stdin": values["stdin"],
        "stderr": values["stderr"],
        "terminal": values["terminal"],
        "reader": values["reader"],
        "typing": values["typing"],
        "roll_bytes": ROLL_BYTES,
        "cwd": workspace,
        "dir": made.dir,
        "env_names": made.env_names,
        "secrets": made.secrets,
        "verify": pin(made.verify),
        "forbid": made.forbid,
        "require": {"clean": made.clean},
        "share": made.share,
        "limits": made.limits,
        "steps": [
            {"step": step.number, "title": step.title, "sha256": digest.sha256(step.text.encode()), "text": step.text}
            for step in made.brief.steps
        ],
    }


def pin(script: bytes | None) -> schema.Pinned | None:
    """`verify` of attempt.json for that script."""
    return None if script is None else {"sha256": digest.sha256(script)}


def carried(attempt: schema.Attempt) -> Carried:
    """The keys of a sealed attempt that the next one carries over; those of a newer workcell are among them."""
    kept: Any = {key: value for key, value in attempt.items() if key not in Own.__annotations__}
    found: Carried = kept
    return found


def with_recipe(intent: Carried, chosen: recipe.Recipe, settings: RecipeSettings | None = None) -> Carried:
    """`intent` with another recipe: its record, and the keys that a recipe alone decides.

    A model and arguments were meant for the program before: only those that `settings`, of config.yaml, has stay.
    """
    values = chosen.values
    return {
        **intent,
        "recipe": record_of(chosen),
        "model": settings["model"] if settings else None,
        "args": list((settings["args"] if settings else None) or []),
        "io": values["io"],
        "stdin": values["stdin"],
        "stderr": values["stderr"],
        "terminal": values["terminal"],
        "reader": values["reader"],
        "typing": values["typing"],
        "secrets": sorted({*intent["secrets"], *values["secrets"]}),
        "env_names": sorted({*intent["env_names"], *values["env"]}),
    }


def record_of(found: recipe.Recipe) -> schema.RecipeRecord:
    """A recipe as attempt.json holds it: its values, and the files that they came from."""
    return {"name": found.name, "origins": found.origins, "sources": found.sources, "values": found.values}


def variables(intent: Carried, opening: Opening, session: str) -> recipe.Variables:
    """What recipes may name in {{ }}."""
    directory = layout.attempt(opening.run, opening.n)
    return {
        "run": os.path.basename(opening.run),
        "name": opening.name,
        "attempt": opening.n,
        "run_dir": opening.run,
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


def fill(intent: Carried, opening: Opening) -> schema.Attempt:
    """The whole attempt.json. Invalid when the recipe names a variable that there is not."""
    session = opening.conversation or ids.uuid()
    named = variables(intent, opening, session)
    used = _used(intent, opening, named)
    values = used["recipe"]["values"]
    brief = opening.brief.decode("utf-8", "replace")
    prompt = opening.told
    if prompt is None:
        around: compose.Surroundings = {
            "prose": intent["prose"],
            "ports": port_numbers.told(opening.ports, opening.ports_before),
            "standby": bool(intent.get("standby")),
            "checked": intent.get("verify") is not None,
            "shared": intent.get("share") is not None,
        }
        prompt = compose.prompt(values["prompt"], named, brief, around)
    prompt = prompt.replace("\0", "")
    named["prompt"] = prompt
    own: Own = {
        "schema": "workcell.file.attempt/1",
        "attempt": opening.n,
        "asked_at": clock.stamp(),
        "asked_by": opening.asked_by,
        "follows": opening.n - 1 or None,
        "start": "later" if opening.later else "now",
        "argv": _command(used, opening, named),
        "prompt": prompt,
        "agent_session": session,
        "native": opening.conversation is not None,
        "seed": recipe.seeds(values, named, _where(intent, "seed")),
    }
    if opening.ports:
        own["ports"] = dict(opening.ports)
    if opening.ports_before:
        own["ports_before"] = dict(opening.ports_before)
    both: Any = {**own, **intent}
    filled: schema.Attempt = both
    return filled


def _used(intent: Carried, opening: Opening, named: recipe.Variables) -> Carried:
    """`intent` with the recipe as it is launched: with the hook that decides, where rules hold or it shares a tree."""
    chosen, gate = intent["recipe"], intent.get("approvals")
    approvals = chosen["values"].get("approvals")
    share = intent.get("share")
    if (gate is None and share is None) or not approvals:
        return intent
    words = [
        *(sys.executable, "-I", "-S", os.path.join(_PACKAGE, "faces", "approval_hook.py"), intent["reader"]),
        *(opening.run, str(opening.n), _told_to_ask(intent, approvals.get("ask") or "deny"), gate or "none"),
        *([f"{share['wait_seconds']:g}", intent["cwd"]] if share is not None else []),
    ]
    # whatever keeps it from its answer, a missing interpreter too, forbids where a rule denies: hooks fail open
    named["approval_hook"] = shlex.join(words) + (" || exit 2" if gate == "closed" else "")
    return {**intent, "recipe": {**chosen, "values": recipe_hook.added(chosen["values"])}}


def _told_to_ask(intent: Carried, ask: schema.RuleAsk) -> schema.RuleAsk:
    """What the program is told where a rule asks, by a recipe that says `ask`.

    It defers a call only where its end is read in what it records, and where its conversation can go on without a word.
    """
    values = intent["recipe"]["values"]
    if ask != "defer":
        return ask
    if intent["io"] == "terminal":
        return "ask"
    able = values.get("resume") and intent["stdin"] == "prompt" and intent["reader"] != "none"
    return "defer" if able and values.get("capture") != "off" else "deny"


def _command(intent: Carried, opening: Opening, named: recipe.Variables) -> list[str]:
    """What is executed; the recipe's `resume` where a conversation goes on."""
    values = intent["recipe"]["values"]
    native = opening.conversation is not None
    words = values["resume"] if native else values["command"]
    where = _where(intent, "resume" if native else "command")
    if intent.get("ignore_repo"):
        words = recipe.with_arguments(words, values.get("ignore_repo", []))
    words = _with_own(words, intent, named)
    argv = [recipe.render(word, named, where) for word in words]
    if any(len(word.encode("utf-8", "replace")) > WORD_LIMIT for word in argv):
        short = f"Your whole task is in the file {named['brief']}: read it first, then do it."
        argv = [recipe.render(word, {**named, "prompt": short}, where) for word in words]
    if opening.n == 1 and intent["setup"]:
        argv = ["bash", "-c", _setup(intent), "setup", *argv]
    return argv


def _setup(intent: Carried) -> str:
    """A script for bash: the commands of the repository at the top of its tree, then its arguments where it started."""
    commands = "\n".join(intent["setup"])
    if not intent.get("dir"):
        return f'set -eu\n{commands}\nexec "$@"\n'
    return f'set -eu\nstart_place=$PWD\ncd {shlex.quote(intent["cwd"])}\n{commands}\ncd "$start_place"\nexec "$@"\n'


def _with_own(words: list[str], intent: Carried, named: recipe.Variables) -> list[str]:
    """A command with the model and the arguments of the run; a line for bash has them as its `$@`."""
    values, model = intent["recipe"]["values"], intent.get("model")
    more = list(intent.get("args") or [])
    if model is not None:
        where = _where(intent, "model")
        more = [*(recipe.render(word, {**named, "model": model}, where) for word in values.get("model", [])), *more]
    if more and len(words) == 3 and words[:2] == ["bash", "-c"]:
        words = [*words, "bash"]
    return recipe.with_arguments(words, [recipe.literal(word) for word in more])


def _where(intent: Carried, key: str) -> str:
    """The place of a recipe's key, for words about it."""
    chosen = intent["recipe"]
    sources: Mapping[str, str] = chosen.get("sources", {})
    name, place = chosen["name"], sources.get(key)
    return f"{place}: recipe {name!r}, {key}" if place else f"recipe {name!r}, {key}"


def write(directory: str, files: Files, handoff: bytes | None = None) -> dict[str, bytes]:
    """Write an attempt into `directory`, which is staged: no other process looks at it before it is renamed.

    The sha256 of the policy goes into attempt.json as `policy_sha256`. The answer is what the ledger must know by its
    hash, by name relative to the attempt.
    """
    os.mkdir(directory, 0o700)
    os.mkdir(os.path.join(directory, layout.AGENT_DIR), 0o700)
    intent = files.intent
    pinned = {layout.BRIEF: files.brief}
    seal.stage(directory, layout.BRIEF, files.brief)
    if files.policy is not None:
        pinned[layout.POLICY] = files.policy
        seal.stage(directory, layout.POLICY, files.policy)
        intent = {**intent, "policy_sha256": digest.sha256(files.policy)}
    if files.verify is not None:
        pinned[layout.VERIFY_SCRIPT] = files.verify
        seal.stage(directory, layout.VERIFY_SCRIPT, files.verify, 0o500)
    if handoff is not None:
        seal.stage(directory, layout.HANDOFF, handoff)
    for name, text in intent.get("seed", {}).items():
        folder = os.path.join(directory, os.path.dirname(name))
        os.makedirs(folder, 0o700, exist_ok=True)
        pinned[name] = text.encode("utf-8", "surrogateescape")
        seal.stage(directory, name, pinned[name])
        seal.sync_directory(folder)
    pinned[layout.ATTEMPT] = json_codec.encode(intent)
    seal.stage(directory, layout.ATTEMPT, pinned[layout.ATTEMPT])
    seal.sync_directory(directory)
    return pinned
