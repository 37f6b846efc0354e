"""A program to type into."""

import pytest

from tests.support.typed_into import TypedInto


@pytest.fixture
def stub(tmp_path):
    made = TypedInto(tmp_path)
    try:
        yield made
    finally:
        made.close()
