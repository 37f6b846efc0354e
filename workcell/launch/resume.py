"""resume: the next attempt of a run, from its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.approvals import rules
from workcell.base import digest, json_codec
from workcell.base.errors import CannotCreate, Refused
from workcell.base.light_dataclass import dataclass
from workcell.cleaning import run_cleaner
from workcell.finish import of_plan, settle, verify_script
from workcell.launch import attempt as attempts
from workcell.launch import (
    busy_tree,
    children,
    plan,
    plan_share,
    plan_tree,
    ports,
    resume_agent,
    resume_checks,
    resume_conversation,
    resume_environment,
    resume_limits,
    resume_place,
    resume_recipe,
    resume_trust,
    resume_unbegun,
    resume_unheard,
    resume_wake,
    start,
)
from workcell.launch.options import Options
from workcell.rundir import (
    adopt,
    deferred,
    family,
    inbox,
    inbox_edits,
    layout,
    look,
    no_tree,
    phase,
    safe_open,
    seal,
    standby,
)
from workcell.rundir import env as environment
from workcell.rundir import home_creation as homes
from workcell.system import resource_limits
from workcell.texts import config
from workcell.texts import recipe as recipes
from workcell.trust import access

if TYPE_CHECKING:
    from workcell.rundir import schema

HANDOFF_LIMIT = 1 << 26
"""Bytes of a handoff that the next attempt begins with."""


@dataclass(frozen=True)
class Request:
    home: str
    run: str
    brief: str | None = None
    recipe: str | None = None
    window: bool = True
    dry_run: bool = False
    native: bool = False
    """Continue the agent's own conversation, where its recipe can and the conversation is still there."""
    attempt: int | None = None
    """Only if this attempt is the current one and waits to go on, or is over where `by` names a proposal: for a caller
    that decided on an earlier look."""
    renew_policy: bool = False
    """Pin what steers automation anew, from the tree as it is now."""
    ignore_repo: bool = False
    """Take nothing from the repository that executes or steers."""
    raised: resume_limits.Raised = field(default_factory=resume_limits.Raised)
    told: resume_agent.Told = field(default_factory=resume_agent.Told)
    steps_anew: bool = False
    """Run all steps of a runbook again, also those that ended well."""
    by: schema.AskedBy = field(default_factory=lambda: attempts.BY_A_PERSON)
    shell: Mapping[str, str] = field(default_factory=dict)
    """The environment variables of the person who asks; they replace those that the run took over."""
    caller: access.Caller = access.OUTSIDE
    """Of a caller inside a run, `by` is that run."""
    unattended: bool = False
    """A tick starts what was created and never begun: `by` is who asked for that attempt, and is not there now."""


@dataclass(frozen=True)
class Result:
    run: str
    id: str
    attempt: int
    phase: str
    window: str | None
    brief: str
    """The text of the attempt's brief.md."""
    how: str = "artifacts"
    """native, or artifacts: from the run's files."""
    how_why: str | None = None
    """Why it is not native although that was asked for."""


