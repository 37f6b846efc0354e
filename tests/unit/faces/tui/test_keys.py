"""The table of keys: what it names is there, and the documents show it."""

from pathlib import Path

from workcell.faces.tui import app, keys

ROOT = Path(__file__).resolve().parents[4]


def test_every_action_is_one_of_the_list_and_no_key_has_two() -> None:
    names = [name for key in keys.KEYS if key.action is not None for name in key.names.split(",")]
    assert len(names) == len(set(names))
    for key in keys.KEYS:
        assert key.action is None or hasattr(app.Top, f"action_{key.action.partition('(')[0]}"), key


def test_the_how_to_has_the_table() -> None:
    page = (ROOT / "docs" / "how-to" / "watch-and-act.md").read_text()
    assert "\n".join(keys.table()) in page
