"""The watchdog of an older workcell, from before runs waited for messages, watched each other and needed each other."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path
from typing import Any

CODE = Path(__file__).resolve().parents[1] / "data" / "older" / "workcell-13cbcc2.tar.xz"


class OlderWorkcell:
    """Its modules in a place of their own, with an interpreter that has the packages they use and no other workcell."""

    def __init__(self, top: Path) -> None:
        how: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        with tarfile.open(CODE) as packed:
            packed.extractall(top / "code", **how)
        venv.create(top / "venv", symlinks=True)
        self.python = str(top / "venv" / "bin" / "python")
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        places = [str(top / "code"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
        # the packages of a directory that stands in such a file are found, and its own files of that kind are not read
        Path(top, "venv", "lib", version, "site-packages", "older.pth").write_text("\n".join([*places, ""]))
        self.main = str(top / "code" / "workcell" / "__main__.py")
        found = self._run("-c", "import workcell; print(workcell.__file__)", env=dict(os.environ))
        assert Path(found.strip()).parent == Path(self.main).parent, found

    def tick(self, env: dict[str, str]) -> str:
        """One tick, to its end; what it says."""
        return self._run(self.main, "watchdog", "tick", env=env)

    def _run(self, *words: str, env: dict[str, str]) -> str:
        ran = subprocess.run([self.python, "-I", *words], env=env, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout
