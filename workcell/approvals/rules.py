"""Reads `rules/approvals.yaml` of a home and `.workcell/approvals.yaml` of a repository, and says which rules apply.

A repository's file may only narrow: it denies and asks, and never allows.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
from dataclasses import field
from itertools import product
from typing import TYPE_CHECKING, Any, TypedDict

from workcell.approvals import match, shell
from workcell.base import digest, spelling
from workcell.base.errors import WorkcellError
from workcell.base.light_dataclass import dataclass
from workcell.rundir import layout, vocabulary
from workcell.texts import document, fields, search_path
from workcell.texts.document import Document, Fault, Faulty
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.rundir.schema import ApprovalRule, ApprovalRules
    from workcell.rundir.schema.literals import RuleAnswer, RuleGate

MOST_RULES = 500
"""Rules of one file, lists of commands and paths counted singly: each request is compared with all of them."""


class _Values(TypedDict):
    """The keys of one rule as they were checked."""

    tool: list[str] | None
    command: list[list[str]] | None
    path: list[str] | None
    repo: list[str] | None
    recipe: list[str] | None
    even_risky: bool
    why: str | None


@dataclass(frozen=True)
class Written:
    """One rule as a file has it; it holds for runs of one of `repos` and `recipes`, where those are given."""

    rule: ApprovalRule
    repos: tuple[str, ...] = ()
    recipes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """A file of rules. `sha256` is None where there is no such file."""

    rules: list[Written] = field(default_factory=list)
    sha256: str | None = None


def command_pattern(value: Any, path: fields.Path, document: Document) -> list[str] | None:
    """The words of one simple command, in which * and ? stand for other characters."""
    text = fields.line(value, path, document)
    if text is None:
        return None
    try:
        words = shlex.split(text)
    except ValueError as error:
        document.fault(path, f"{text!r} cannot be read: {error}", "put words with blanks in quotes, and the whole, too")
        return None
    called = _CALL.fullmatch(text)
    if called is not None:
        words_of = f"{text!r} is written as of a program's own settings"
        document.fault(path, words_of, f"write: tool: {called[1]}, and below it command: '{called[2]}'")
        return None
    # the words as a shell reads them, with an ordinary character for each that stands for others
    script = shell.read(re.sub(r"[*?]", "x", text))
    if not words or not script.plain or len(script.commands) != 1 or len(script.commands[0]) != len(words):
        cure = "name one program and its words, like: git diff *; a compound command is compared part by part"
        document.fault(path, f"{text!r} is no pattern of one plain command", cure)
        return None
    return words


def path_pattern(value: Any, path: fields.Path, document: Document) -> str | None:
    text = fields.line(value, path, document)
    if text is not None and ".." in text.split("/"):
        document.fault(path, f"{text!r} has '..'", "write the path as it is without it")
        return None
    return text


RULE = (
    Field("tool", fields.list_of(fields.line), "names of tools of the agent program", example="WebFetch"),
    Field("command", fields.list_of(command_pattern), "patterns of one command; a last * is any further words"),
    Field(
        "path",
        fields.list_of(path_pattern),
        "patterns of files that a tool names, from the top of the tree; ** is any folders",
    ),
    Field("repo", fields.list_of(path_pattern), "holds only for runs in these repositories: patterns of their paths"),
    Field("recipe", fields.list_of(fields.line), "holds only for runs of these recipes"),
    Field("even_risky", fields.flag, "whether it also allows what is destructive or shows secrets", default=False),
    Field("why", fields.line, "what the agent is told"),
)

_CALL = re.compile(r"([A-Za-z]\w*)\((.*)\)")
"""`Bash(git diff *)`: a rule of Claude Code."""
_ANSWERS: tuple[RuleAnswer, ...] = ("allow", "deny", "ask")
_SHELL_TOOLS = {"Bash", "shell", "exec_command", "local_shell"}
_OF_A_HOME = ("repo", "even_risky")


def home_file(home: str) -> str:
    """Where the rules of a home lie, or would lie."""
    return os.path.join(home, layout.RULES, layout.APPROVAL_RULES)


def repository_file(top: str) -> str:
    """Where the rules of a repository lie, or would lie."""
    return os.path.join(top, search_path.PROJECT_FOLDER, layout.APPROVAL_RULES)


def of_home(home: str) -> Read:
    """The rules of a home. Raises Faulty with every fault of the file, Invalid for what is no text file."""
    return _read(home_file(home), foreign=False)


def of_repository(top: str) -> Read:
    """The rules of a repository. Raises as `of_home`."""
    return _read(repository_file(top), foreign=True)


def _read(path: str, *, foreign: bool) -> Read:
    if not os.path.lexists(path):
        return Read()
    data = document.load(path)
    rules, faults = parse(document.decode(data, path), path, foreign=foreign)
    if faults:
        raise Faulty(faults, f"correct {path}; no rule holds before that")
    return Read(rules, digest.sha256(data))


def parse(text: str, file: str, *, foreign: bool = False) -> tuple[list[Written], list[Fault]]:
    """(the rules of a file, its faults). `foreign`: it is a repository's, and may only narrow."""
    found = document.parse_yaml(text, file) if text.strip() else Document(file, {}, "", 1)
    rules: list[Written] = []
    for key in found.front:
        if key not in vocabulary.RULE_ANSWERS:
            found.fault((key,), f"unknown key {key!r}", spelling.did_you_mean(key, list(vocabulary.RULE_ANSWERS)))
    for answer in _ANSWERS:
        entries = found.front.get(answer)
        if entries is None:
            continue
        if foreign and answer == "allow":
            found.fault((answer,), "a repository cannot allow anything", "put the rule into rules/approvals.yaml")
        for index, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            rules += _rules(answer, entry, (answer, index), found)
            if foreign and isinstance(entry, dict):
                for key in _OF_A_HOME:
                    if key in entry:
                        found.fault((answer, index, key), f"{key!r} says nothing in a repository's file", "remove it")
    if len(rules) > MOST_RULES:
        found.fault((), f"there are more than {MOST_RULES} rules", "join some of them by * in their patterns")
    return rules, found.faults


