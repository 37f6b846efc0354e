"""The cleaner for what belongs to no run: it knows the secrets in the environment of the caller."""

import os

from workcell.agents import registry
from workcell.cleaning.clean import Cleaner, secret_values
from workcell.rundir.cell import Cell


def of(cell: Cell) -> Cleaner:
    """Masks the secret values of the caller's environment, and what looks like a secret."""
    return Cleaner(secret_values(cell.environment, registry.secret_variables(cell.home), _is_path))


def _is_path(value: str) -> bool:
    try:
        return os.path.lexists(os.path.expanduser(value))
    except ValueError:
        return False
