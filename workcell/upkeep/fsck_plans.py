"""Plans held against the format: their records, their lock, and the runs that they name."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from workcell.base import counts, ids, json_codec
from workcell.base.errors import WorkcellError
from workcell.finish import of_plan
from workcell.rundir import find, layout, look, plans, safe_open, schema, seal
from workcell.views import plan_state

if TYPE_CHECKING:
    from workcell.rundir.schema.plans import Plan, PlanAction

FAULTS = 5
"""Maximum of faults of one record that are told."""


@dataclass
class PlanReport:
    """The faults of one plan; `mended` are those that were repaired."""

    id: str
    problems: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)


def check(home: str, *, rebuild: bool = False) -> list[PlanReport]:
    """The plans of a home of which there is anything to say.

    With `rebuild`, lines that hold no act are taken from the record, and a plan that is marked as over is looked at
    again by the tick where it is not, each under the lock of the plan.
    """
    folder = os.path.join(home, layout.PLANS)
    reports = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.startswith("."):
            continue
        report = PlanReport(name)
        try:
            _check(home, report, rebuild)
        except OSError as error:
            report.problems.append(f"{error.strerror}{f': {error.filename}' if error.filename else ''}")
        if report.problems or report.mended:
            reports.append(report)
    return reports


def _check(home: str, report: PlanReport, rebuild: bool) -> None:
    path = plans.directory(home, report.id)
    if os.path.islink(path) or not os.path.isdir(path) or not ids.plain(report.id):
        report.problems.append("it is not a directory of a plan: nothing of workcell's; move it away")
        return
    _modes(path, report)
    for name in (plans.LOCK, plans.ACTIONS, plans.AGAIN, plans.OVER):
        place = os.path.join(path, name)
        if os.path.lexists(place) and not stat.S_ISREG(os.lstat(place).st_mode):
            report.problems.append(f"{name} is not a regular file: move it away")
    made: Plan | None = _record(path, plans.PLAN, "plan", report)
    _environment(home, report)
    if os.path.lexists(os.path.join(path, plans.STOPPED)):
        _record(path, plans.STOPPED, "plan-stopped", report)
    if made is None:
        report.problems.append("nothing of it is started any more: launch its file again, with --again")
        return
    if made["id"] != report.id:
        report.problems.append(f"{plans.PLAN} is of the plan {made['id']!r}")
    lines = _actions(home, report, rebuild)
    _winners(path, made, lines, report)
    _runs(home, report.id, lines, report)
    _over(home, report, rebuild)


def _modes(path: str, report: PlanReport) -> None:
    """Only you may read it: its env.json holds keys."""
    for name in (".", plans.ENV, plans.PLAN):
        try:
            mode = stat.S_IMODE(os.stat(os.path.join(path, name)).st_mode)
        except OSError:
            continue
        if mode & 0o077:
            report.problems.append(f"{name} can be read by others (mode {mode:04o}): chmod go= it")


def _record(path: str, name: str, kind: str, report: PlanReport) -> Any:
    """The record, and its faults; None where it cannot be read."""
    data = safe_open.read(os.path.join(path, name), plans.LARGEST)
    if data is None:
        report.problems.append(f"{name} is missing")
        return None
    try:
        found: Any = json_codec.decode(data)
    except ValueError as error:
        report.problems.append(f"{name}: {error}")
        return None
    if json_codec.major(found, kind) != 1:
        report.problems.append(f"{name} is of another version: install a newer workcell")
        return None
    faults = _faults(kind, found)
    report.problems += [f"{name}: {fault}" for fault in faults[:FAULTS]]
    return None if faults and kind == "plan" else found


def _faults(kind: str, found: Any) -> list[str]:
    try:
        TypeAdapter(schema.FILES[kind]).validate_python(found)
    except ValidationError as error:
        return [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return []


def _environment(home: str, report: PlanReport) -> None:
    try:
        plans.environment(home, report.id)
    except ValueError as error:
        report.problems.append(f"{plans.ENV}: {error}: nothing of it can be started")


def _actions(home: str, report: PlanReport, rebuild: bool) -> list[PlanAction]:
    """The lines of its record that hold an act. A torn last line is what a kill leaves, and no fault."""
    path = os.path.join(plans.directory(home, report.id), plans.ACTIONS)
    data = safe_open.read(path, plans.LARGEST) or b""
    whole = data[: data.rfind(b"\n") + 1]
    good = [line for line in whole.splitlines(keepends=True) if not _line_faults(line)]
    bad = len(whole.splitlines()) - len(good)
    if bad and rebuild and _rewrite(home, report.id, data, b"".join(good)):
        report.mended.append(f"{plans.ACTIONS}: {counts.count(bad, 'line')} without an act taken out")
    elif bad:
        words = f"no act stands in {counts.count(bad, 'line')}; what they told of was not begun"
        report.problems.append(f"{plans.ACTIONS}: {words} (--rebuild takes them out)")
    lines = plans.actions(home, report.id)
    numbers = [line["n"] for line in lines]
    if any(after <= before for before, after in pairwise(numbers)):
        report.problems.append(f"{plans.ACTIONS}: its numbers do not rise")
    return lines


def _line_faults(line: bytes) -> list[str]:
    try:
        return _faults("plan-action", json_codec.decode(line))
    except ValueError as error:
        return [str(error)]


def _rewrite(home: str, plan: str, before: bytes, after: bytes) -> bool:
    """Whether the record was replaced; it is not where another process has the lock, or wrote meanwhile."""
    lock = plans.take(home, plan, 1.0)
    if lock is None:
        return False
    try:
        folder = plans.directory(home, plan)
        if safe_open.read(os.path.join(folder, plans.ACTIONS), plans.LARGEST) != before:
            return False
        seal.replace(folder, plans.ACTIONS, after)
        return True
    finally:
        os.close(lock)


def _winners(path: str, made: Plan, lines: list[PlanAction], report: PlanReport) -> None:
    """Each winner is a run that was launched for the race of its entry."""
    launched = {(line.get("entry"), line.get("run")) for line in lines if line["act"] == "launch"}
    races = {entry["name"] for entry in made["entries"] if entry["race"]}
    folder = os.path.join(path, plans.RACES)
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        place = f"{plans.RACES}/{name}/{plans.WINNER}"
        if name not in races:
            report.problems.append(f"{plans.RACES}/{name}: the plan has no race of that name")
            continue
        if not os.path.lexists(os.path.join(path, place)):
            continue
        won = _record(path, place, "plan-winner", report)
        if won is not None and (name, won.get("run")) not in launched:
            report.problems.append(f"{place}: {won.get('run')} was not launched for it")


def _runs(home: str, plan: str, lines: list[PlanAction], report: PlanReport) -> None:
    """The runs that it names say that they are of it."""
    launches = [line for line in lines if line["act"] == "launch"]
    twice = len({line.get("run") for line in launches}) != len(launches)
    if twice and not any(line["act"] == "retry" for line in lines):
        report.problems.append(f"{plans.ACTIONS}: a run is launched twice")
    for line in launches:
        path = find.path_of(home, line.get("run", ""))
        found = look.read_record(path, layout.LAUNCH, [], required=False) if os.path.isdir(path) else None
        if found is not None and of_plan.of_run(home, found) != plan:
            report.problems.append(f"{line.get('run')} is not a run of it, as its {layout.LAUNCH} says")


def _over(home: str, report: PlanReport, rebuild: bool) -> None:
    """The mark that ticks leave it alone is only on a plan that is over."""
    if not os.path.lexists(os.path.join(plans.directory(home, report.id), plans.OVER)):
        return
    try:
        if plan_state.read(home, report.id).verdict().over or plans.changed(home, report.id):
            return
    except WorkcellError:
        return  # told above
    lock = plans.take(home, report.id, 1.0) if rebuild else None
    if lock is None:
        report.problems.append(f"{plans.OVER} stands, and it is not over: no tick brings it on (--rebuild removes it)")
        return
    try:
        plans.mark(home, report.id, over=False)
        report.mended.append(f"{plans.OVER} removed: the next tick looks at it")
    finally:
        os.close(lock)
