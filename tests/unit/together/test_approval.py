"""Yes and no are given where a dialog asks for permission, and nowhere else."""

import pytest

from workcell.base.errors import Refused
from workcell.rundir.cell import Cell
from workcell.together import approval

CHOICE = """\
────────────────────────────────────────
 Which format?
 ❯ 1. JSON
   2. YAML

 Enter to select · Esc to cancel
"""


@pytest.mark.parametrize("allow", [True, False])
@pytest.mark.parametrize(
    ("screen", "words"), [("Nothing is up.\n", "asks for no permission now"), (CHOICE, "no option says just yes or no")]
)
def test_what_asks_for_no_permission_is_neither_approved_nor_denied(made_live, allow, screen, words):
    made_live.shows(screen)
    told = []
    cell = Cell(made_live.home, {}, "/", progress=lambda what, value: told.append(value))
    with pytest.raises(Refused, match=words):
        approval.decide(cell, made_live.run, approval.Word(allow=allow))
    assert told == [] and made_live.messages() == []
