"""launch: from a brief to a run whose agent has started."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from workcell import __version__
from workcell.base import clock, ids, json_codec
from workcell.base.errors import CannotCreate, Refused, Unreachable
from workcell.git import changes, forbidden
from workcell.launch import attempt, children, pinning, plan, start, workspace
from workcell.launch.options import Options
from workcell.rundir import find, layout, lease, ledger, locks, maildir, phase, seal, writer
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
    window: bool = True
    prepare: bool = False
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


def launch(request: Request) -> Result:
    """Create the run of one brief and start it, unless it is only to be prepared."""
    return create(check(request), request)


def check(request: Request, *, require_trust: bool = True) -> plan.Plan:
    """The plan, after every reason to refuse has been looked at; nothing is written.

    Without `require_trust` what the repository brings need not be trusted: for previews, which run nothing.
    """
    home.check(request.home)
    made = plan.make(request.brief, request.options, request.home)
    if require_trust:
        trust.require(made.home, made.top, made.tree, made.bring)
        pinning.playbooks_of(made.bring)
    children.narrow(made, request.caller)
    if request.window and not request.prepare:
        _check_tmux(request.home)
    workspace.check(made)
    sample = attempt.first(made, made.top, request.caller.asked_by())
    plan.check_programs(made.recipe, sample["argv"], made.env.get("PATH"))
    resource_limits.check(cast("cgroup.Bounds", made.limits))
    return made


def _check_tmux(root: str) -> None:
    version = tmux.version()
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
    server = tmux.server_of(root)
    if len(os.fsencode(server.socket)) > tmux.SOCKET_LIMIT:
        raise Refused(
            f"the path of the tmux socket is too long: {server.socket}", "choose a shorter WORKCELL_HOME or TMPDIR"
        )
    tmux.check_room(server)


def create(made: plan.Plan, request: Request) -> Result:
    """Write the run's directory, claim its tree, and start it."""
    home.ensure(request.home)
    runs = os.path.join(request.home, layout.RUNS)
    staged = os.path.join(runs, f"{layout.STAGED}{ids.token(8)}")
    held: writer.Writer | None = None
    notes: list[str] = list(made.notes)
    if made.verify is None:
        notes.append("no verify script: this run can end 'unverified' at best")
    place = workspace.make(made)
    claim: lease.Lease | None = None
    lock: int | None = None
    born = False
    # a worktree has the files of its commit, which need not be those that were compared in the repository's own tree
    pinning.require_tree(made, place.top, place.tree)
    try:
        os.mkdir(staged, 0o700)
        lock = locks.take(os.path.join(staged, layout.RUNNER_LOCK))
        if lock is None:
            raise CannotCreate(f"the new run directory {staged} is already locked by another process", "try again")
        claim = lease.claim(request.home, place.top, made.id, lambda run: find.is_live(request.home, run))
        workspace.snapshot(made, place)
        lines = _write_run(staged, made, place, os.path.basename(claim.path), request)
        head: schema.LedgerLine = {"by": "launch", "parent": children.parent(request.caller), "may": made.may}
        held = writer.create(made.run, head, lines)
        os.rename(staged, made.run)
        born = True
        seal.sync_directory(runs)
    except OSError as error:
        raise CannotCreate(
            f"cannot create the run in {runs}: {error.strerror}", "free some disk space, or set WORKCELL_HOME"
        ) from error
    finally:
        if not born:
            shutil.rmtree(staged, ignore_errors=True)
            if held is not None:
                os.unlink(ledger.path(made.run))
        if claim is not None:
            claim.close()
        if lock is not None:
            os.close(lock)
        if held is not None:
            held.close()
    notes += [*place.notes, *resource_limits.warnings(cast("cgroup.Bounds", made.limits))]
    if request.prepare:
        return Result(made.run, made.id, made.name, phase.CREATED, None, notes)
    seen = start.runner(made.run, 1)
    trouble = start.window(request.home, made.run, 1) if request.window else None
    return Result(made.run, made.id, made.name, seen.phase, trouble, notes)


def _write_run(
    staged: str, made: plan.Plan, place: workspace.Workspace, lease_name: str, request: Request
) -> list[schema.LedgerLine]:
    """Write the run into `staged`; the lines of its ledger behind the first one."""
    _make_directories(staged)
    env = json_codec.encode(env_record(made.env, made.fixed))
    seal.seal(staged, layout.ENV, env)
    seal.seal(staged, layout.RESCUE, compose.rescue(made, place.top).encode())
    record = _launch_record(made, place, lease_name, children.parent(request.caller))
    launched = json_codec.encode(record)
    seal.seal(staged, layout.LAUNCH, launched)
    intent = attempt.first(made, place.top, request.caller.asked_by(), later=request.prepare)
    files = attempt.Files(intent, made.brief.data, made.verify, pinning.of_plan(made, place.top))
    pinned = attempt.write(os.path.join(staged, layout.ATTEMPTS, layout.number(1)), files)
    seal.sync_directory(os.path.join(staged, layout.ATTEMPTS))
    seal.point(staged, layout.CURRENT, f"{layout.ATTEMPTS}/{layout.number(1)}")
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


def _launch_record(
    made: plan.Plan, place: workspace.Workspace, lease_name: str, parent: schema.Parent | None
) -> schema.Launch:
    """launch.json of the run."""
    return {
        "schema": "workcell.file.launch/2",
        "id": made.id,
        "name": made.name,
        "created_at": clock.stamp(),
        "repo": made.repo,
        "workspace": place.top,
        "worktree": place.own,
        "snapshot": place.snapshot,
        "base": {"head": place.tree.head, "branch": place.tree.branch} if place.tree else None,
        "git_error": made.git_error,
        "forbidden_before": forbidden.fingerprint(place.top, made.forbid) if made.forbid else None,
        "mark": changes.mark(place.tree) if made.forbid and place.tree else None,
        "lease": lease_name,
        "group": made.group,
        "labels": made.labels,
        "notify": made.notify,
        "parent": parent,
        "may": made.may,
        "workcell": __version__,
        "python": sys.executable,
    }


def env_record(env: dict[str, str], fixed: list[str]) -> schema.Env:
    """env.json: the whole environment of agent and verify, and the umask that files in the tree get.

    `fixed` names the values that brief, recipe, repository or configuration gave: a later shell does not replace them.
    """
    umask = os.umask(0o077)
    os.umask(umask)
    return {"schema": "workcell.file.env/1", "env": env, "fixed": fixed, "umask": umask}
