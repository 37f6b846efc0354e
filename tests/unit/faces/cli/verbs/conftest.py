"""A verb in this process, as a person types it: a home with recorded runs, and what the verb says."""

import pytest

from tests.support import frozen
from workcell.faces.cli import app


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The path of the home; the working directory is above it."""
    path = frozen.thaw(tmp_path / "home")
    for name, value in (("WORKCELL_HOME", path), ("NO_COLOR", "1"), ("COLUMNS", "160")):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def ask(home, capfd, request):
    """Runs the VERB that the test's module names, with more words: (exit code, what it printed, what it complained)."""

    def run(*words):
        capfd.readouterr()
        code = app.main([request.module.VERB, *words])
        return code, *capfd.readouterr()

    return run
