"""The list in a Textual application without a terminal: what it keeps and what it says."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from tests.support import frozen
from workcell.base.errors import Refused
from workcell.faces.cli import call
from workcell.faces.tui.app import Top
from workcell.views import ls


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKCELL_HOME", frozen.thaw(tmp_path / "home"))


def listed() -> ls.Result:
    found: ls.Result = call.perform("top", ls.Request(everything=True))
    return found


def drive(act: Callable[[Top, object], Awaitable[None]], ask: Callable[[], ls.Result] = listed) -> None:
    async def main() -> None:
        top = Top(ask)
        async with top.run_test(size=(100, 30)) as pilot:
            await top.workers.wait_for_complete()
            await pilot.pause()
            await act(top, pilot)
            await top.workers.wait_for_complete()

    asyncio.run(main())


def said(top: Top, name: str) -> str:
    return str(top.query_one(name, Static).render())


def test_the_chosen_run_stays_chosen_when_the_order_turns() -> None:
    found = listed()
    asked = [found]  # the list is asked for anew every second, too

    async def act(top: Top, pilot) -> None:
        await pilot.press("down")
        runs = top.query_one(OptionList)
        chosen = runs.highlighted_option.id
        asked[0] = ls.Result(found.runs[::-1], 0)
        top.post_message(Top.Listed(asked[0]))
        await pilot.pause()
        assert runs.highlighted_option.id == chosen
        assert [option.id for option in runs.options] == [run["id"] for run in found.runs[::-1]]
        gone = [run for run in found.runs if run["id"] != chosen]
        asked[0] = ls.Result(gone, 0)
        top.post_message(Top.Listed(asked[0]))
        await pilot.pause()
        assert runs.highlighted_option.id in {run["id"] for run in gone}

    drive(act, lambda: asked[0])


def test_a_heading_cannot_be_chosen() -> None:
    async def act(top: Top, pilot) -> None:
        await pilot.press("g")
        runs = top.query_one(OptionList)
        headings = [option for option in runs.options if option.id is None]
        assert headings and all(option.disabled for option in headings)
        for _ in range(runs.option_count):
            await pilot.press("down")
            assert runs.highlighted_option.id is not None

    drive(act)


@pytest.mark.parametrize("error", [Refused("no [bold]no", "try [this]"), OSError(5, "disk")])
def test_an_error_is_said_with_its_cure_and_ends_nothing(error: Exception) -> None:
    def fails() -> ls.Result:
        raise error

    async def act(top: Top, pilot) -> None:
        text = said(top, "#said")
        assert ("no [bold]no" in text and "try [this]" in text) or ("disk" in text and "workcell doctor" in text)
        assert top.is_running

    drive(act, fails)


def test_a_run_that_is_over_is_not_asked_to_be_stopped() -> None:
    async def act(top: Top, pilot) -> None:
        over = [run for run in listed().runs if run["phase"] == "done"]
        top.post_message(Top.Listed(ls.Result(over, 0)))
        await pilot.pause()
        await pilot.press("s")
        await pilot.pause()
        assert len(top.screen_stack) == 1
        assert "there is nothing to stop" in said(top, "#said")

    drive(act)
