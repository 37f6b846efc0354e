"""Pages and questions in a Textual application without a terminal."""

import asyncio
from collections.abc import Awaitable, Callable

from textual.app import App
from textual.widgets import RichLog

from workcell.faces.tui import pages
from workcell.faces.tui.style import STYLE


class Host(App[None]):
    CSS = STYLE


def drive(act: Callable[[Host, object], Awaitable[None]]) -> None:
    async def main() -> None:
        host = Host(ansi_color=True)
        async with host.run_test(size=(40, 10)) as pilot:
            await act(host, pilot)

    asyncio.run(main())


def shown(host: Host) -> list[str]:
    return [line.text.rstrip() for line in host.screen.query_one(RichLog).lines]


async def came(host: Host, pilot, text: str, more: bool = False) -> None:
    host.screen.post_message(pages.Page.Came(text, more, 0.0))
    await pilot.pause()
    await pilot.pause()


def test_a_text_is_shown_as_it_is_written_and_wrapped() -> None:
    async def act(host, pilot) -> None:
        host.push_screen(pages.Page("t", lambda page: None))
        await pilot.pause()
        await came(host, pilot, "[red]x[/red]\n" + "y" * 50 + "\n\n")
        assert shown(host) == ["[red]x[/red]", "y" * 40, "y" * 10]

    drive(act)


def test_an_end_in_sight_is_followed_and_a_place_is_kept() -> None:
    async def act(host, pilot) -> None:
        host.push_screen(pages.Page("t", lambda page: None, at_end=True))
        await pilot.pause()
        await came(host, pilot, "\n".join(map(str, range(50))))
        log = host.screen.query_one(RichLog)
        assert log.scroll_offset.y == log.max_scroll_y > 0
        await came(host, pilot, "\n".join(map(str, range(60))))
        assert log.scroll_offset.y == log.max_scroll_y
        await pilot.press("home", "down")
        await pilot.pause()
        await came(host, pilot, "\n".join(map(str, range(70))))
        assert log.scroll_offset.y == 1

    drive(act)


def test_a_text_without_end_is_cut_at_its_beginning() -> None:
    async def act(host, pilot) -> None:
        host.push_screen(pages.Page("t", lambda page: None))
        await pilot.pause()
        await came(host, pilot, "\n".join(f"line {n}" for n in range(pages.MOST + 5)))
        lines = shown(host)
        assert lines[0] == "… 5 lines before these" and lines[-1] == f"line {pages.MOST + 4}"

    drive(act)


def test_only_y_is_yes() -> None:
    async def act(host, pilot) -> None:
        answers: list[bool | None] = []
        for key in ("y", "Y", "n", "enter", "escape", "q"):
            host.push_screen(pages.Question("Stop it?"), answers.append)
            await pilot.pause()
            await pilot.press(key)
            await pilot.pause()
        assert answers == [True, True, False, False, False, False]

    drive(act)
