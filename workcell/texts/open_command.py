"""`open:` of config.yaml: how the terminal of a person is started so that it shows a run."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workcell.base import spelling
from workcell.texts import fields

if TYPE_CHECKING:
    from workcell.texts.document import Document

ATTACH, PATH = "{attach}", "{path}"

TMUX = "tmux"
"""The preset that is no command: a window of the person's own tmux."""

PRESETS = {
    "alacritty": "alacritty --working-directory {path} -e {attach}",
    "code": "code -n {path}",
    "cursor": "cursor -n {path}",
    "foot": "foot --working-directory={path} {attach}",
    "ghostty": "ghostty --working-directory={path} -e {attach}",
    "gnome-terminal": "gnome-terminal --working-directory={path} -- {attach}",
    "iterm2": """osascript -e 'tell application "iTerm2" to create window with default profile command "{attach}"'""",
    "kitty": "kitty --directory {path} {attach}",
    "konsole": "konsole --workdir {path} -e {attach}",
    "terminal.app": (
        """osascript -e 'tell application "Terminal" to do script "{attach}"' """
        """-e 'tell application "Terminal" to activate'"""
    ),
    "wezterm": "wezterm start --cwd {path} -- {attach}",
    "xfce4-terminal": "xfce4-terminal --working-directory={path} -x {attach}",
    "xterm": "xterm -e {attach}",
    "zed": "zed -n {path}",
}
"""Commands of common terminals, and of editors that open a directory."""

_PLACE = re.compile(r"\{(\w*)\}")


def terminal_command(value: Any, path: fields.Path, document: Document) -> str | None:
    """A preset, or a command line with {attach} or {path}."""
    found = fields.line(value, path, document)
    if found is None or found in PRESETS or found == TMUX:
        return found
    try:
        given = shlex.split(found)
    except ValueError as error:
        document.fault(path, f"'open' is no command line: {error}", "close the quotes")
        return None
    places = {f"{{{name}}}" for word in given for name in _PLACE.findall(word)}
    if unknown := sorted(places - {ATTACH, PATH}):
        document.fault(
            path, f"'open' has {unknown[0]}", f"it can have {ATTACH}, the command to run, and {PATH}, the tree"
        )
        return None
    if not places:
        cure = spelling.did_you_mean(found, [*PRESETS, TMUX])
        document.fault(path, f"'open' names no preset: {found!r}", f"{cure}; or write a command with {ATTACH}")
        return None
    return found


def attaches(setting: str) -> bool:
    """Whether the terminal of the run is shown, and not only its tree."""
    return setting == TMUX or ATTACH in PRESETS.get(setting, setting)


def words(setting: str, attach: Sequence[str], path: str) -> list[str]:
    """The command to start. `attach` are the words of the command that attaches, `path` is the tree of the run.

    A word that is {attach} alone becomes these words; in a longer one they stand as text for a shell, and so does the
    path in a word with spaces. For osascript that text is quoted for AppleScript, too.
    """
    given = shlex.split(PRESETS.get(setting, setting))
    script = os.path.basename(given[0]) == "osascript"
    found: list[str] = []
    for word in given:
        if word == ATTACH:
            found += attach
            continue
        plain = " " not in word
        texts = {"attach": shlex.join(attach), "path": path if plain else shlex.quote(path)}
        if script:
            texts = {name: text.replace("\\", "\\\\").replace('"', '\\"') for name, text in texts.items()}
        found.append(_PLACE.sub(lambda place, texts=texts: texts[place[1]], word))  # type: ignore[misc]
    return found
