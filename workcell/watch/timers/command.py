"""The command of the timer: absolute paths, and the environment that agents and tmux need."""

import os
import shlex
import sys

from workcell.base.errors import Invalid

NAMES = ("HOME", "PATH", "LANG", "LC_ALL", "LC_CTYPE", "SHELL", "USER", "LOGNAME", "TMPDIR", "XDG_RUNTIME_DIR")
MORE = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE")

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def words() -> list[str]:
    """The command of a tick: this interpreter and this package by path, so that no PATH has to lead to it."""
    return [sys.executable, "-I", os.path.join(_PACKAGE, "__main__.py"), "watchdog", "tick"]


def environment(home: str) -> dict[str, str]:
    """The variables that the timer adds to its own environment: those that the watchdog itself and tmux need.

    Runs bring their own environment in env.json; a key never stands here, and so in no crontab and no unit.
    """
    env = {name: os.environ[name] for name in (*NAMES, *MORE, *PROXIES) if os.environ.get(name)}
    env["WORKCELL_HOME"] = home
    env.setdefault("PATH", "/usr/local/bin:/usr/bin:/bin")
    for name, value in env.items():
        if "\n" in value or "\0" in value:
            words = f"the environment variable {name} cannot be given to a timer: it holds a line break"
            raise Invalid(words, f"give it a value of one line, or unset {name}, and install again")
    return env


def shell_line(home: str) -> str:
    """The whole command as one line for /bin/sh."""
    given = [f"{name}={value}" for name, value in sorted(environment(home).items())]
    return shlex.join(["/usr/bin/env", *given, *words()])
