"""Answers for a shell that completes: the runs, groups and recipes that begin as typed, and nothing heavy imported."""

import os
import sys

from workcell.rundir import home, layout, look

MOST = 200
"""Runs looked into and answers given: more do not help a person who types."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+@%=:,")


def main(words: list[str]) -> int:
    """`_complete KIND PREFIX`: one answer a line, nothing for what is not known. Never an error: a shell asks."""
    kind, prefix = [*words[1:], "", ""][:2]
    answer = {"runs": _runs, "recipes": _recipes, "groups": _groups}.get(kind)
    if answer is None or home.problem(layout.home()) is not None:
        return 0
    found = [word for word in dict.fromkeys(answer(layout.home())) if word.startswith(prefix) and word.isprintable()]
    # bytes, since a name may be written in letters that the locale has not
    sys.stdout.buffer.write("".join(f"{word}\n" for word in found[:MOST]).encode("utf-8", "surrogateescape"))
    return 0


def _ids(top: str) -> list[str]:
    """Newest first."""
    try:
        return sorted((name for name in os.listdir(f"{top}/{layout.RUNS}") if name[0] != "."), reverse=True)
    except OSError:
        return []


def _said(top: str, key: str) -> list[str]:
    """What the newest runs say under that key of launch.json, as far as it is one word for a shell."""
    found = (look.read_record(f"{top}/{layout.RUNS}/{name}", layout.LAUNCH, []) for name in _ids(top)[:MOST])
    words = [launched.get(key) for launched in found if launched]
    return [word for word in words if isinstance(word, str) and word and not set(word) - _PLAIN]


def _runs(top: str) -> list[str]:
    return _said(top, "name") + _ids(top)


def _groups(top: str) -> list[str]:
    return _said(top, "group")


def _recipes(top: str) -> list[str]:
    """Those of the directories above this one, of the user, and the shipped ones."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    places = [f"{top}/recipes", f"{package}/_data/recipes", f"{os.path.dirname(package)}/recipes"]
    here = os.getcwd()
    while here != "/":
        places.append(f"{here}/.workcell/recipes")
        here = os.path.dirname(here)
    names = []
    for place in places:
        try:
            names += [name[:-5] for name in os.listdir(place) if name.endswith(".yaml") and name[0] != "."]
        except OSError:
            continue
    # a name in a repository may be of any form: one that is no single plain word for a shell is not offered
    return sorted(name for name in names if not set(name) - _PLAIN)
