"""The command line: finds the verb, reads its words, and runs it."""

import functools
import importlib
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from workcell import __version__
from workcell.base import spelling
from workcell.faces.cli import failures, foreign_options, out, table
from workcell.rundir import home_creation as homes
from workcell.rundir import layout

# typer has carried its own click since 0.27 and used the click package before: its public names lead to either one
UsageError: Any = typer.BadParameter.__bases__[0]
ClickException: Any = UsageError.__bases__[0]


class NoSuchVerb(UsageError):  # type: ignore[misc] # the class is found at run time
    """A verb that there is not; its hint is the verb of that meaning, or the nearest one."""

    def __init__(self, word: str, rest: Sequence[str] = ()) -> None:
        same = table.SYNONYMS.get(word)
        near = None if same else spelling.nearest(word, table.VERBS)
        more = f"; it is {same.partition(' ')[0]!r} here" if same else f"; did you mean {near!r}?" if near else ""
        super().__init__(f"no such verb: {out.safe(word)!r}{more}")
        self.hint = _in_other_words(same, rest) if same else "workcell --help"


def _in_other_words(same: str, rest: Sequence[str]) -> str:
    """The command line with the words `same` in place of a verb of another program, and its options as they are here.

    Without `rest` where an option of it means nothing here.
    """
    verb, *own = same.split(" ")
    command = load(verb)
    given = foreign_options.corrected(verb, [word for word in rest if word not in own], options_of(command))
    return foreign_options.command(verb, [*own, *_taken(command, given or [])])


def _taken(command: Any, words: Sequence[str]) -> list[str]:
    """The words that the command takes: of plain ones no more than it has arguments, so that the rest can be pasted."""
    if hasattr(command, "commands"):
        return []
    places = [entry.nargs for entry in command.params if entry.param_type_name == "argument"]
    if -1 in places or any(word.startswith("-") and word != "-" for word in words):
        return list(words)
    return list(words[: sum(places)])