def resume(request: Request) -> Result:
    """Open and start the next attempt; of an attempt that was never started, start that one.

    Raises Refused when the run lives or passed without a new brief, TryAgain when another process was first.
    """
    run = request.run
    if request.caller.inside:
        request = replace(request, by=request.caller.asked_by())
    # a verify script may run for an hour: a caller that has just looked settles nothing
    seen = look.at(run) if request.dry_run or request.attempt is not None else settle.settle(run)
    resume_checks.check(seen, request)
    request = resume_checks.woken(seen, request)
    asked = resume_trust.Asked(
        request.home,
        _by_a_person(request),
        renew=request.renew_policy,
        ignore=request.ignore_repo,
        preview=request.dry_run,
    )
    anew = request.brief is not None or request.recipe is not None or request.renew_policy or request.ignore_repo
    anew = anew or request.raised != resume_limits.Raised() or request.steps_anew or request.told != resume_agent.Told()
    unread = resume_unbegun.letters(seen)
    anew = anew or bool(unread)
    if seen.phase == phase.CREATED and not anew:
        if not request.dry_run:
            resume_trust.settle(asked, seen, _stored(seen), None)
        if request.dry_run:
            return Result(run, seen.id, seen.n, seen.phase, None, _text(seen, layout.BRIEF))
        return _started(request, seen.n)
    judged = request.by.get("who") in ("playbook", deferred.APPROVAL, standby.MESSAGE)
    if request.brief is None and not judged and not unread:
        resume_limits.check(seen, request.raised)
    made = _plan(request, seen, resume_trust.ignores(asked, seen))
    before = ports.of(seen.attempt) if seen.attempt is not None else {}
    names = made.ports if made is not None else list(before)
    if request.dry_run:
        files = _files(request, seen, made, asked, ports.preview(request.home, seen.id, names, before))
    else:
        with ports.claim(request.home, seen.id, names, before) as taken, inbox_edits.paused(run):
            files = _files(request, seen, made, asked, taken.numbers)
            _open(request, seen, files, made)
    how = "native" if files.intent.get("native") else "artifacts"
    why = files.intent.get("native_why")
    if request.dry_run:
        text = files.brief.decode("utf-8", "replace")
        return Result(run, seen.id, seen.n + 1, seen.phase, None, text, how, why)
    return replace(_started(request, seen.n + 1), how=how, how_why=why)


def _by_a_person(request: Request) -> bool:
    return request.by.get("who") == "person" and not request.unattended


def _stored(seen: look.Look) -> recipes.Recipe:
    """The recipe of the current attempt, as it was pinned."""
    return recipes.Recipe(str(seen.recipe_name), seen.recipe, [])


def _launched(run: str) -> schema.Launch | None:
    record: schema.Launch | None = look.read_record(run, layout.LAUNCH, [])
    return record


def _plan(request: Request, seen: look.Look, ignore_repo: bool) -> plan.Plan | None:
    """The plan of a new brief; None without one."""
    if request.brief is None:
        return None
    launched = _launched(request.run)
    without = no_tree.of(launched)
    options = Options(
        recipe=request.recipe,
        repo=None if without else launched.get("workspace") if launched else None,
        tree=no_tree.NONE if without else plan_tree.KEPT,
        name=launched.get("name") if launched else None,
        model=request.told.model,
        args=request.told.args,
        ignore_repo=ignore_repo,
        shell=request.shell,
    )
    brief = plan.read(request.brief, options)
    if brief.values["recipe"] is None and request.recipe is None:
        brief.values["recipe"] = resume_recipe.named(request.home, seen)
    made = plan.from_brief(brief, options, request.home)
    asked = made.brief.values["repo"]
    if asked:
        place = os.path.realpath(os.path.join(made.brief.directory(), os.path.expanduser(asked)))
        trees = (launched.get("repo"), launched.get("workspace")) if launched else ()
        known = {os.path.realpath(str(tree)) for tree in trees}
        if not any(os.path.commonpath([place, one]) == one for one in known):
            raise Refused(
                f"cannot resume {os.path.basename(request.run)} with {request.brief}: it is about {place}",
                f"launch it as a run of its own: workcell launch {request.brief}",
            )
    children.narrow(made, request.caller)
    more = set(made.may) - family.granted_to(request.home, os.path.basename(request.run))
    if more:
        raise Refused(
            f"cannot resume {os.path.basename(request.run)} with {request.brief}: it grants {', '.join(sorted(more))}, "
            "and grants are given at launch",
            f"launch it as a run of its own: workcell launch {request.brief}",
        )
    # a run shares its tree for as long as it is one
    share = seen.attempt.get("share") if seen.attempt is not None else None
    made = replace(resume_place.of_plan(made, seen), id=os.path.basename(request.run), share=share)
    plan_share.check(made)
    return made


