from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from workcell.judgement import reset

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Tokyo",
    "Pacific/Chatham",
]
SAID = st.integers(1_700_000_000, 2_000_000_000)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def time_of_day(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local.minute:02d}{'am' if local.hour < 12 else 'pm'}"


def same_minute_or_the_second_of_two(found: float, target: int, local: datetime, zone: ZoneInfo) -> bool:
    """A local time that comes twice is read as its second coming."""
    wall = local.replace(second=0, tzinfo=None)
    comings = {wall.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1)}
    return found == target - target % 60 or (len(comings) == 2 and found == max(comings))


@given(SAID, st.integers(60, 85_000), st.sampled_from(ZONES))
def test_a_time_of_day_in_its_zone_is_read_back(said: int, ahead: int, name: str) -> None:
    zone = ZoneInfo(name)
    target = said + ahead
    local = datetime.fromtimestamp(target, zone)
    found = reset.parse(f"{time_of_day(local)} ({name})", said, ZoneInfo("Asia/Tokyo"))
    assert found is not None
    assert found["at"] >= said
    wanted = max(said, target - target % 60)
    assert found["at"] == wanted or same_minute_or_the_second_of_two(found["at"], target, local, zone)


@given(SAID, st.integers(86_400, 30 * 86_400), st.sampled_from(ZONES), st.booleans())
def test_a_date_is_read_back_with_and_without_its_year(said: int, ahead: int, name: str, year: bool) -> None:
    zone = ZoneInfo(name)
    target = said + ahead
    local = datetime.fromtimestamp(target, zone)
    words = f"{MONTHS[local.month - 1]} {local.day}" + (f", {local.year}" if year else "")
    found = reset.parse(f"{words}, {time_of_day(local)}", said, zone)
    assert found is not None
    assert same_minute_or_the_second_of_two(found["at"], target, local, zone)


@given(st.text(max_size=120), SAID, st.sampled_from([None, *map(ZoneInfo, ZONES)]))
def test_no_words_make_it_fall_or_leave_the_bounds(words: str, said: int, local: ZoneInfo | None) -> None:
    found = reset.parse(words, said, local)
    assert found is None or said <= found["at"] <= said + reset.FARTHEST


WORDS = [
    "resets",
    "in",
    "at",
    "7",
    ":",
    "30",
    "am",
    "pm",
    "(UTC)",
    "Nov",
    "22nd",
    ",",
    "2026",
    "1h",
    "59m",
    "tomorrow",
    "Monday",
    "UTC+14",
    "UTC-99:99",
    "(Europe/Berlin)",
    "(../../etc/passwd)",
    "1795159961",
    "0000-00-00",
    "T",
    "Z",
]


@given(st.lists(st.sampled_from(WORDS), max_size=12), SAID)
def test_words_of_its_own_vocabulary_in_any_order(words: list[str], said: int) -> None:
    found = reset.parse(" ".join(words), said, ZoneInfo("America/New_York"))
    assert found is None or said <= found["at"] <= said + reset.FARTHEST
