"""doctor: the rules of approvals, and what they answered in the last day."""

from __future__ import annotations

import os
from collections.abc import Iterator

from workcell.approvals import decisions, lint_rules, rules
from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.rundir import vocabulary
from workcell.texts.document import Faulty
from workcell.upkeep.doctor_line import FAIL, OK, WARN, Line

DAY = 24 * 3600.0


def check(home: str) -> Iterator[Line]:
    """One line where rules are written; none without any."""
    if not os.path.lexists(rules.home_file(home)):
        return
    try:
        written = [one.rule["answer"] for one in rules.of_home(home).rules]
    except WorkcellError as error:
        words = str(error.faults[0]) if isinstance(error, Faulty) else error.message
        yield Line("approvals", FAIL, f"no rule holds: {words}", "workcell config lint")
        return
    for fault in lint_rules.lint(home, None).faults:
        yield Line("approvals", WARN, str(fault), "workcell config lint")
    counts = ", ".join(f"{written.count(word)} {word}" for word in vocabulary.RULE_ANSWERS if word in written)
    found = decisions.count(home, clock.parse(clock.stamp()) - DAY)
    typed = f", {found.at_dialogs} of them at a dialog" if found.at_dialogs else ""
    yield Line("approvals", OK, f"rules: {counts or 'none'}; answered by rule in the last day: {found.answered}{typed}")
