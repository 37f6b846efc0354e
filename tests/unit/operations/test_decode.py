"""Requests from JSON objects; what is wrong is told with its key and a cure."""

import dataclasses
import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.base.errors import Usage
from workcell.operations import catalog, decode, encode, registry


def test_a_request_with_defaults():
    found = decode.request("stop", {"run": "x"})
    assert (found.run, found.grace) == ("x", 10.0)


def test_lists_become_tuples_and_choices_are_checked():
    assert decode.request("wait", {"runs": ["a", "b"], "wanted": "attention"}).runs == ("a", "b")
    with pytest.raises(Usage) as error:
        decode.request("wait", {"wanted": "dinner"})
    assert error.value.message == "wait: 'wanted' cannot be 'dinner'"
    assert error.value.hint == "wanted is 'done' or 'attention' or 'idle'"


@pytest.mark.parametrize(
    ("name", "given", "message", "cure"),
    [
        ("stop", {"run": "x", "grce": 1}, "there is no key 'grce'", "did you mean 'grace'?"),
        ("stop", {"run": "x", "zzz": 1}, "there is no key 'zzz'", "it takes run, grace, with_children"),
        ("stop", {}, "'run' is missing", "run is a string"),
        ("stop", {"run": "x", "grace": "10s"}, "'grace' cannot be '10s'", "grace is a number"),
        ("stop", {"run": "x", "grace": True}, "'grace' cannot be True", "grace is a number"),
        ("ls", {"everything": 1}, "'everything' cannot be 1", "everything is true or false"),
        ("launch", {"briefs": "x.md"}, "'briefs' cannot be 'x.md'", "briefs is a list, each entry a string"),
        ("launch", {"briefs": [1]}, "'briefs' cannot be [1]", "briefs is a list, each entry a string"),
        ("launch", {"briefs": ["x"], "max_live": 1.5}, "'max_live' cannot be 1.5", "max_live is an integer or null"),
    ],
)
def test_what_is_wrong_names_key_and_cure(name, given, message, cure):
    with pytest.raises(Usage) as error:
        decode.request(name, given)
    assert error.value.message == f"{name}: {message}"
    assert error.value.hint == cure


@pytest.mark.parametrize("name", catalog.OPERATIONS)
def test_every_request_comes_back_from_its_own_document(name):
    kind = registry.get(name).request
    types = typing.get_type_hints(kind)
    choices = {key: typing.get_args(of)[:1] for key, of in types.items() if typing.get_origin(of) is typing.Literal}
    needed = {
        field.name: choices[field.name][0] if field.name in choices else ("x",) if "tuple" in str(field.type) else "x"
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    made = kind(**needed)
    assert decode.request(name, json.loads(json.dumps(encode.plain(made)))) == made


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from(list(catalog.OPERATIONS)), st.data())
def test_any_object_is_a_request_or_a_usage_error(name, data):
    keys = st.sampled_from([field.name for field in dataclasses.fields(registry.get(name).request)] or ["x"])
    try:
        found = decode.request(name, data.draw(st.dictionaries(keys | st.text(), _JSON, max_size=4)))
    except Usage as error:
        assert error.hint
    else:
        assert isinstance(found, registry.get(name).request)
