"""The command line: finds the verb, runs it, and turns every failure into words and an exit code."""

import functools
import importlib
import os
import sys
import time
import traceback
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from workcell import __version__
from workcell.base import ids
from workcell.base.errors import WorkcellError
from workcell.faces.cli import out, table
from workcell.rundir import home_creation as homes
from workcell.rundir import layout

# typer has carried its own click since 0.27 and used the click package before: its public names lead to either one
UsageError: Any = typer.BadParameter.__bases__[0]
ClickException: Any = UsageError.__bases__[0]


class Verbs(TyperGroup):
    """The verbs of the table; a verb's module is imported when it is called, and no other."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(table.VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return load(cmd_name) if cmd_name in table.VERBS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in table.VERBS:
            near = out.nearest(args[0], list(table.VERBS))
            raise UsageError(f"no such verb: {out.safe(args[0])!r}" + (f"; did you mean {near!r}?" if near else ""))
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
    if verb not in _ANY_HOME:
        for one in getattr(command, "commands", {"": command}).values():
            one.invoke = functools.partial(_in_checked_home, one.invoke)
    return command


def _in_checked_home(invoke: Any, context: Any) -> Any:
    """Run a verb, unless the home must not be used. `--help` does not get here."""
    homes.check(layout.home())
    return invoke(context)


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
    as_json = "--json" in words
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:  # closed by the caller: what is said goes nowhere, and is no failure
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            setattr(sys, name, open(number, "w", closefd=False))
    if words[:1] in (["help"], ["-h"]):
        words = ["--help", *words[1:]]
    # click knows no option whose value may be left out: `--worktree` alone means a branch named after the run
    words = ["--worktree=" if word == "--worktree" and words[0] == "launch" else word for word in words]
    try:
        answer = get_command(app).main(args=words, prog_name="workcell", standalone_mode=False)
        sys.stdout.flush()
        return answer if isinstance(answer, int) else 0
    except WorkcellError as error:
        out.error(error.code, error.exit_code, error.message, error.hint, error.details, as_json)
        return error.exit_code
    except typer.Exit as done:
        return int(done.exit_code)
    except ClickException as error:
        if not as_json and getattr(error, "ctx", None) is not None and type(error).__name__ == "NoArgsIsHelpError":
            out.say(error.format_message())
            return 2
        out.error("usage", 2, error.format_message().rstrip("."), _usage_hint(error), [], as_json)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        # the reader has enough; the interpreter must not complain about it on its way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        return bug(error, words, as_json)


def _usage_hint(error: Any) -> str | None:
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help" if context is not None else "workcell --help"


def bug(error: Exception, words: list[str], as_json: bool) -> int:
    """A failure that was not foreseen: a report to paste, and one line that says where it is."""
    if isinstance(error, OSError) and error.errno is not None:
        where = f": {error.filename!r}" if error.filename else ""
        out.error(
            "io", 74, f"{error.strerror}{where}", "check the disk and the permissions: workcell doctor", [], as_json
        )
        return 74
    text = "".join(traceback.format_exception(error))
    where = os.path.join(layout.home(), layout.CRASHES)
    path = os.path.join(where, time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + ids.token() + ".txt")
    report = f"workcell {__version__}\npython {sys.version}\nverb {words[:1]}\n\n{text}"
    try:
        homes.check(layout.home())  # nothing is written into a home that must not be used
        os.makedirs(layout.home(), 0o700, exist_ok=True)  # of parents that makedirs makes on the way, the umask decides
        os.makedirs(where, 0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(report)
        hint = f"the report is in {path}"
    except (OSError, WorkcellError):
        hint = "its report could not be written:\n" + text
    out.error("bug", 70, f"a bug: {type(error).__name__}: {out.safe(str(error))}", hint, [], as_json)
    return 70
