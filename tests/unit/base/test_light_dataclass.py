"""A light dataclass behaves as one of `dataclasses`, and compiles nothing."""

import dataclasses

import pytest

from workcell.base.light_dataclass import dataclass


@dataclass(frozen=True)
class Light:
    """Some fields."""

    name: str
    size: int = 3
    words: list[str] = dataclasses.field(default_factory=list)

    def twice(self) -> int:
        return self.size * 2


@dataclasses.dataclass(frozen=True)
class Full:
    """The same fields."""

    name: str
    size: int = 3
    words: list[str] = dataclasses.field(default_factory=list)


@dataclass
class Open:
    """One that can change, and counts what it was made with."""

    name: str
    made: int = 0

    def __post_init__(self) -> None:
        self.made += 1


@dataclass(frozen=True, kw_only=True)
class Named:
    """Fields that are given by name alone."""

    name: str
    size: int = 3


@dataclass(frozen=True, kw_only=True)
class Below(Light):
    """A class that inherits."""

    more: str


def test_it_is_what_a_dataclass_is():
    light, full = Light("a", words=["x"]), Full("a", words=["x"])
    assert dataclasses.asdict(light) == dataclasses.asdict(full)
    assert repr(light) == repr(full).replace("Full", "Light")
    assert [one.name for one in dataclasses.fields(Light)] == [one.name for one in dataclasses.fields(Full)]
    assert Light.__dataclass_params__.frozen and not Open.__dataclass_params__.frozen
    assert dataclasses.replace(light, size=5) == Light("a", 5, ["x"]) != light
    assert Light("a").words is not Light("a").words
    assert light.twice() == 6
    assert light != full


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), (("a", 1, [], 4), {}), (("a",), {"name": "b"}), (("a",), {"other": 1}), ((), {"size": 1})],
)
def test_what_a_dataclass_does_not_take_is_refused(given, named):
    for kind in (Full, Light):
        with pytest.raises(TypeError):
            kind(*given, **named)


def test_fields_that_are_given_by_name_alone():
    assert Named(name="a").size == 3
    with pytest.raises(TypeError):
        Named("a")


def test_one_that_is_frozen_stays_as_it_is_and_can_be_a_key():
    one = Named(name="a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name
    assert {one: 1}[Named(name="a")] == 1


def test_one_that_is_not_frozen_changes_and_is_no_key():
    one = Open("a")
    one.name = "b"
    assert (one.name, one.made) == ("b", 1)
    with pytest.raises(TypeError):
        hash(one)


def test_one_that_inherits_has_the_fields_of_both():
    below = Below("a", 4, more="m")
    assert (below.name, below.size, below.more) == ("a", 4, "m")
    assert dataclasses.replace(below, more="n").more == "n"


def test_no_method_is_compiled_for_a_class(monkeypatch):
    compiled = []

    def record(text, *scopes):
        compiled.append(text)
        exec(text, *scopes)

    monkeypatch.setattr(dataclasses, "exec", record, raising=False)

    @dataclass(frozen=True)
    class Another:
        """One more."""

        name: str

    assert Another("a").name == "a"
    # from 3.13 on dataclasses compiles one function around all methods, also where there are none
    assert not [text for text in compiled if "__init__" in text or "__repr__" in text or "__eq__" in text]