def _rules(answer: RuleAnswer, entry: Any, path: fields.Path, found: Document) -> list[Written]:
    """The rules of one entry: one for each of its tools, with each of its commands or paths."""
    if isinstance(entry, str):
        entry = {"command": entry}
    if not isinstance(entry, dict):
        found.fault(path, f"a rule under {answer!r} must be a command or 'key: value' lines")
        return []
    before = len(found.faults)
    values: _Values = fields.check(entry, RULE, found, path)
    if len(found.faults) == before:
        _check(answer, values, path, found)
    if len(found.faults) > before:
        return []
    line = found.lines.get(path) or found.lines.get(path[:1]) or 1
    tools: list[str | None] = [*(values["tool"] or ())] or [None]
    commands: list[list[str] | None] = [*(values["command"] or ())] or [None]
    paths: list[str | None] = [*(values["path"] or ())] or [None]
    return [
        Written(
            {
                "answer": answer,
                "where": f"{os.path.basename(os.path.dirname(found.file))}/{os.path.basename(found.file)}:{line}",
                "tool": tool,
                "command": command,
                "path": where,
                "even_risky": values["even_risky"],
                "why": values["why"],
            },
            tuple(values["repo"] or ()),
            tuple(values["recipe"] or ()),
        )
        for tool, command, where in product(tools, commands, paths)
    ]


