"""What the bench makes of its trials, and of the figures of live runs."""

import importlib
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def measuring(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    yield lambda name: importlib.import_module(f"measuring.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == "measuring"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("count", "share", "value"), [(20, 0.95, 19), (40, 0.95, 38), (5, 0.95, 5), (4, 0.5, 2), (1, 0.0, 1)]
)
def test_a_percentile_is_the_value_of_the_nearest_rank(measuring, count, share, value):
    assert measuring("table").percentile(list(range(count, 0, -1)), share) == value


def _figures(live):
    return [
        live.Figure("processor at rest", 10, 0.166, "% of a core", 2.0),
        live.Figure("processor at rest", 100, 2.51, "% of a core", 2.0),
        live.Figure("`ls`", 100, 0.321, "s"),
        live.Figure("runs over: processes left of them", 100, 0.0, "", 0.0),
    ]


def test_figures_of_live_runs_are_a_table_with_a_column_for_each_number_of_runs(measuring):
    live = measuring("live_figures")
    recorded = live.document(_figures(live))
    assert recorded["schema"] == "workcell.live-figures/1"
    assert live.markdown(recorded).splitlines()[2:] == [
        "| figure | 10 runs | 100 runs | bound |",
        "| --- | --- | --- | --- |",
        "| processor at rest | 0.17 % of a core | **2.5 % of a core, missed** | ≤ 2 % of a core |",
        "| `ls` | – | 0.32 s | – |",
        "| runs over: processes left of them | – | 0 | ≤ 0 |",
    ]


def test_a_missed_bound_of_live_runs_is_told_by_the_bench(measuring):
    live = measuring("live_figures")
    assert [row.met for row in live.rows(_figures(live))] == [True, False, None, True]


def test_only_the_part_on_live_runs_is_written(measuring):
    live = measuring("live_figures")
    page = f"# Speed\n\n{live.BEGIN}\nold\n{live.END}\nmore\n"
    found = live.written(page, None)
    assert found == f"# Speed\n\n{live.BEGIN}\n\n{live.markdown(None)}\n\n{live.END}\nmore\n"
    assert live.written(found, None) == found and live.COMMAND in found
    with pytest.raises(ValueError, match="no place"):
        live.written("# Speed\n", None)
