"""Fixtures for tests that start real runs: a home of their own, and nothing left alive afterwards."""

import signal

import pytest
from hypothesis import settings

from tests.support import lab as labs

# A shell without job control starts what it runs in the background with SIGINT ignored. All that the tests start would
# inherit that: a program could not be interrupted, and a shell could not even trap it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# An example has no deadline: how long one takes says what else the machine does. A test that hangs ends by the
# timeout of pytest.
settings.register_profile("workcell", deadline=None)
settings.load_profile("workcell")


@pytest.fixture(autouse=True)
def _not_the_real_home(monkeypatch):
    """Whatever a test calls in this process, it does not reach the home of the person who runs the tests."""
    monkeypatch.setenv("WORKCELL_HOME", "/nonexistent/workcell-home")


@pytest.fixture
def lab(monkeypatch):
    made = labs.Lab()
    monkeypatch.setenv("HOME", made.person)
    monkeypatch.setenv("MARKS", made.marks)  # a resume in this process takes it over, as from a shell
    try:
        yield made
    finally:
        made.close()
    assert not made.left, "processes of the test are left alive"


@pytest.fixture
def home(lab):
    return lab.home


@pytest.fixture
def repo(lab):
    return lab.repo


@pytest.fixture
def workcell(lab):
    return lab.workcell


@pytest.fixture
def eventually():
    return labs.eventually
