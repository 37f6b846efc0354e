"""What the bench makes of its trials."""

import importlib.util
from pathlib import Path

import pytest

TABLE = Path(__file__).resolve().parents[2] / "scripts" / "measuring" / "table.py"


@pytest.fixture(scope="module")
def table():
    spec = importlib.util.spec_from_file_location("bench_table", TABLE)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize(
    ("count", "share", "value"), [(20, 0.95, 19), (40, 0.95, 38), (5, 0.95, 5), (4, 0.5, 2), (1, 0.0, 1)]
)
def test_a_percentile_is_the_value_of_the_nearest_rank(table, count, share, value):
    assert table.percentile(list(range(count, 0, -1)), share) == value
