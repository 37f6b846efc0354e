"""launch: from a brief to a run whose agent has started."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple, cast

from workcell import __version__
from workcell.accounts import holds
from workcell.base import clock, ids, json_codec
from workcell.base.errors import CannotCreate, Invalid, Refused, Unreachable
from workcell.base.light_dataclass import dataclass
from workcell.launch import (
    attempt,
    busy_tree,
    children,
    pinning,
    plan,
    plan_standby,
    plan_verify,
    ports,
    start,
    workspace,
)
from workcell.launch.options import Options
from workcell.rundir import (
    find,
    heartbeat,
    layout,
    ledger,
    locks,
    look,
    maildir,
    needs,
    no_tree,
    phase,
    seal,
    session_lease,
    writer,
)
from workcell.rundir import home_creation as home
from workcell.system import cgroup, resource_limits, tmux
from workcell.texts import compose
from workcell.trust import access, trust

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Request:
    home: str
    brief: str
    options: Options = field(default_factory=Options)
    text: bytes | None = None
    """The brief itself, where it stands in no file; `brief` then says where it came from."""
    window: bool = True
    prepare: bool = False
    now: bool = False
    """Start it also while its account is held."""
    caller: access.Caller = access.OUTSIDE


@dataclass(frozen=True)
class Result:
    run: str
    id: str
    name: str
    phase: str
    window: str | None
    """Why there is no window; None when there is one, or none was wanted."""
    notes: list[str]
    ports: dict[str, int] = field(default_factory=dict)
    """Its TCP ports, by name of their variable."""


def launch(request: Request) -> Result:
    """Create the run of one brief and start it, unless it is only to be prepared."""
    children.check_room(request.home, request.caller)
    return create(check(request), request)


def check(request: Request, *, preview: bool = False) -> plan.Plan:
    """The plan, after every reason to refuse has been looked at; nothing is written.

    A preview runs nothing: what the repository brings need not be trusted for it, and a program that is not installed
    is told in the plan's notes.
    """
    home.check(request.home)
    made = plan.make(request.brief, request.options, request.home, request.text)
    if not preview:
        trust.require(made.home, made.top, made.tree, made.bring)
        pinning.playbooks_of(made.bring)
    children.narrow(made, request.caller)
    workspace.check(made)
    plan_standby.check(made, preview=preview)
    sample = attempt.first(made, made.top, request.caller.asked_by())
    try:
        if request.window and not request.prepare:
            _check_tmux(request.home)
        plan.check_programs(made.recipe, sample["argv"], made.env.get("PATH"))
    except (Invalid, Unreachable) as error:
        if not preview:
            raise
        made.notes.append(f"launch would refuse this here: {error.message}")
    resource_limits.check(cast("cgroup.Bounds", made.limits))
    return made


def _check_tmux(root: str) -> None:
    server = tmux.server_of(root)
    running = tmux.running(server)
    version = running.version if running is not None else tmux.version()
    if version is None:
        raise Unreachable(
            "tmux is not installed",
            "install it (apt-get install tmux, brew install tmux), or launch with --no-window",
        )
    if version < tmux.MIN_VERSION:
        need = ".".join(map(str, tmux.MIN_VERSION))
        raise Unreachable(
            f"tmux {version[0]}.{version[1]} is too old: {need} is needed", "update it, or launch with --no-window"
        )
    if len(os.fsencode(server.socket)) > tmux.SOCKET_LIMIT:
        raise Refused(
            f"the path of the tmux socket is too long: {server.socket}", "choose a shorter WORKCELL_HOME or TMPDIR"
        )
    tmux.check_room(running)


def create(made: plan.Plan, request: Request) -> Result:
    """Write the run's directory, claim its tree, and start it."""
    home.ensure(request.home)
    with children.room(request.home, request.caller):
        born = _write(made, request)
    children.tell(request.caller, made.id, made.name)
    notes = [*born.notes, *_namesakes(request.home, made)]
    held_back = None if request.prepare or request.now else _held(request.home, made.run)
    notes += [] if held_back is None else [held_back]
    if request.prepare or held_back is not None:
        return Result(made.run, made.id, made.name, phase.CREATED, None, notes, born.ports)
    seen = start.runner(made.run, 1)
    trouble = start.window(request.home, made.run, 1) if request.window else None
    return Result(made.run, made.id, made.name, seen.phase, trouble, notes, born.ports)


