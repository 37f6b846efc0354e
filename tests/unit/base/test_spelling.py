"""A misspelt word gets the nearest known one, or all of them."""

from workcell.base import spelling


def test_a_near_word_is_offered_and_a_far_one_is_not():
    assert spelling.did_you_mean("verfy", ["verify", "stop"]) == "did you mean 'verify'?"
    assert spelling.did_you_mean("xyz", ["verify", "stop"]) == "known: stop, verify"


def test_the_nearest_word_is_found_in_any_collection():
    assert spelling.nearest("verfy", {"verify": 1, "stop": 2}) == "verify"
    assert spelling.nearest("xyz", iter(["verify"])) is None