def _check(answer: RuleAnswer, values: _Values, path: fields.Path, found: Document) -> None:
    """Note what makes a rule say nothing, or something else than it seems to."""
    commands = values["command"] or []
    for index, tool in enumerate(values["tool"] or []):
        if called := _CALL.fullmatch(tool):
            cure = f"write: tool: {called[1]}, and below it command: '{called[2]}'"
            found.fault((*path, "tool", index), f"{tool!r} is no name of a tool", cure)
    if values["command"] and values["path"]:
        found.fault(path, "a rule has 'command' or 'path', not both", "make two rules of it")
    elif not values["command"] and not values["path"] and not values["tool"]:
        found.fault(path, "the rule says nothing", "give it 'command', 'path' or 'tool'")
    elif answer == "allow" and not values["command"] and set(values["tool"] or ()) & _SHELL_TOOLS:
        found.fault(path, "an allow of a shell names commands", "give it 'command'")
    if values["even_risky"] and answer != "allow":
        found.fault((*path, "even_risky"), f"'even_risky' means nothing under {answer!r}", "remove it")
    for index, command in enumerate(commands if answer == "allow" else []):
        if os.path.basename(command[0]) in match.RUNNERS and any(map(match.wild, command)):
            cure = f"name what it runs: {command[0]} is looked through where that is safe, and never allowed by *"
            words = f"{command[0]!r} runs other programs, and a pattern with * allows none"
            found.fault((*path, "command", index), words, cure)


def applying(rules: list[Written], repo: str, recipe: str, tree: str) -> list[ApprovalRule]:
    """The rules that hold for a run of that recipe in that repository, their paths absolute in `tree`."""
    found: list[ApprovalRule] = []
    for one in rules:
        if one.repos and not any(match.path_fits(absolute(pattern, "/").rstrip("/"), repo) for pattern in one.repos):
            continue
        if one.recipes and not any(fnmatch.fnmatchcase(recipe, pattern) for pattern in one.recipes):
            continue
        path = one.rule["path"]
        found.append(one.rule if path is None else {**one.rule, "path": absolute(path, tree)})
    return found


def absolute(pattern: str, tree: str) -> str:
    """A pattern of paths from the top of the tree, or from the person's own directory where it begins with ~/."""
    found = os.path.join(tree, os.path.expanduser(pattern) if pattern.startswith("~/") else pattern)
    return found + "**" if found.endswith("/") else found


@dataclass(frozen=True)
class Both:
    """The rules of a home and of a repository, as they were read for one launch."""

    home: Read = field(default_factory=Read)
    repository: Read = field(default_factory=Read)

    def pinned(self, repo: str, recipe: str, tree: str) -> ApprovalRules | None:
        """What policy.json holds of them: those that apply to a run in `tree`; None where none does."""
        repo, tree = os.path.realpath(repo), os.path.realpath(tree)
        found: ApprovalRules = {
            "repo": repo,
            "recipe": recipe,
            "tree": tree,
            "home_sha256": self.home.sha256,
            "home": applying(self.home.rules, repo, recipe, tree),
            "repository": applying(self.repository.rules, repo, recipe, tree),
        }
        return found if found["home"] or found["repository"] else None

    def names(self, recipe: str) -> bool:
        """Whether a rule names the recipe: of a rule for all recipes, one that runs no agent is not told."""
        every = [*self.home.rules, *self.repository.rules]
        return any(fnmatch.fnmatchcase(recipe, pattern) for one in every for pattern in one.recipes)


def read(home: str, repo: str, *, ignore: bool = False) -> Both:
    """The rules for a launch in that repository. Raises as `of_home`.

    With `ignore`, of --ignore-repo, a file of the repository that cannot be read is left out.
    """
    try:
        theirs = of_repository(repo)
    except WorkcellError:
        if not ignore:
            raise
        theirs = Read()
    return Both(of_home(home), theirs)


def gate(pinned: ApprovalRules | None) -> RuleGate | None:
    """What the hook of a run is: `closed` where a rule denies or asks, so that what fails is forbidden; else `open`."""
    if pinned is None:
        return None
    every = [*pinned["home"], *pinned["repository"]]
    return "closed" if any(rule["answer"] != "allow" for rule in every) else "open"
