"""The types of records hold the words of the vocabulary, and every record of every kind has a schema."""

from typing import get_args

import pytest
from pydantic import TypeAdapter

from workcell.playbooks.steps import STEPS
from workcell.rundir import layout, ledger, phase, schema, vocabulary
from workcell.watch import installation


@pytest.mark.parametrize("name", sorted(schema.VOCABULARIES))
def test_a_literal_holds_the_words_of_its_vocabulary(name: str) -> None:
    assert get_args(schema.VOCABULARIES[name]) == tuple(getattr(vocabulary, name))


def test_every_vocabulary_has_a_literal() -> None:
    parts = {"NEEDS_YOU", "DELIVERED", "UNDELIVERED", "DATA_KINDS"}  # parts of others, or of no record
    tuples = {name for name, value in vars(vocabulary).items() if name.isupper() and isinstance(value, tuple | dict)}
    assert tuples - parts == set(schema.VOCABULARIES)


def test_the_constants_of_phases_are_the_vocabulary() -> None:
    named = {value for name, value in vars(phase).items() if name.isupper() and isinstance(value, str)} - {
        phase.LEFTOVERS
    }
    assert named == set(vocabulary.PHASES)


def test_the_steps_of_playbooks_are_the_vocabulary() -> None:
    assert tuple(STEPS) == vocabulary.STEPS


def test_the_timers_are_the_vocabulary() -> None:
    assert tuple(installation.TIMERS) == vocabulary.TIMERS


def test_every_sealed_file_has_a_type() -> None:
    files = {*layout.SEALED, *ledger.WITNESSED, layout.LAUNCH, layout.ENV, layout.STATUS, layout.POLICY, layout.CAPTURE}
    assert {name.removesuffix(".json") for name in files} <= set(schema.FILES)


@pytest.mark.parametrize("name", sorted(schema.FILES))
def test_a_type_makes_a_schema_with_its_keys(name: str) -> None:
    made = TypeAdapter(schema.FILES[name]).json_schema()
    assert set(made["properties"]) == set(schema.FILES[name].__annotations__)
