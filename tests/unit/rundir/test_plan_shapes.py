"""The shapes of the records of plans: what fits, and that nothing at all makes one raise."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support import plans as made
from workcell.rundir import plan_shapes

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PLAN = made.record(made.entry("a", race=["one", "two"]), made.entry("b", "a", base="a"), budget_usd=1.0)


def test_a_plan_fits_and_one_without_any_of_its_keys_does_not():
    assert plan_shapes.PLAN(PLAN)
    for key in PLAN.keys() - {"schema"}:
        assert not plan_shapes.PLAN({name: value for name, value in PLAN.items() if name != key}), key
    for key in PLAN["entries"][0]:
        wrong: Any = {**PLAN, "entries": [{name: value for name, value in PLAN["entries"][0].items() if name != key}]}
        assert not plan_shapes.PLAN(wrong), key


@given(JSON, st.sampled_from([plan_shapes.PLAN, plan_shapes.ACTION, plan_shapes.WINNER, plan_shapes.STOPPED]))
def test_no_value_makes_a_shape_raise(value, shape):
    for found in (value, {"entries": [value], "parent": value}, {"n": 1, "act": "launch", "run": value}):
        assert shape(found) in (True, False)