@dataclass
class Basis:
    """What the next attempt is made of: the keys that it carries over, its brief, its check and its recipe."""

    intent: attempts.Carried
    brief: bytes | None
    """None until it is known whether the agent is told of the run's files, or goes on with what it knows."""
    verify: bytes | None
    recipe: recipes.Recipe
    messages: list[str] = field(default_factory=list)
    """Ids of the messages that stand in the brief."""
    told: str | None = None
    """What the agent is told in place of the recipe's prompt around the brief."""


def _basis(
    request: Request,
    seen: look.Look,
    attempt: schema.Attempt,
    made: plan.Plan | None,
    asked: resume_trust.Asked,
) -> Basis:
    """The basis of the next attempt: the plan of a new brief, or else what the last one was made of."""
    if made is not None:
        fresh = attempts.from_plan(made, attempt["cwd"])
        fresh["limits"] = resume_limits.left(seen, resume_limits.apply(request.raised, fresh["limits"]), request.by)
        return Basis(fresh, made.brief.data, made.verify, made.recipe)
    intent, chosen = attempts.carried(attempt), _stored(seen)
    if request.recipe is not None:
        project = None if resume_trust.ignores(asked, seen) else attempt["cwd"]
        chosen = recipes.resolve(request.recipe, home=request.home, project=project)
        settings = config.read(os.path.join(request.home, layout.CONFIG))["recipes"].get(chosen.name)
        intent = attempts.with_recipe(intent, chosen, settings)
    intent = resume_agent.apply(request.told, intent, chosen)
    intent["limits"] = resume_limits.left(seen, resume_limits.apply(request.raised, intent["limits"]), request.by)
    if request.steps_anew:
        if not chosen.values["steps"]:
            raise Refused(f"cannot resume {seen.id} with all steps: it has none", f"workcell resume {seen.id}")
        intent["steps_since"] = seen.n + 1
    verify = _verify(seen)
    intent["verify"] = attempts.pin(verify)
    if request.by.get("who") == deferred.APPROVAL:  # its agent goes on in the middle of a turn, and is told nothing
        return Basis(intent, _text(seen, layout.BRIEF).encode("utf-8", "replace"), verify, chosen, told="")
    return Basis(intent, None, verify, chosen)


def _told_all(run: str, seen: look.Look, basis: Basis, numbers: Mapping[str, int]) -> Basis:
    """The basis of an attempt that is told all that the run's files say, with the messages that wait and
    those whose turn did not end."""
    from workcell.launch import resume_brief

    waiting = [message for _, message in inbox.for_brief(run, seen.n)]
    again = resume_unheard.find(seen)
    letters = resume_brief.Letters(again, waiting)
    text = resume_brief.brief(run, seen, letters, run_cleaner.of_run(run), basis.intent["limits"], numbers)
    ids = [*again.ids, *(str(message["id"]) for message in waiting)]
    return replace(basis, brief=text.encode("utf-8", "replace"), messages=ids)


def _files(
    request: Request, seen: look.Look, made: plan.Plan | None, asked: resume_trust.Asked, numbers: Mapping[str, int]
) -> attempts.Files:
    """What the next attempt is opened with; `numbers` are its ports."""
    assert seen.attempt is not None and seen.launch is not None
    basis = _basis(request, seen, seen.attempt, made, asked)
    carried, n = basis.intent, seen.n + 1
    carried["ignore_repo"], policy = resume_trust.settle(asked, seen, basis.recipe, made)
    if not asked.preview:
        carried["approvals"] = rules.gate(json_codec.decode(policy).get("rules")) if policy is not None else None
    chosen = resume_conversation.choose(request, seen, carried)
    if chosen.session is not None and request.by.get("who") == standby.MESSAGE:
        basis = resume_wake.spoken(request.run, seen, basis, numbers)
    unread = resume_unbegun.letters(seen) if basis.brief is None else []
    if unread:
        basis = resume_unbegun.told(seen, basis, unread)
    if basis.brief is None:
        basis = _told_all(request.run, seen, basis, numbers)
    brief = basis.brief or b""
    opening = attempts.Opening(
        request.run,
        n,
        seen.launch["name"],
        brief,
        request.by,
        conversation=chosen.session,
        told=basis.told,
        ports=numbers,
        ports_before=ports.moved(ports.of(seen.attempt), numbers),
    )
    intent = attempts.fill(carried, opening)
    if chosen.why_not is not None:
        intent["native_why"] = chosen.why_not
    if chosen.compact is not None:
        intent["argv"] = resume_conversation.with_compaction(
            intent["argv"], chosen.compact, layout.attempt(request.run, n)
        )
    intent["messages"] = [*chosen.obeyed, *basis.messages]
    intent["brief_given"] = n if made is not None or unread else seen.attempt.get("brief_given", 1)
    plan.check_programs(basis.recipe, intent["argv"], _path(request.run))
    resource_limits.check(intent["limits"])
    return attempts.Files(intent, brief, basis.verify, policy)


