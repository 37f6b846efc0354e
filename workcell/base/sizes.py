"""Amounts of memory for people."""

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def words(size: int) -> str:
    """A number of bytes: 512 MiB, 1.5 GiB, 900 bytes."""
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount /= 1024
        unit += 1
    text = f"{amount:.1f}" if amount < 100 and unit else f"{amount:.0f}"
    return f"{text.removesuffix('.0')} {_UNITS[unit]}"
