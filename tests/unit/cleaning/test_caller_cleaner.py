"""The secrets of the caller's environment are masked in what belongs to no run."""

from workcell.cleaning import caller_cleaner
from workcell.rundir.cell import Cell


def test_values_of_secret_variables_and_shapes_are_masked() -> None:
    env = {"MY_API_KEY": "Zx9-not-for-eyes", "HOME": "/root", "PLAIN": "for-everybody-7"}
    cleaner = caller_cleaner.of(Cell("/nonexistent", env, "/"))
    shown = cleaner.mask("Zx9-not-for-eyes for-everybody-7 /root ghp_" + "a1B2" * 9)
    assert "not-for-eyes" not in shown and "a1B2a1B2" not in shown
    assert "for-everybody-7" in shown and "/root" in shown
