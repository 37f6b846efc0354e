"""A light question to another program: for processes that must not load subprocess."""

import os
import time

from workcell.system import run_light


def test_a_light_question():
    env = dict(os.environ)
    assert run_light.ask(["sh", "-c", "echo a; echo b >&2; exit 2"], timeout=10, env=env) == (2, b"a\n", b"b\n")


def test_it_does_not_wait_beyond_its_time():
    begun = time.monotonic()
    code, _, _ = run_light.ask(["sh", "-c", "echo x; exec sleep 600"], timeout=0.3, env=dict(os.environ))
    assert code is None and time.monotonic() - begun < 5