class Verbs(TyperGroup):
    """The verbs of the table; a verb's module is imported when it is called, and no other."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(table.VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return load(cmd_name) if cmd_name in table.VERBS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in table.VERBS:
            raise NoSuchVerb(args[0], args[1:])
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(out.overview())


def load(verb: str) -> Any:
    """The click command of a verb."""
    module = importlib.import_module(f"workcell.faces.cli.verbs.{table.VERBS[verb][0]}")
    module.app.rich_markup_mode = None  # with it, every --help imports rich and comes in boxes that no pipe can use
    command = get_command(module.app)
    command.name = verb
    # typer would install a completion of its own, which starts the whole command line for each Tab
    command.params = [entry for entry in command.params if entry.name not in _TYPER_COMPLETION]
    inner = list(getattr(command, "commands", {"": command}).values())
    for one in {id(part): part for part in (command, *inner)}.values():
        one.context_settings["help_option_names"] = ["--help", "-h"]
        one.context_class = _fitting(one.context_class)
    if verb not in _ANY_HOME:
        for one in inner:
            one.invoke = functools.partial(_in_checked_home, one.invoke)
    return command


def options_of(command: Any) -> dict[str, Any]:
    """The options of a click command, each name with its parameter."""
    return {name: entry for entry in command.params for name in (*entry.opts, *entry.secondary_opts)} | {
        name: None for name in ("--help", "-h")
    }


def _fitting(context: Any) -> Any:
    """The same class of contexts, with help that fits a narrow terminal: click's own is 50 columns wide at least."""

    class Formatter(context.formatter_class):  # type: ignore[misc]
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            if (columns := out.columns()) < HELP_WIDTH:
                self.width = columns - 1

        def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
            super().write_dl(rows, min(col_max, self.width // 2 - 2), col_spacing)

    return type("Context", (context,), {"formatter_class": Formatter})


def _in_checked_home(invoke: Any, context: Any) -> Any:
    """Run a verb, unless the home must not be used. `--help` does not get here."""
    homes.check(layout.home())
    return invoke(context)


HELP_WIDTH = 80
"""Maximum columns of a help text; of wider terminals the rest stays free."""

_ANY_HOME = ("doctor", "completion")
"""Verbs that use no home, or say themselves what is wrong with it."""

_TYPER_COMPLETION = ("install_completion", "show_completion")


def _version(value: bool) -> None:
    if value:
        print(f"workcell {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=Verbs,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Runs one objective, in one repository, in one durable directory."""
    if context.invoked_subcommand is None:
        command = load("ls")
        with command.make_context("ls", [], parent=context) as inner:
            command.invoke(inner)


def main(words: list[str]) -> int:
    """Run one command line; the exit code."""
    typed = words
    if words[:1] in (["launch"], ["spawn"]):
        words = _launch_words(words)
    elif words[:1] and words[0] in table.ALIASES:
        words = _other_name(words)
    as_json = "--json" in words
    if words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    elif words[:1] == ["-h"]:
        words = ["--help", *words[1:]]
    elif words == ["version"]:
        words = ["--version"]
    return failures.told(lambda: _parsed(words, typed, as_json), typed, as_json)


def _parsed(words: list[str], typed: list[str], as_json: bool) -> int:
    """Parse the words and run their verb; the exit code, also for words that no verb takes."""
    try:
        answer = get_command(app).main(args=words, prog_name="workcell", standalone_mode=False)
        return answer if isinstance(answer, int) else 0
    except typer.Exit as done:
        return int(done.exit_code)
    except ClickException as error:
        if not as_json and getattr(error, "ctx", None) is not None and type(error).__name__ == "NoArgsIsHelpError":
            out.say(error.format_message())
            return 2
        message, hint = failures.as_typed(typed, *_usage_words(error, typed))
        out.error("usage", 2, str(message), hint, [], as_json)
        return 2
    except typer.Abort:
        return 130


def _other_name(words: list[str]) -> list[str]:
    """The words of a verb in place of another name of it: `lock WHY` is `claim --why WHY`."""
    meant = list(table.ALIASES[words[0]])
    plain = [word for word in words[1:2] if not word.startswith("-")]
    return [meant[0], *meant[1:], *words[1:]] if plain else [meant[0], *words[1:]]


def _launch_words(words: list[str]) -> list[str]:
    """The words of `launch` or `spawn` as click can read them.

    It knows no option whose value may be left out: `--worktree` alone means a branch named after the run. And it does
    not say which arguments stood behind `--`: they are the words of a command.
    """
    at = words.index("--") if "--" in words else len(words)
    own = ["--worktree=" if word == "--worktree" else word for word in words[:at]]
    return [*own, *(f"--command={word}" for word in words[at + 1 :])]


def _usage_words(error: Any, typed: list[str]) -> tuple[str, str]:
    """(what is wrong with a command line, the cure)."""
    message = error.format_message().rstrip(".")
    if isinstance(error, NoSuchVerb):
        return message, str(error.hint)
    option, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    whole = foreign_options.quoted(typed)
    if whole is not None:
        return f"{message}; the command line is one word, in quotes", whole
    within = _within(typed) if option is None else None
    if within is not None:
        return f"{message}; it is {within.split()[2]!r} here", within
    if option is not None:
        verb, rest = (typed[0], typed[1:]) if typed[0] in table.VERBS else ("", typed)
        names = options_of(load(verb) if verb else get_command(app))
        if verb in ("launch", "spawn"):
            from workcell.launch import asked

            if (line := asked.as_command(rest)) is not None:
                return f"{message}; {rest[0]!r} is a program, and a command stands behind --", line
        if option in names:  # the last word, and its value is missing
            return message, f"{foreign_options.command(verb, rest)} {_example(names[option])}"
        whole = foreign_options.EVERY.get((verb, option))
        if whole is not None:
            return message.partition(" (")[0], whole
        meant = foreign_options.corrected(verb, rest, names)
        if meant is not None and meant != rest:
            foreign = next((word.partition("=")[0] for word in rest if word not in meant), "")
            return message + foreign_options.advice(verb, foreign), foreign_options.command(verb, meant)
    return message, f"{context.command_path} --help" if context is not None else "workcell --help"


def _within(typed: Sequence[str]) -> str | None:
    """The command line that was meant by a verb with a word of another program behind it; None for any other."""
    if len(typed) < 2 or typed[0] not in table.VERBS:
        return None
    inner = getattr(load(typed[0]), "commands", {})
    here = table.WITHIN.get(typed[1])
    if here is None or here not in inner or typed[1] in inner:
        return None
    return foreign_options.command(typed[0], [here, *_taken(inner[here], typed[2:])])


def _example(option: Any) -> str:
    """A value for an option of which only the name was given."""
    return "'what is true when the run is done'" if "--message" in option.opts else option.metavar or "VALUE"
