"""fsck: run directories held against the format and their ledgers, and what can be made anew from those."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from workcell.base import counts, json_codec
from workcell.base.errors import Usage
from workcell.rundir import events, find, layout, ledger, log_segments, look, phase, safe_open, schema, status, writer
from workcell.rundir.cell import Cell
from workcell.upkeep import fsck_ledger as ledgers
from workcell.upkeep import fsck_plans
from workcell.upkeep.fsck_plans import PlanReport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.base.json_codec import Json
    from workcell.rundir import schema


@dataclass(frozen=True)
class Request:
    runs: tuple[str, ...] = ()
    """Only these runs; all without them."""
    rebuild: bool = False
    """Write status.json, and records that stand in the ledger, anew."""
    accept: bool = False
    """Take files that changed since they were written as they are now; `runs` must be named."""


@dataclass(frozen=True)
class Result:
    checked: int
    """How many runs were looked at."""
    runs: list[Report]
    """Those of which there is anything to say."""
    plans: list[PlanReport] = field(default_factory=list)
    """Plans of which there is anything to say; looked at where no runs are named."""


@dataclass
class Report:
    """The faults of one run; `mended` are those that were repaired, `foreign` files that were planted and set aside."""

    id: str
    phase: str
    problems: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


def perform(cell: Cell, request: Request) -> Result:
    """The operation `fsck`. Raises Usage for `accept` without runs, and what `find.run` raises."""
    if request.accept and not request.runs:
        raise Usage("--accept needs RUN", "name the runs whose files you have looked at")
    paths = [find.run(cell.home, word) for word in request.runs] or None
    reports = fsck(cell.home, paths, rebuild=request.rebuild, accept=request.accept)
    plans = fsck_plans.check(cell.home, rebuild=request.rebuild) if paths is None else []
    return Result(len(reports), [one for one in reports if one.problems or one.mended or one.foreign], plans)


def fsck(home: str, runs: list[str] | None = None, *, rebuild: bool = False, accept: bool = False) -> list[Report]:
    """Check the runs named, or all. One that cannot be checked is a report like any other.

    With `rebuild`, write status.json and what has its record in the ledger anew, where no process holds the run. With
    `accept`, record what differs from its hash in the ledger as it is now: a person has seen it.
    """
    paths = runs if runs is not None else [find.path_of(home, run) for run in find.ids_of(home)]
    found = []
    for path in paths:
        try:
            found.append(_check(path, rebuild, accept))
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            found.append(Report(os.path.basename(path), phase.CORRUPT, [f"{error.strerror}{where}"]))
    return found


def _check(run: str, rebuild: bool, accept: bool) -> Report:
    if not os.path.isdir(run) and not ledger.exists(run):
        return Report(
            os.path.basename(run), phase.CORRUPT, ["it is not a directory: nothing of workcell's; move it away"]
        )
    seen = look.at(run)
    report = Report(seen.id, seen.phase)
    report.problems += seen.problems
    if seen.phase == phase.CORRUPT and seen.why and not seen.problems:
        report.problems.append(seen.why)
    if seen.book is not None and seen.book.problem is None:
        ledgers.check(seen, report.problems, report.mended, report.foreign, rebuild=rebuild, accept=accept)
        if accept:
            seen = look.at(run)  # what was accepted counts as altered no more
    if not os.path.isdir(run):
        report.problems.append("its directory is gone, and its ledger stands: workcell stop ends what is left of it")
        return report
    _modes(run, report)
    _links(run, rebuild, report)
    for name in (layout.LAUNCH, layout.ENV):
        if os.path.exists(os.path.join(run, name)):
            _record(run, name, report)
        elif name == layout.ENV:
            report.problems.append(f"{name} is missing: the run can be read, and neither resumed nor verified")
        elif seen.checked:
            report.problems.append(f"{name} is missing")
    for n in range(1, (seen.n or 0) + 1):
        _attempt(run, n, n == seen.n, report)
    _events(run, seen, report)
    if seen.launch is not None and seen.launch.get("id") != seen.id:
        report.problems.append(f"launch.json is of the run {seen.launch.get('id')!r}")
    _status(run, seen, rebuild, report)
    return report


def _record(directory: str, name: str, report: Report, where: str = "") -> None:
    problems: list[str] = []
    found = look.read_record(directory, name, problems, required=False)
    report.problems += [f"{where}{problem}" for problem in problems if f"{where}{problem}" not in report.problems]
    if found is None:
        return
    try:
        TypeAdapter(schema.FILES[name.removesuffix(".json")]).validate_python(found)
    except ValidationError as error:
        for fault in error.errors()[:5]:
            path = ".".join(str(part) for part in fault["loc"])
            report.problems.append(f"{where}{name}: {path}: {fault['msg']}")


def _attempt(run: str, n: int, current: bool, report: Report) -> None:
    directory = layout.attempt(run, n)
    where = f"{layout.ATTEMPTS}/{layout.number(n)}/"
    if not os.path.isdir(directory):
        report.problems.append(f"{where} is missing")
        return
    stands = [name for name in layout.SEALED if os.path.exists(os.path.join(directory, name))]
    for name in stands:
        _record(directory, name, report, where)
    for name in (layout.CAPTURE, layout.SUMMARY, layout.ANALYSIS):
        if os.path.exists(path := os.path.join(directory, name)) and os.path.getsize(path):
            _record(directory, name, report, where)
    _pinned(directory, report, where)
    report.problems += [f"{where}{words}" for words in _order(stands, current)]
    if layout.RESULT in stands and layout.START in stands and not log_segments.parts(directory):
        report.problems.append(f"{where} was started and has no {layout.AGENT_LOG}")


def _pinned(directory: str, report: Report, where: str) -> None:
    """What attempt.json says that it pinned stands."""
    attempt = look.read_record(directory, layout.ATTEMPT, [], required=False) or {}
    if os.path.exists(os.path.join(directory, layout.POLICY)):
        _record(directory, layout.POLICY, report, where)
    elif attempt.get("policy_sha256"):
        report.problems.append(f"{where}{layout.POLICY} is missing")
    for name in (layout.BRIEF, *((layout.VERIFY_SCRIPT,) if attempt.get("verify") else ())):
        if not os.path.exists(os.path.join(directory, name)):
            report.problems.append(f"{where}{name} is missing")


def _order(stands: list[str], current: bool) -> Iterator[str]:
    """What no order of writing can leave, of the records that stand in an attempt."""
    if layout.ATTEMPT not in stands:
        yield f"{layout.ATTEMPT} is missing"
    if layout.EXIT not in stands and {layout.FACTS, layout.VERIFY, layout.NEXT} & set(stands):
        yield f" has facts, verify or next without {layout.EXIT}"
    if layout.RESULT in stands and layout.FACTS not in stands:
        yield f" has a result and no {layout.FACTS}"
    # one that was never started may be followed: a person gave another brief before it began
    begun = {layout.START, layout.EXIT} & set(stands)
    if not current and begun and not {layout.RESULT, layout.NEXT} & set(stands):
        yield " was followed by another attempt and has neither next nor result"


def _modes(run: str, report: Report) -> None:
    """Only you may read a run: its env.json holds keys, its log holds whatever the agent saw."""
    for name in (".", layout.ENV, layout.LAUNCH):
        try:
            mode = os.stat(os.path.join(run, name)).st_mode
        except OSError:
            continue
        if stat.S_IMODE(mode) & 0o077:
            report.problems.append(f"{name} can be read by others (mode {stat.S_IMODE(mode):04o}): chmod go= it")


def _links(run: str, rebuild: bool, report: Report) -> None:
    for name in layout.LINKS:
        path = os.path.join(run, name)
        if rebuild and not os.path.lexists(path):
            os.symlink(f"{layout.CURRENT}/{name}", path)
            report.mended.append(f"{name} linked to {layout.CURRENT}/{name}")
        elif not os.path.islink(path) or os.readlink(path) != f"{layout.CURRENT}/{name}":
            report.problems.append(f"{name} is not the link to {layout.CURRENT}/{name}")


def _ends_a_line(path: str) -> bool:
    return (safe_open.tail(path, 1) or b"\n") == b"\n"


def _events(run: str, seen: look.Look, report: Report) -> None:
    last, bad = 0, 0
    for _, event in events.read(os.path.join(run, layout.EVENTS)):
        if event is None:
            bad += 1
            continue
        number = event.get("n")
        if not isinstance(number, int) or number <= last:
            report.problems.append(f"{layout.EVENTS}: number {number!r} after {last}")
        else:
            last = number
    path = os.path.join(run, layout.EVENTS)
    if not os.path.exists(path):
        if layout.START in seen.stands:
            report.problems.append(f"{layout.EVENTS} is missing")
    elif seen.phase == phase.DONE and not _ends_a_line(path):
        bad += 1
    if bad:
        report.problems.append(f"{layout.EVENTS}: no event stands in {counts.count(bad, 'line')}")


def _status(run: str, seen: look.Look, rebuild: bool, report: Report) -> None:
    """status.json may lag behind a live run; of one that is over it must say what the files say."""
    over = seen.phase in (phase.DONE, phase.SCHEDULED)
    wanted = status.kept(seen)
    path = os.path.join(run, layout.STATUS)
    try:
        data = safe_open.read(path, look.LARGEST)
        # older versions kept the path of the run, and knew nothing of a ledger
        found: Json | None = None
        if data is not None:
            found = {"checked": False, "altered": [], **json_codec.decode(data)}
            found.pop("dir", None)
            found["needs"] = wanted["needs"]  # readers work it out anew
            found["usage"] = wanted.get("usage")  # the agent's records told it, and no sealed file
    except ValueError:
        found = {}
    # one that an older program wrote lacks keys that were added since
    same = found is not None and found != {} and {**wanted, **found} == wanted
    if same or (not over and not rebuild):
        if found == {}:
            report.problems.append(f"{layout.STATUS} is not JSON (--rebuild writes it anew)")
        return
    if not rebuild:
        words = "missing" if found is None else "not what the sealed files say"
        report.problems.append(f"{layout.STATUS} is {words} (--rebuild writes it anew)")
        return
    held = writer.take(run)
    if held is None:
        return  # its holder writes it
    with held:
        seen = look.at(run, holding=True)
        over = seen.phase in (phase.DONE, phase.SCHEDULED)
        if seen.phase == phase.CORRUPT:
            report.problems.append(f"{layout.STATUS} is left as it is, since the run cannot be read")
        elif over:
            status.write(run)
            held.end(status.kept(seen))
            report.mended.append(f"{layout.STATUS} written anew")
        elif os.path.exists(path):
            os.unlink(path)  # of a run without a living writer a cache tells nothing that the files do not
            report.mended.append(f"{layout.STATUS} removed: it is computed until the run is settled")
