"""Which runs the list shows, and under which headings."""

from typing import Any

import pytest

from workcell.faces.tui import rows


def run(name: str | None, state: str = "running", *, needs: bool = False, **more: Any) -> Any:
    need = {"kind": "decide", "command": "workcell resume x"} if needs else None
    empty = {"repo": None, "workspace": None, "group": None, "labels": None}
    return {"id": f"20260101-0000-{name}", "name": name, "state": state, "needs": need, **empty, **more}


RUNS = [
    run("b", "failed", needs=True, repo="/src/Shop", labels=["night", "eu"]),
    run("a", repo="/src/shop/"),
    run("c", "passed", workspace="/tmp/tree", group="tonight"),
    run(None, "failed"),
]


def names(view: rows.View) -> list[tuple[str | None, list[str | None]]]:
    return [(heading, [one["name"] for one in members]) for heading, members in rows.grouped(RUNS, view)]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", ["b", "a", "c", None]),
        ("SHOP", ["b", "a"]),
        ("shop night", ["b"]),
        ("tonight", ["c"]),
        ("failed", ["b", None]),
        ("[red]", []),
    ],
)
def test_a_filter_leaves_the_runs_that_have_all_words(words: str, wanted: list[str | None]) -> None:
    assert names(rows.View(words)) == ([(None, wanted)] if wanted else [])


def test_only_what_needs_a_person() -> None:
    assert names(rows.View(needs=True)) == [(None, ["b"])]
    assert rows.needing(RUNS) == 1


def test_groups_keep_the_order_in_which_the_runs_came() -> None:
    assert names(rows.View(by="state")) == [("failed (2)", ["b", None]), ("running (1)", ["a"]), ("passed (1)", ["c"])]
    headings = [heading for heading, _ in names(rows.View(by="repo"))]
    assert headings == ["Shop (1)", "shop (1)", "tree (1)", "no repository (1)"]


def test_the_groupings_follow_each_other() -> None:
    view = rows.View("x", True)
    seen = []
    for _ in rows.GROUPINGS:
        view = view.regrouped()
        seen.append(view.by)
    assert seen == ["state", "repo", ""] and view == rows.View("x", True)