def _namesakes(home: str, made: plan.Plan) -> list[str]:
    """What a person should know where other live runs have the name of this one: how it is addressed."""
    others = [run for run in find.live_of_name(home, made.name) if run != made.id]
    if not others:
        return []
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    named = f"{len(others) + 1} live runs are named {made.name!r}: {', '.join([made.id, *others[:3]])}{more}"
    return [f"{named}; name each by its id, e.g. workcell status {made.id}"]


class _Born(NamedTuple):
    """A run whose directory stands."""

    notes: list[str]
    """What a person should know of how it was made."""
    ports: dict[str, int]


def _write(made: plan.Plan, request: Request) -> _Born:
    """Make the tree of the run, claim it, and write the run's directory and ledger."""
    runs = os.path.join(request.home, layout.RUNS)
    staged = os.path.join(runs, f"{layout.STAGED}{ids.token(8)}")
    held: writer.Writer | None = None
    notes = [*made.notes, *([_unchecked(made)] if made.verify is None else [])]
    place = workspace.make(made)
    claims = ExitStack()
    lock: int | None = None
    born = False
    # a worktree has the files of its commit, which need not be those that were compared in the repository's own tree
    pinning.require_tree(made, place.top, place.tree)
    try:
        os.mkdir(staged, 0o700)
        lock = locks.take(os.path.join(staged, layout.RUNNER_LOCK))
        if lock is None:
            raise CannotCreate(f"the new run directory {staged} is already locked by another process", "try again")
        lease_name = _claim_tree(request.home, made, place, claims)
        _claim_session(request.home, made, claims)
        taken = claims.enter_context(ports.claim(request.home, made.id, made.ports, {}))
        workspace.snapshot(made, place)
        lines = _write_run(staged, made, place, lease_name, taken.numbers, request)
        head: schema.LedgerLine = {"by": "launch", "parent": children.parent(request.caller), "may": made.may}
        held = writer.create(made.run, head, lines)
        children.enter(request.home, request.caller, made.id)
        children.watch(request.home, request.caller, request.options, made.id)
        os.rename(staged, made.run)
        born = True
        seal.sync_directory(runs)
    except OSError as error:
        raise CannotCreate(
            f"cannot create the run in {runs}: {error.strerror}", "free some disk space, or set WORKCELL_HOME"
        ) from error
    finally:
        if not born:
            _discard(staged)
            children.unwatch(request.home, request.options, made.id)
            if held is not None:
                os.unlink(ledger.path(made.run))
        claims.close()
        if lock is not None:
            os.close(lock)
        if held is not None:
            held.close()
    notes += [*place.notes, *resource_limits.warnings(cast("cgroup.Bounds", made.limits))]
    return _Born(notes, taken.numbers)


def _discard(staged: str) -> None:
    import shutil

    shutil.rmtree(staged, ignore_errors=True)


def _claim_tree(root: str, made: plan.Plan, place: workspace.Workspace, claims: ExitStack) -> str:
    """Claim the tree of the run; the name of its lease, empty for a run without a tree. Raises as `busy_tree.claim`."""
    if made.no_tree:
        return ""
    shared = made.share is not None
    claim = busy_tree.claim(root, place.top, made.id, worktree=_splits(made), shared=shared)
    return os.path.basename(claims.enter_context(claim).path)


def _claim_session(root: str, made: plan.Plan, claims: ExitStack) -> None:
    """Claim the session that the run goes on with, if it does. Refused where another run of the home has it."""
    if made.adopted is None:
        return
    agent, session = made.adopted.agent, made.adopted.session
    claims.enter_context(
        session_lease.claim(root, agent, session, made.id, lambda run: os.path.isdir(find.path_of(root, run)))
    )


def _splits(made: plan.Plan) -> bool:
    """Whether the run could have a worktree of its own in place of the tree."""
    return made.worktree is None and made.tree is not None and made.tree.head is not None


def _held(root: str, run: str) -> str | None:
    """Why a run that was just made does not start, and when it will; None where its account is not held.

    A tick starts what was created, once its account is free: nothing has to be written down for that.
    """
    hold = holds.held(root, holds.account(run, look.at(run).attempt))
    if hold is None:
        return None
    until = f"until {hold['until_at']}" if hold["until_at"] else "until a person or a probe lifts the hold"
    missing = heartbeat.missing(root)
    starts = "the watchdog starts it then" if missing is None else f"then {needs.not_started(missing)}"
    name = os.path.basename(run)
    return f"not started: its account is held {until} ({hold['why']}); {starts}, 'workcell resume {name}' starts it now"


