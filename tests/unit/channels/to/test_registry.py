"""Every kind of destination has its sender."""

from tests.support.notices import rendered
from workcell.channels.to import registry


def test_every_kind_of_adapter_has_a_sender_and_a_look():
    from workcell.channels.render import LOOKS
    from workcell.texts.adapter_keys import KINDS

    assert set(registry.KINDS) == set(LOOKS) == set(KINDS)
    for uses in KINDS:
        assert callable(registry.notifier(uses).send)
        assert rendered(uses).title == "✗ r1 failed"
