"""Finds the folders of agent programs: the shipped ones beside this file, and those in `agents/` of the home.

A folder counts where it has a file `agent.py`, which gives the name AGENT to an `Agent`. A shipped name cannot be taken
by a folder of the home. A folder of the home is Python code that runs with your rights in every process of workcell;
it is loaded only where it is your own and others cannot write to it.
"""

import importlib
import os
import stat
import sys
from collections.abc import Iterator

from workcell import agents
from workcell.agents.generic.agent import AGENT as GENERIC
from workcell.agents.protocol import Agent
from workcell.base.errors import Invalid, NotFound, Refused, WorkcellError
from workcell.rundir import layout

_SHIPPED = os.path.dirname(os.path.abspath(__file__))
_FILE = "agent.py"


def names(home: str | None = None) -> list[str]:
    """The names of all agents that have a folder, sorted; nothing of them is loaded. `home`: default, the usual one."""
    found = {name for folder in (_SHIPPED, _folder(home)) for name in _listed(folder)}
    return sorted(found - {GENERIC.name})


def load(name: str, home: str | None = None) -> Agent:
    """The agent of that name or alias.

    Raises NotFound where no folder has that name, Refused for one that others can write to, Invalid for one whose code
    cannot be loaded.
    """
    known = names(home)
    if name not in known:
        for other in known:
            found = find(other, home)
            if found is not None and name in found.aliases:
                return found
        raise NotFound(f"no agent is named {name!r}", f"agents: {', '.join(known)}")
    return _load(name, _folder(home))


def find(name: str, home: str | None = None) -> Agent | None:
    """The agent of that name; None where there is none, or where it cannot be loaded.

    So a run whose agent's folder was removed or broken comes to its end like one of a program that is not known;
    `doctor` says what is wrong with the folder.
    """
    if name not in names(home):
        return None
    try:
        return _load(name, _folder(home))
    except WorkcellError:
        return None


def called(name: str, home: str | None = None) -> str:
    """The name of the agent of that name or alias; any other name as it is."""
    return next((agent.name for agent in every(home) if name in agent.aliases), name)


def find_or_generic(name: str, home: str | None = None) -> Agent:
    """The agent of that name, else what holds for any program with a terminal."""
    return find(name, home) or GENERIC


def every(home: str | None = None) -> Iterator[Agent]:
    """All agents that can be loaded, by name."""
    for name in names(home):
        found = find(name, home)
        if found is not None:
            yield found


def secret_variables(home: str | None = None) -> tuple[str, ...]:
    """The names of environment variables in which any agent keeps a secret."""
    return tuple(dict.fromkeys(name for agent in every(home) for name in agent.account.secrets()))


def _folder(home: str | None) -> str:
    return os.path.join(home or layout.home(), layout.AGENTS)


def _listed(folder: str) -> list[str]:
    try:
        entries = os.listdir(folder)
    except OSError:
        return []
    return [name for name in entries if name.isidentifier() and os.path.isfile(os.path.join(folder, name, _FILE))]


def _load(name: str, folder: str) -> Agent:
    path = os.path.join(_SHIPPED, name)
    if not os.path.isfile(os.path.join(path, _FILE)):
        path = os.path.join(folder, name)
        _search(folder, name)
    try:
        found = importlib.import_module(f"{agents.__name__}.{name}.agent").AGENT
        if not isinstance(found, Agent) or found.name != name:
            raise TypeError(f"AGENT must be an Agent with the name {name!r}")
    except Exception as error:  # whatever the code of such a folder raises
        _forget(name)
        words = f"the agent {name!r} in {path} cannot be loaded: {type(error).__name__}: {error}"
        raise Invalid(words, f"mend {path}, or move it away") from error
    return found


def _search(folder: str, name: str) -> None:
    """Let the modules of `name` be found in a folder of the home, behind the shipped ones."""
    path = os.path.join(folder, name)
    _check(folder, path)
    loaded = sys.modules.get(f"{agents.__name__}.{name}")
    if loaded is None or path not in loaded.__path__:
        _forget(name)  # of another home, where this process has asked one before
        agents.__path__[:] = [_SHIPPED, folder]
        importlib.invalidate_caches()


def _check(folder: str, path: str) -> None:
    """Refuse a folder where another user could have written or exchanged code."""
    entries = [folder]
    for top, _, files in os.walk(path):
        entries += [top, *(os.path.join(top, file) for file in files)]
    for entry in entries:
        now = os.stat(entry)
        if now.st_uid != os.geteuid() or now.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise Refused(f"others can write to {entry}", f"chmod -R go-w {folder}")


def _forget(name: str) -> None:
    """Take the modules of a folder out of the interpreter, so that a mended one is read anew."""
    prefix = f"{agents.__name__}.{name}"
    for module in [one for one in sys.modules if one == prefix or one.startswith(prefix + ".")]:
        del sys.modules[module]
