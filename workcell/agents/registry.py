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
from typing import TYPE_CHECKING, Any

from workcell import agents
from workcell.agents.account import Account
from workcell.base.errors import Invalid, NotFound, Refused, WorkcellError
from workcell.rundir import layout

if TYPE_CHECKING:
    from workcell.agents.protocol import Agent

_SHIPPED = os.path.dirname(os.path.abspath(__file__))
_FILE, _ACCOUNT = "agent.py", "account.py"
_GENERIC = "generic"


def names(home: str | None = None) -> list[str]:
    """The names of all agents that have a folder, sorted; nothing of them is loaded. `home`: default, the usual one."""
    found = {name for folder in (_SHIPPED, _folder(home)) for name in _listed(folder)}
    return sorted(found - {_GENERIC})


def load(name: str, home: str | None = None) -> "Agent":
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


def find(name: str, home: str | None = None) -> "Agent | None":
    """The agent of that name; None where there is none, or where it cannot be loaded.

    So a run whose agent's folder was removed or broken comes to its end like one of a program that is not known;
    `doctor` names the fault of the folder.
    """
    if name not in names(home):
        return None
    try:
        return _load(name, _folder(home))
    except WorkcellError:
        return None


def resolve_alias(name: str, home: str | None = None) -> str:
    """The name of the agent of that name or alias; any other name as it is."""
    return next((agent.name for agent in every(home) if name in agent.aliases), name)


def find_or_generic(name: str, home: str | None = None) -> "Agent":
    """The agent of that name, else what holds for any program with a terminal."""
    found = find(name, home)
    if found is None:
        from workcell.agents.generic.agent import AGENT

        found = AGENT
    return found


def every(home: str | None = None) -> "Iterator[Agent]":
    """All agents that can be loaded, by name."""
    for name in names(home):
        found = find(name, home)
        if found is not None:
            yield found


def account(name: str, home: str | None = None) -> Account:
    """What names the account of that agent; nothing else of its folder is loaded. Empty where there is nothing."""
    folder = _folder(home)
    places = [os.path.join(top, name, _ACCOUNT) for top in (_SHIPPED, folder)]
    if name not in names(home) or not any(map(os.path.isfile, places)):
        return Account()
    try:
        found = _module(name, "account", folder).ACCOUNT
    except WorkcellError:
        return Account()
    return found if isinstance(found, Account) else Account()


def secret_variables(home: str | None = None) -> tuple[str, ...]:
    """The names of environment variables in which any agent keeps a secret."""
    return tuple(dict.fromkeys(variable for name in names(home) for variable in account(name, home).secrets()))


def _folder(home: str | None) -> str:
    return os.path.join(home or layout.home(), layout.AGENTS)


def _listed(folder: str) -> list[str]:
    try:
        entries = os.listdir(folder)
    except OSError:
        return []
    return [name for name in entries if name.isidentifier() and os.path.isfile(os.path.join(folder, name, _FILE))]


def _load(name: str, folder: str) -> "Agent":
    from workcell.agents.protocol import Agent

    found = _module(name, "agent", folder).AGENT
    if not isinstance(found, Agent) or found.name != name:
        raise _fault(name, folder, f"AGENT must be an Agent with the name {name!r}")
    return found


def _module(name: str, module: str, folder: str) -> Any:
    """A module of the folder of an agent, whose variables may have any type."""
    if not os.path.isfile(os.path.join(_SHIPPED, name, _FILE)):
        _search(folder, name)
    constant = module.upper()
    try:
        found = importlib.import_module(f"{agents.__name__}.{name}.{module}")
        getattr(found, constant)
    except Exception as error:  # whatever the code of such a folder raises
        raise _fault(name, folder, f"{type(error).__name__}: {error}") from error
    return found


def _fault(name: str, folder: str, words: str) -> Invalid:
    """The error for a folder whose code has a fault. Its modules are unloaded, so that mended code is read anew."""
    _forget(name)
    shipped = os.path.isfile(os.path.join(_SHIPPED, name, _FILE))
    path = os.path.join(_SHIPPED if shipped else folder, name)
    return Invalid(f"the agent {name!r} in {path} cannot be loaded: {words}", f"mend {path}, or move it away")


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
    """Take the modules of a folder out of the interpreter."""
    prefix = f"{agents.__name__}.{name}"
    for module in [one for one in sys.modules if one == prefix or one.startswith(prefix + ".")]:
        del sys.modules[module]