def _verify(seen: look.Look) -> bytes | None:
    """The pinned script. If the agent changed it, the run is tampered with: a person gives a new brief."""
    assert seen.attempt is not None
    script_pinned = seen.attempt.get("verify")
    if script_pinned is None:
        return None
    path = os.path.join(seen.directory, layout.VERIFY_SCRIPT)
    try:
        script = safe_open.read(path, verify_script.LARGEST) or b""
    except OSError:
        script = b""
    if digest.sha256(script) != verify_script.pinned(seen):
        raise Refused(
            f"cannot resume {seen.id}: {path} is not the script that was pinned at launch",
            f"look at it, then give the brief again: workcell resume {seen.id} --brief BRIEF",
        )
    return script


def _path(run: str) -> str | None:
    return environment.read(run).env.get("PATH")


def _text(seen: look.Look, name: str) -> str:
    data = safe_open.read(os.path.join(seen.directory, name), HANDOFF_LIMIT)
    return (data or b"").decode("utf-8", "replace")


def _open(request: Request, seen: look.Look, files: attempts.Files, made: plan.Plan | None) -> None:
    """Stage the attempt, rename it, and switch `current` to it: the switch is its birth."""
    run, n, staged = request.run, seen.n + 1, ""
    homes.ensure(request.home)  # from here on the home is of this format
    held = settle.take(run, seen)
    try:
        held = adopt.adopted(held)
        held.mend(seen.n)
        with busy_tree.claim_again(seen, request.home, files.intent):
            _remove_unborn(run, n)
            staged = os.path.join(run, layout.ATTEMPTS, f"{layout.STAGED}{layout.number(n)}")
            handoff = safe_open.read(os.path.join(seen.directory, layout.HANDOFF), HANDOFF_LIMIT)
            pinned = attempts.write(staged, files, handoff)
            held.pin(n, pinned)
            os.rename(staged, layout.attempt(run, n))
            seal.sync_directory(os.path.join(run, layout.ATTEMPTS))
            resume_environment.renew(request, files.intent, made, held)
            held.reopen()
            held.born(n)
            seal.point(run, layout.CURRENT, f"{layout.ATTEMPTS}/{layout.number(n)}")
            inbox.briefed(run, n)
    except OSError as error:
        if staged:
            shutil.rmtree(staged, ignore_errors=True)
        raise CannotCreate(f"cannot open attempt {n} of {seen.id}: {error.strerror}", "free some disk space") from error
    finally:
        held.close()


def _remove_unborn(run: str, n: int) -> None:
    """Remove directories of attempts that were never begun: `n` is the next one, and all numbers below it were."""
    directory = os.path.join(run, layout.ATTEMPTS)
    for name in os.listdir(directory):
        if name.startswith(layout.STAGED) or (name.isdigit() and int(name) >= n):
            path = os.path.join(directory, name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)


def _started(request: Request, n: int) -> Result:
    if _by_a_person(request):
        holds.lift_by_resume(request.run)  # else the watchdog would keep away from what a person started again
    of_plan.before_start(request.home, _launched(request.run))
    seen = start.runner(request.run, n)
    trouble = start.window(request.home, request.run, n) if request.window else None
    return Result(request.run, seen.id, n, seen.phase, trouble, _text(seen, layout.BRIEF))
