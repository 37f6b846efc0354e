"""The types of options have the keys of the tables that check them."""

import pytest

from workcell.texts import destinations
from workcell.texts.adapter_keys import KINDS


@pytest.mark.parametrize("uses", KINDS)
def test_the_options_of_a_kind_of_destination_are_the_keys_of_its_table(uses):
    assert set(getattr(destinations, f"{uses.capitalize()}Options").__annotations__) == {
        field.name for field in KINDS[uses]
    }
