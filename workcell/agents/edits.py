"""Finds the files that a tool call of an agent program edits, as far as its input says so.

Known are the tools that edit files, patches, and of a command line what it redirects into a file or gives to a program
that changes the files it is told. A word that an expansion makes is not known. The hook that takes claims loads this at
every tool call, so it imports nothing else.
"""

import itertools
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PATH_KEYS = ("file_path", "notebook_path")
READING = ("Read", "NotebookRead")
PATCH_LINES = ("*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: ")
PATCH, SHELL = "apply_patch", "Bash"

MOST_BYTES = 64 << 10
"""Longer command lines are not read."""
MOST_PATHS = 200

_ALL_ARE_FILES = ("rm", "rmdir", "touch", "tee", "truncate", "unlink", "mv", "cp", "install", "ln")
"""Programs whose plain words are files that they change; `cp`, `install` and `ln` change the last one alone."""
_LAST_ALONE = ("cp", "install", "ln")
_IN_PLACE = ("sed", "perl")
_ENDS = (";", "&", "|", "\n", "(", ")")
INTO = "\0>"
"""Stands before a file that output goes into; no word of a command has a zero byte."""
_UNKNOWN = "$`*?~{["


def paths_of(tool: str, given: object, cwd: str) -> "list[str]":
    """Absolute paths of the files that the call edits, each once; empty where none is known."""
    if not isinstance(given, dict):
        return []
    named = [given[key] for key in PATH_KEYS if isinstance(given.get(key), str) and given[key]]
    command = given.get("command")
    if tool in READING:
        return []
    if not named and isinstance(command, str):
        named = list(_of_patch(command)) if tool == PATCH else list(_of_command(command))
    return list(dict.fromkeys(os.path.normpath(os.path.join(cwd, path)) for path in named))[:MOST_PATHS]


def _of_patch(text: str) -> "Iterator[str]":
    for line in text.splitlines():
        for begin in PATCH_LINES:
            if line.startswith(begin):
                yield line[len(begin) :].strip()


def _of_command(text: str) -> "Iterator[str]":
    if PATCH in text and "*** Begin Patch" in text:
        yield from _of_patch(text)
        return
    if len(text) > MOST_BYTES or "\0" in text:
        return
    place = ""
    for words in _commands(text):
        into, plain = _split(words)
        if plain[:1] == ["cd"] and len(plain) == 2 and _is_known(plain[1]):
            place = os.path.join(place, plain[1])
            continue
        yield from (os.path.join(place, path) for path in [*into, *_changed(plain)] if _is_known(path))


def _is_known(word: str) -> bool:
    return bool(word) and not any(char in word for char in _UNKNOWN) and not word.startswith("/dev/")


def _split(words: "list[str]") -> "tuple[list[str], list[str]]":
    """(files that the output goes into, the other words)."""
    into, plain, redirected = [], [], False
    for word in words:
        if redirected:
            into.append(word)
            redirected = False
        elif word == INTO:
            redirected = True
        else:
            plain.append(word)
    return into, plain


def _changed(words: "list[str]") -> "list[str]":
    """The files that a simple command changes, by its words."""
    program = os.path.basename(words[0]) if words else ""
    files = [word for word in words[1:] if not word.startswith("-")]
    if program in _IN_PLACE and any(word.startswith("-") and "i" in word[:4] for word in words[1:]):
        scripts = [after for word, after in itertools.pairwise(words) if word in ("-e", "-f")]
        return [word for word in files if word not in scripts] if scripts else files[1:]
    if program not in _ALL_ARE_FILES:
        return []
    return files[-1:] if program in _LAST_ALONE else files


def _commands(text: str) -> "Iterator[list[str]]":
    """The words of each simple command; `>` and `>>` are the word INTO, and a here-document is left out."""
    words: list[str] = []
    at, until = 0, ""
    while at < len(text):
        char = text[at]
        if char in " \t":
            at += 1
        elif char in _ENDS:
            yield words
            words, at = [], at + 1
            if char == "\n" and until:
                at, until = _behind(text, at, until), ""
        elif char == ">":
            at += 2 if text[at : at + 2] == ">>" else 1
            if text[at : at + 1] != "&":
                words.append(INTO)
        elif char == "<":
            here = text[at : at + 2] == "<<" and text[at : at + 3] != "<<<"
            at += len(text[at:]) - len(text[at:].lstrip("<-"))
            if here:
                until, at = _word(text, at + len(text[at:]) - len(text[at:].lstrip(" \t")))
        else:
            word, at = _word(text, at)
            # a number before it says which output is redirected
            words += [] if word.isdigit() and text[at : at + 1] == ">" else [word]
    yield words


def _word(text: str, at: int) -> "tuple[str, int]":
    """(the word that begins there, without its quotes, where it ends)."""
    word, quote = "", ""
    while at < len(text):
        char = text[at]
        if not quote and (char in " \t<>" or char in _ENDS):
            break
        at += 1
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == "\\" and quote != "'":
            word, at = word + text[at : at + 1], at + 1
        else:
            word += char
    return word, at


def _behind(text: str, at: int, word: str) -> int:
    """The place behind the line that ends a here-document."""
    for line in text[at:].split("\n"):
        at += len(line) + 1
        if line.strip("\t") == word:
            break
    return min(at, len(text))
