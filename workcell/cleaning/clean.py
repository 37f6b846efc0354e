"""Cleaning what leaves a run directory: no character that steers a terminal or hides words, no secret.

Whatever a run's files bring before people, terminals, notices or the next agent's brief goes through a `Cleaner`.
It is given the values that are secret; `secret_values` picks them from an environment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from workcell.cleaning.redact import Redactor
from workcell.terminal.printable import printable, printable_lines

_SECRET_PARTS = frozenset(
    name + plural
    for name in ("KEY", "APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL")
    for plural in ("", "S")
)
LEAST = 8
"""Minimum length of a value that is taken for a secret because of its name."""

_BLOCK = 4096
_KEY_LINES = 200
"""Maximum lines between the first and the last line of a private key."""


def secret_values(env: Mapping[str, str], named: Iterable[str], is_path: Callable[[str], bool]) -> frozenset[str]:
    """The values in `env` that no reader may see.

    Those are the values of the names in `named`, and of every name that has KEY, TOKEN, SECRET, PASSWORD, PASSWD or
    the like as a whole part between underscores. Of the latter a value counts only if it has 8 characters or more, is
    not made of lower-case letters or of digits alone, and is no path that exists: `is_path` is asked.
    """
    found = {env[name] for name in named if env.get(name)}
    for name, value in env.items():
        if not _SECRET_PARTS.isdisjoint(name.upper().split("_")) and _may_be_secret(value) and not is_path(value):
            found.add(value)
    return frozenset(found)


def _may_be_secret(value: str) -> bool:
    plain_word = value.isalpha() and value == value.lower()
    return len(value) >= LEAST and not plain_word and not value.isdigit()


class Cleaner:
    """Cleans text of one run, whose secret values are `secrets`; without any it masks by shape alone.

    Each method can be applied to its own result and changes nothing then. None raises; all are linear in time.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.secrets = frozenset(secrets)
        self._redactor = Redactor(self.secrets)
        self._by_value = Redactor(self.secrets, shapes=False)

    def mask(self, text: str) -> str:
        """`text` with every secret masked; its control characters stay, for an encoder that escapes them."""
        return self._redactor.text(text)

    def mask_values(self, text: str) -> str:
        """`text` with the known values masked, and nothing by its shape: for what a person wrote to be read."""
        return self._by_value.text(text)

    def line(self, text: str) -> str:
        r"""`text` on one line: unsafe characters, newlines among them, shown as escapes such as `\n`, `\u202e`."""
        # before, since an escape changes a value; after, since an escape may part a token from a word beside it
        return self.mask(printable(self.mask(text)))

    def text(self, text: str) -> str:
        """`text` of any number of lines: newlines and tabs stay, other unsafe characters are shown as escapes."""
        masked = self.mask(text)
        shown = printable_lines(masked)
        return masked if shown == masked else self.mask(shown)

    def record(self, value: Any) -> Any:
        """A JSON value with every string in it masked, keys included."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, dict):
            return {self.mask(key) if isinstance(key, str) else key: self.record(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.record(one) for one in value]
        return value

    def lines(self, lines: Iterable[str], *, at_once: bool = False) -> Iterator[str]:
        """Lines without their ends, cleaned; with `at_once` each comes as soon as it is there.

        A private key over several lines is held back until its last line, or 200 lines. Of a value that is broken
        over lines the parts are found in blocks of 4096 lines, and not at all with `at_once`.
        """
        most = 1 if at_once else _BLOCK
        held: list[str] = []
        opened: int | None = None
        for line in lines:
            held.append(line)
            if "-----BEGIN " in line and "PRIVATE KEY" in line:
                opened = len(held)
            if opened is not None and ("-----END " in line or len(held) - opened >= _KEY_LINES):
                opened = None
            if len(held) >= most and opened is None:
                yield from self.text("\n".join(held)).split("\n")
                held = []
        if held:
            yield from self.text("\n".join(held)).split("\n")
