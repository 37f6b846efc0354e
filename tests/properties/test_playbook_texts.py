from hypothesis import given, settings
from hypothesis import strategies as st

from workcell.playbooks import playbook
from workcell.texts.document import plain_yaml

NAMES = """
name
version when verdict phase activity signals id source match pattern region resets steps limits hold resume
wait_until notify until for how scope per_run backoff first factor confidence agents
"""
KEYS = st.sampled_from(NAMES.split())
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12), KEYS,
    st.sampled_from(["auth", "running", "native", "2h", "screen", "(?P<x>a)", "/^x/", "(a+)+", "1m", "safe"]),
)  # fmt: skip
TREE = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=60)
@given(st.dictionaries(KEYS, TREE, max_size=8), st.text(max_size=60))
def test_any_front_matter_gives_a_playbook_or_faults_and_never_both(front: dict[str, object], body: str) -> None:
    text = f"---\n{plain_yaml(front)}---\n{body}"
    found, faults = playbook.parse(text.encode("utf-8", "replace"), "p.md")
    assert (found is None) == bool(faults)


@given(st.binary(max_size=300))
def test_arbitrary_bytes(data: bytes) -> None:
    found, faults = playbook.parse(data, "p.md")
    assert found is None and faults
