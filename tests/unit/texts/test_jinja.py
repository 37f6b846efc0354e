"""What Jinja is asked for: templates of a home before the shipped ones, and words of recipes."""

import pytest

from workcell.texts import jinja

RESCUE = {"run": "r", "dir": "d", "home": "/h", "workspace": "w"}


def test_a_template_of_the_home_goes_before_the_shipped_one(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "rescue.md.j2").write_text("{{ dir | shell_word }} is of {{ run }}")
    assert jinja.own(str(tmp_path), "rescue.md.j2", RESCUE) == "d is of r"
    assert jinja.shipped("rescue.md.j2", RESCUE).startswith("# Rescue: r\n")


def test_words_are_filled_in_and_a_name_that_there_is_not_is_an_error():
    assert jinja.words("--x={{ run | quote }}", {"run": "a b"}) == "--x='a b'"
    with pytest.raises(jinja.FAILURES, match="brief"):
        jinja.words("{{ brief }}", {"run": "a"})
    with pytest.raises(jinja.FAILURES, match="Range too big"):
        jinja.words("{% for i in range(10**9) %}{% endfor %}", {})
