"""A plan drawn in characters: a line for each entry, with rails from what it needs."""

from collections.abc import Mapping, Sequence

NODE, RACE = "●", "◆"


def rails(needs: Mapping[str, Sequence[str]], races: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(name, rail) of each entry, every one below those that it needs. Rails are not padded.

    `needs` has every entry by name, in the order of the file; `races` are drawn with another mark.
    """
    left = {name: sum(name in others for others in needs.values()) for name in needs}
    columns: list[str | None] = []
    drawn = []
    for name in _order(needs):
        from_columns = [columns.index(need) for need in needs[name] if need in columns]
        place = _place(columns, max(from_columns, default=-1) + 1)
        for need in needs[name]:
            left[need] = left.get(need, 1) - 1
        last = {at for at in from_columns if left[str(columns[at])] <= 0}
        drawn.append((name, _rail(columns, from_columns, last, place) + (RACE if name in races else NODE)))
        for at in last:
            columns[at] = None
        if left[name] > 0:
            columns += [None] * (place + 1 - len(columns))
            columns[place] = name
        while columns and columns[-1] is None:
            columns.pop()
    return drawn


def _order(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The names, each behind what it needs, else in the order of the file."""
    placed: list[str] = []
    left = list(needs)
    while left:
        name = next((one for one in left if all(need in placed or need not in needs for need in needs[one])), left[0])
        placed.append(name)
        left.remove(name)
    return placed


def _place(columns: Sequence[str | None], least: int) -> int:
    """The first column from `least` on that no rail is in."""
    return next((at for at in range(least, len(columns)) if columns[at] is None), max(least, len(columns)))


def _rail(columns: Sequence[str | None], joined: Sequence[int], last: set[int], place: int) -> str:
    """What stands before the mark: two characters for each column up to `place`."""
    first = min(joined, default=place)
    out = ""
    for at in range(place):
        rail = at < len(columns) and columns[at] is not None
        crossed = at > first
        if at in joined:
            mark = ("┴" if crossed else "╰") if at in last else ("┼" if crossed else "├")
        elif rail:
            mark = "┼" if crossed else "│"
        else:
            mark = "─" if crossed else " "
        out += mark + ("─" if at >= first else " ")
    return out
