"""Programs of timers for tests, on a PATH of their own: a crontab that keeps its table in a file, and others that only
note how they were called."""

import os
from pathlib import Path

_CRONTAB = """#!/bin/sh
case $1 in
-l) test -e {table} || {{ echo "no crontab for me" >&2; exit 1; }}; cat {table} ;;
-r) test -e {table} || {{ echo "no crontab for me" >&2; exit 1; }}; rm {table} ;;
-) {write} ;;
esac
"""


class TimerPrograms:
    """`folder` is to be the first on PATH."""

    def __init__(self, top: Path) -> None:
        self.folder = top / "bin"
        self.folder.mkdir()
        self.table = top / "table"
        self._calls = top / "calls"

    @property
    def path(self) -> str:
        return f"{self.folder}:{os.environ['PATH']}"

    def crontab(self, write: str = "cat > {table}") -> None:
        """A crontab; `write` is what it does with a new table."""
        self._write("crontab", _CRONTAB.format(table=self.table, write=write.format(table=self.table)))

    def program(self, name: str, script: str = "") -> None:
        """A program that notes its words, and then does what the script says."""
        self._write(name, f'#!/bin/sh\necho "{name} $*" >> {self._calls}\n{script}\n')

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)

    def calls(self) -> list[str]:
        """How the programs were called, oldest first."""
        return self._calls.read_text().splitlines() if self._calls.exists() else []
