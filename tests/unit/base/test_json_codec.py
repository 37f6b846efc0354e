"""JSON: what is decoded can be encoded again."""

import pytest

from workcell.base import json_codec


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "1" * 5000])
def test_a_number_that_cannot_be_written_is_not_read(number):
    with pytest.raises(ValueError, match=r"."):
        json_codec.decode(b'{"a": %s}' % number.encode())


@pytest.mark.parametrize("number", ["1", "-0.5", "1e308", "1e-999", "123456789012345678901234567890"])
def test_any_other_number_comes_back(number):
    found = json_codec.decode(b'{"a": %s}' % number.encode())
    assert json_codec.decode(json_codec.encode_line(found)) == found
