"""Ids of messages are in the order in which they were made, and slugs are what file names may hold."""

import re
import threading
import uuid

from hypothesis import given
from hypothesis import strategies as st

from workcell.base import ids


def test_ids_of_one_process_sort_as_they_were_made():
    made = [ids.unique() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_of_threads_never_repeat():
    found = []
    threads = [threading.Thread(target=lambda: found.extend(ids.unique() for _ in range(2000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 8000


@given(st.text(max_size=200), st.integers(1, 60))
def test_a_slug_holds_only_what_file_names_and_shells_take(text, limit):
    found = ids.slug(text, limit)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", found)
    assert len(found) <= limit


@given(st.text(max_size=100))
def test_a_run_id_is_one_word_that_begins_with_its_minute(name):
    assert re.fullmatch(r"\d{8}-\d{4}-[a-z0-9-]+-[a-z0-9]{4}", ids.run_id(name, 0.0))
    assert ids.run_id(name, 0.0).startswith("19700101-0000-")


def test_letters_with_marks_stay_letters():
    words = {"prüfe die Straße": "prufe-die-strasse", "Łódź æøå": "lodz-aeoa", "naïve café": "naive-cafe"}
    assert {text: ids.slug(text) for text in words} == words
    assert ids.slug("漢字 fix") == "fix"


def test_an_id_of_a_conversation_is_a_random_uuid():
    found = {ids.uuid() for _ in range(100)}
    assert len(found) == 100
    for one in found:
        read = uuid.UUID(one)
        assert (str(read), read.version, read.variant) == (one, 4, uuid.RFC_4122)