def _unchecked(made: plan.Plan) -> str:
    """What a person should know of a run without a check."""
    said = made.origins["verify"]
    if said == plan_verify.BUILT_IN:
        return "no verify script: this run can end 'unverified' at best; --verify COMMAND gives it a check"
    return f"no verify script, as was asked ({said}): this run can end 'unverified' at best"


def _write_run(
    staged: str,
    made: plan.Plan,
    place: workspace.Workspace,
    lease_name: str,
    numbers: dict[str, int],
    request: Request,
) -> list[schema.LedgerLine]:
    """Write the run into `staged`; the lines of its ledger behind the first one."""
    _make_directories(staged)
    if made.no_tree:
        os.mkdir(no_tree.place(staged), 0o700)
    env = json_codec.encode(env_record(made.env, made.fixed))
    seal.stage(staged, layout.ENV, env)
    seal.stage(staged, layout.RESCUE, compose.rescue(made, place.top).encode())
    record = _launch_record(made, place, lease_name, children.parent(request.caller))
    launched = json_codec.encode(record)
    seal.stage(staged, layout.LAUNCH, launched)
    intent = attempt.first(made, place.top, request.caller.asked_by(), later=request.prepare, ports=numbers)
    files = attempt.Files(intent, made.brief.data, made.verify, pinning.of_plan(made, place.top))
    pinned = attempt.write(os.path.join(staged, layout.ATTEMPTS, layout.number(1)), files)
    seal.sync_directory(os.path.join(staged, layout.ATTEMPTS))
    os.symlink(f"{layout.ATTEMPTS}/{layout.number(1)}", os.path.join(staged, layout.CURRENT))
    for name in layout.LINKS:
        os.symlink(f"{layout.CURRENT}/{name}", os.path.join(staged, name))
    seal.sync_directory(staged)
    of_the_run = writer.pins(0, {layout.LAUNCH: launched, layout.ENV: env})
    return [*of_the_run, *writer.pins(1, pinned), {"attempt": 1, "born": True, "at": record["created_at"]}]


def _make_directories(staged: str) -> None:
    for name in (layout.ATTEMPTS, layout.USER):
        os.mkdir(os.path.join(staged, name), 0o700)
    for box in (layout.INBOX, layout.SPOOL):
        for part in ("", maildir.TMP, maildir.NEW, maildir.CUR):
            os.makedirs(os.path.join(staged, box, part), 0o700, exist_ok=True)


def _before(place: workspace.Workspace, made: plan.Plan) -> tuple[schema.Fingerprint | None, schema.Mark | None]:
    """What lies under the forbidden paths, and where the repository is, before an agent touches either."""
    if not made.forbid and made.share is None:
        return None, None
    from workcell.git import changes, forbidden

    fingerprint = forbidden.fingerprint(place.top, made.forbid) if made.forbid else None
    return fingerprint, changes.mark(place.tree) if place.tree else None


def _launch_record(
    made: plan.Plan, place: workspace.Workspace, lease_name: str, parent: schema.Parent | None
) -> schema.Launch:
    """launch.json of the run."""
    fingerprint, mark = _before(place, made)
    record: schema.Launch = {
        "schema": "workcell.file.launch/2",
        "id": made.id,
        "name": made.name,
        "created_at": clock.stamp(),
        "repo": place.top if made.no_tree else made.repo,
        "workspace": place.top,
        "worktree": place.own,
        "snapshot": place.snapshot,
        "base": {"head": place.tree.head, "branch": place.tree.branch} if place.tree else None,
        "git_error": made.git_error,
        "forbidden_before": fingerprint,
        "mark": mark,
        "lease": lease_name,
        "group": made.group,
        "labels": made.labels,
        "notify": made.notify,
        "parent": parent,
        "may": made.may,
        "plan": made.of_plan,
        "workcell": __version__,
        "python": sys.executable,
    }
    if made.no_tree:
        record["tree"] = no_tree.NONE
    return record


def env_record(env: dict[str, str], fixed: list[str]) -> schema.Env:
    """env.json: the whole environment of agent and verify, and the umask that files in the tree get.

    `fixed` names the values that brief, recipe, repository or configuration gave: a later shell does not replace them.
    """
    umask = os.umask(0o077)
    os.umask(umask)
    return {"schema": "workcell.file.env/1", "env": env, "fixed": fixed, "umask": umask}
