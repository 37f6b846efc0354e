"""Adapters put into a home from the shipped ones, and what a person still has to fill in."""

import os
from dataclasses import dataclass

from workcell.base.errors import NotFound, Refused
from workcell.rundir import home_creation, seal
from workcell.texts import adapter, document, search_path

_FILL_IN = "FILL IN"
"""Marks the lines of shipped adapters whose value is an example."""


@dataclass(frozen=True)
class Added:
    """One adapter that was written."""

    name: str
    file: str
    to_do: list[str]


def find(home: str, name: str) -> search_path.Item:
    """The file of the adapter of that name: by what stands in the file, else by its file name. NotFound for others."""
    every = search_path.items("adapters", None, home)
    for item in every:
        try:
            if adapter.load(item.path).name == name:
                return item
        except document.Faulty:
            continue  # shown by its file name: that its keys are wrong is why it is to be seen
    for item in every:
        if item.name == name:
            return item
    known = ", ".join(sorted(item.name for item in every))
    raise NotFound(f"there is no adapter {name!r}; known: {known}", "list them with 'workcell notify ls'")


def add(home: str, kind: str) -> Added:
    """Copy the shipped adapter into the home; it is on at once where nothing is to be filled in.

    Raises Refused where the home has one of that name: it is the person's.
    """
    source = os.path.join(search_path.shipped("adapters"), f"{kind}.yaml")
    text = document.decode(document.load(source), source)
    folder = os.path.join(home, "adapters")
    path = os.path.join(folder, f"{kind}.yaml")
    if os.path.lexists(path):
        raise Refused(f"{path} is there already", f"change it, or try it: workcell notify test {kind}")
    home_creation.ensure(home)
    os.makedirs(folder, 0o700, exist_ok=True)
    to_do = _to_do(text, path)
    if not to_do:
        text = text.replace("enabled: false", "enabled: true", 1)
    seal.replace(folder, os.path.basename(path), text.encode(), 0o600)
    return Added(adapter.load(path).name, path, to_do)


def _to_do(text: str, path: str) -> list[str]:
    """What has to be filled in: lines that say so, secrets whose file is not there, and that it is to be put on."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        key, mark, words = line.partition(_FILL_IN)
        if mark:
            found.append(f"{path}:{number}: fill in {key.split(':')[0].strip()}:{words}")
    for key, secret in adapter.parse(text.encode(), path).secrets.items():
        if secret.how == "file" and not os.path.exists(os.path.expanduser(secret.where[0])):
            found.append(f"write the {key} into {secret.where[0]}, one line, mode 0600")
    return [*found, f"{path}: set enabled: true"] if found else []
