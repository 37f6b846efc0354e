"""Names the account that an agent program spends from; light, since every look at a run masks secrets by it."""

from typing import NamedTuple


class Login(NamedTuple):
    """Where a program keeps a login: `file`, in the folder that `variable` names, else in `folder` of HOME."""

    variable: str
    folder: str
    file: str


class Account(NamedTuple):
    """The names of an account: `variables` of the environment (those that end with KEY or TOKEN hold secrets), and a
    login file."""

    variables: tuple[str, ...] = ()
    login: Login | None = None
    sign_in: str | None = None
    """How a person signs in, in words."""

    def secrets(self) -> tuple[str, ...]:
        """The names of the variables that hold a secret."""
        return tuple(name for name in self.variables if name.endswith(("KEY", "TOKEN")))
