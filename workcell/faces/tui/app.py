"""The list of runs on the whole terminal, in which a person looks and acts by keys."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from workcell.base.errors import WorkcellError
from workcell.faces.cli import out, runs
from workcell.faces.tui import asking, details, keys, rows, told
from workcell.faces.tui.pages import Page, Question
from workcell.faces.tui.style import STYLE
from workcell.system import run_program
from workcell.terminal import printable
from workcell.views import ls

if TYPE_CHECKING:
    from workcell.rundir import schema

LINES = 1000
"""Lines of a log that are shown."""


class Top(App[int]):
    """The runs that `ask` gives, asked for anew every second by a thread."""

    ENABLE_COMMAND_PALETTE = False
    CSS = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(name, key.action, key.words, show=False, priority=name in keys.AT_ONCE)
        for key in keys.KEYS
        if key.action is not None and (key.operation is None or asking.there(key.operation))
        for name in key.names.split(",")
    ]

    class Listed(Message):
        """The runs as they are now, or why they could not be listed."""

        def __init__(self, found: ls.Result | None, error: Exception | None = None) -> None:
            super().__init__()
            self.found, self.error = found, error

    class Told(Message):
        """Details of one run."""

        def __init__(self, run: str, heading: str, lines: list[details.Line]) -> None:
            super().__init__()
            self.run, self.heading, self.lines = run, heading, lines

    class Acted(Message):
        """What came of an operation that a person asked for."""

        def __init__(self, words: str, error: Exception | None = None) -> None:
            super().__init__()
            self.words, self.error = words, error

    def __init__(self, ask: Callable[[], ls.Result]) -> None:
        super().__init__(ansi_color=True)  # the colours of the terminal itself: right on light and dark, and on 16
        self._ask = ask
        self._found: ls.Result | None = None
        self._view = rows.View()
        self._ids: list[str | None] = []
        self._listing = self._telling = False

    def compose(self) -> ComposeResult:
        yield Static(id="head")
        yield OptionList(id="runs", compact=True, markup=False)
        with VerticalScroll(id="detail", can_focus=False):
            yield Static(id="about")
        yield Static(id="said")
        yield Input(placeholder="name, label, state or repository", id="filter", compact=True, select_on_focus=False)
        yield Static(classes="bar", id="foot")

    def on_mount(self) -> None:
        self.theme = "ansi-dark"
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit, 128 + number)
        self.set_focus(self.query_one(OptionList))
        self.set_interval(runs.TICK, self._look)
        self._look()

    # the list

    def _look(self) -> None:
        if not self._listing:
            self._listing = True
            self.run_worker(self._list, thread=True)

    def _list(self) -> None:
        """In a thread: a home with many runs takes longer than a key may wait."""
        try:
            self.post_message(self.Listed(self._ask()))
        except Exception as error:  # of any kind: the list stays and says so
            self.post_message(self.Listed(None, error))

    def on_top_listed(self, message: Listed) -> None:
        self._listing = False
        if message.error is not None:
            self._complain(message.error)
        else:
            self._found = message.found
            self._draw()
            self._tell()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 16, "low")
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Show the runs that the view leaves, with the chosen one still chosen wherever it is now."""
        found = self._found
        if found is None or len(self.screen_stack) == 0:
            return
        base = self.screen_stack[0]
        listed = base.query_one(OptionList)
        groups = rows.grouped(found.runs, self._view)
        shown = [run for _, members in groups for run in members]
        width = max(20, listed.scrollable_content_region.width)
        head, *body = runs.lines(replace(found, runs=shown), width)
        base.query_one("#head", Static).update(Text.from_ansi(head, no_wrap=True))
        self._fill(listed, groups, iter(body))
        if not shown:
            base.query_one("#about", Static).update(Text(self._nothing(found)))
        self._foot(found)

    def _fill(self, listed: OptionList, groups: list[Any], body: Any) -> None:
        ids: list[str | None] = []
        prompts: list[Text] = []
        for heading, members in groups:
            if heading is not None:
                ids.append(None)
                prompts.append(Text(heading, style="bold underline", no_wrap=True))
            for run in members:
                ids.append(run["id"])
                prompts.append(Text.from_ansi(next(body), no_wrap=True))
        chosen, place = self._chosen(), listed.highlighted or 0
        if ids == self._ids:
            for index, prompt in enumerate(prompts):
                if prompt != listed.get_option_at_index(index).prompt:
                    listed.replace_option_prompt_at_index(index, prompt)
            return
        self._ids = ids
        listed.set_options(
            Option(prompt, id=run, disabled=run is None) for run, prompt in zip(ids, prompts, strict=True)
        )
        there = [index for index, run in enumerate(ids) if run is not None]
        if chosen in ids:
            listed.highlighted = ids.index(chosen)
        elif there:  # what stood at the place of the one that is gone
            listed.highlighted = min(there, key=lambda index: abs(index - place))

    def _nothing(self, found: ls.Result) -> str:
        if found.runs:
            return "no run fits; Esc ends the filter, n shows all"
        return runs.NONE_YET

    def _foot(self, found: ls.Result) -> None:
        view = self._view
        words = [out.count(len(found.runs), "run"), *rows.needed(found)]
        words += [f"/{view.words}"] if view.words else []
        words += ["only what needs you"] if view.needs else []
        words += [f"by {view.by}"] if view.by else []
        words += ["? keys", "q ends this, and no run"]
        text = printable.clip(out.safe(" · ".join(words)), max(1, self.size.width))
        self.screen_stack[0].query_one("#foot", Static).update(Text(text, no_wrap=True))

    def _chosen(self) -> str | None:
        """The id of the run that is chosen."""
        option = self.screen_stack[0].query_one(OptionList).highlighted_option
        return option.id if option is not None else None

    def _run(self) -> schema.Status | None:
        chosen, found = self._chosen(), self._found
        return next((run for run in found.runs if run["id"] == chosen), None) if found is not None else None

    # the details

    def on_option_list_option_highlighted(self) -> None:
        self._tell()

    def _tell(self) -> None:
        run = self._chosen()
        if run is not None and not self._telling:
            self._telling = True
            self.run_worker(lambda: self._ask_details(run), thread=True)

    def _ask_details(self, run: str) -> None:
        try:
            status = asking.about("status", run)
            lines = details.lines(status, asking.about("what", run, cached=True))
            self.post_message(self.Told(run, details.title(status), lines))
        except Exception as error:  # as in `_list`
            self.post_message(self.Told(run, run, told.error_lines(error)))

    def on_top_told(self, message: Told) -> None:
        self._telling = False
        if message.run != self._chosen():
            self._tell()
            return
        text = Text(message.heading, style="bold")
        for label, words in message.lines:
            marked = label == details.NEEDS
            text.append(f"\n{label:<10} ", style="bold" if marked else "")
            text.append(words, style="bold" if marked else "not bold")
        self.screen_stack[0].query_one("#about", Static).update(text)

    # what is said

    def _say(self, words: str) -> None:
        said = self.screen_stack[0].query_one("#said", Static)
        said.update(Text(words))
        said.display = bool(words)

    def _complain(self, error: Exception) -> None:
        self._say("\n".join(f"{label} {words}" for label, words in told.error_lines(error)))

    def on_top_acted(self, message: Acted) -> None:
        if message.error is not None:
            self._complain(message.error)
        else:
            self._say(message.words)
        self._look()

    # the keys

    def on_option_list_option_selected(self) -> None:
        self.action_attach()

    def action_attach(self) -> None:
        """Leave the terminal to the run, and come back."""
        run = self._chosen()
        if run is None:
            return
        self._say("")
        try:
            with self.suspend():
                found = asking.about("attach", run)
                if found.argv is not None:
                    code = run_program.foreground(asking.verb("attach", run))
        except (WorkcellError, OSError) as error:
            self._complain(error)
            return
        if found.argv is None:
            self._say(f"{run} is over, and has no terminal any more: w says why, r resumes it")
        elif code:
            self._say(f"attach ended with code {code}; to see why: workcell attach {run}")
        self._look()

    def action_logs(self) -> None:
        run = self._run()
        if run is None:
            return
        identifier = run["id"]

        def ask(page: Page) -> None:
            began = time.monotonic()
            try:
                over = asking.about("status", identifier).outcome is not None
                text = "\n".join(asking.about("logs", identifier, number=LINES))
            except Exception as error:  # as in `_list`
                over, text = True, told.error_text(error)
            page.post_message(Page.Came(text, not over, time.monotonic() - began))

        self.push_screen(Page(f"logs of {out.safe(run['name'] or identifier)}", ask, at_end=True))

    def action_page(self, verb: str) -> None:
        """Show what a verb prints of the run."""
        run = self._run()
        if run is None:
            return
        words = (verb, run["id"])

        def ask(page: Page) -> None:
            try:
                text = asking.page(*words)
            except Exception as error:  # as in `_list`
                text = told.error_text(error)
            page.post_message(Page.Came(text, False, 0.0))

        self.push_screen(Page(f"{verb} {out.safe(run['name'] or run['id'])}", ask))

    def action_act(self, operation: str) -> None:
        run = self._chosen()
        if run is not None:
            self._act(operation, run)

    def action_confirmed(self, operation: str) -> None:
        """Ask first, and name the run: the list may have moved since the person looked."""
        run = self._run()
        if run is None:
            return
        if operation == "stop" and run["outcome"]:
            return self._say("it is over: there is nothing to stop")
        identifier, named = run["id"], rows.named(run)

        def answered(yes: bool | None) -> None:
            if yes:
                self._act(operation, identifier)
            else:
                self._say("nothing was done")

        self.push_screen(Question(f"{'Stop' if operation == 'stop' else 'Remove'} {named}?"), answered)

    def action_hold(self) -> None:
        """Hold the run, or release it: which of the two is asked of the run and not of the list, which may be old."""
        run = self._chosen()
        if run is not None:
            self._act("hold", run, "release")

    def _act(self, operation: str, run: str, when_held: str | None = None) -> None:
        """Ask for the operation in a thread; for `when_held` in its place, where the run is held."""
        self._say(f"{operation} {run} …")

        def act() -> None:
            try:
                if when_held is not None and asking.about("status", run).hold is not None:
                    self.post_message(self.Acted(told.outcome(when_held, run, asking.about(when_held, run))))
                    return
                done = asking.about(operation, run, yes=True)
                self.post_message(self.Acted(told.outcome(operation, run, done)))
            except Exception as error:  # as in `_list`
                self.post_message(self.Acted("", error))

        self.run_worker(act, thread=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether the action is to be had now: in the filter, its key is a letter."""
        return not (action == "filter" and isinstance(self.focused, Input))

    def action_filter(self) -> None:
        line = self.query_one(Input)
        line.display = True
        self.set_focus(line)  # at once: what is typed next belongs to it

    def on_input_changed(self, event: Input.Changed) -> None:
        self._view = replace(self._view, words=event.value)
        self._draw()

    def on_input_submitted(self) -> None:
        self._close_filter()

    def _close_filter(self) -> None:
        self.query_one(Input).display = False
        self.set_focus(self.query_one(OptionList))

    def action_cancel(self) -> None:
        """End the filter, and take away what was said."""
        self.query_one(Input).value = ""
        self._close_filter()
        self._say("")

    def action_needs(self) -> None:
        self._view = replace(self._view, needs=not self._view.needs)
        self._draw()

    def action_group(self) -> None:
        self._view = self._view.regrouped()
        self._draw()

    def action_help(self) -> None:
        there = [key for key in keys.KEYS if key.operation is None or asking.there(key.operation)]
        text = "\n".join(f"{key.shown}\n    {key.words}" for key in there)

        def ask(page: Page) -> None:
            page.post_message(Page.Came(text, False, 0.0))

        self.push_screen(Page("keys", ask))

    def action_leave(self) -> None:
        self.exit(0)


def run(ask: Callable[[], ls.Result]) -> int:
    """Show the list until a person leaves it; the exit code."""
    # what Textual takes out of the environment, for itself, is for the programs that are started here, too
    kept = os.environ.get("NO_COLOR")
    top = Top(ask)
    if kept is not None:
        os.environ["NO_COLOR"] = kept
    code = top.run(mouse=False)
    if top.return_code:
        return top.return_code
    return code or 0
