"""The types of checked values have the keys of the tables that check them."""

import pytest

from workcell.texts import adapter_keys, brief, config, launch_file, project_rules, values
from workcell.texts.adapter_keys import COMMON, KINDS

TABLES = {
    values.BriefValues: brief.KEYS,
    values.SupervisorValues: project_rules.KEYS,
    values.ConfigValues: config.KEYS,
    values.LaunchFileValues: launch_file.KEYS,
    values.SharedValues: launch_file._SHARED,
    values.AdapterValues: COMMON,
    values.QuietValues: adapter_keys._QUIET,
    values.DailyValues: adapter_keys._DAILY,
}


def keys(table):
    return {field.name for field in table}


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_a_type_of_values_has_the_keys_of_its_table(kind):
    assert set(kind.__annotations__) == keys(TABLES[kind])


def test_an_entry_of_a_launch_file_has_its_line_beside_the_keys_of_its_table():
    assert set(values.EntryValues.__annotations__) == keys(launch_file.ENTRY) | {"line", "lines"}


@pytest.mark.parametrize("kind", [values.LoginValues, values.MailValues, values.OpenclawValues])
def test_keys_that_depend_on_each_other_are_keys_of_the_kind(kind):
    uses = {"LoginValues": ("email", "ntfy"), "MailValues": ("email",), "OpenclawValues": ("openclaw",)}[kind.__name__]
    assert all(set(kind.__annotations__) <= keys(KINDS[one]) for one in uses)


def test_the_names_of_limits_are_those_of_the_table():
    assert set(values.LimitName.__args__) == keys(brief.LIMITS) == set(config.LIMITS)


def test_the_keys_that_need_trust_are_keys_of_the_file():
    assert set(values.SupervisorKey.__args__) == {*project_rules.STEERING, *project_rules.WIDENING}
    assert set(values.SupervisorKey.__args__) <= keys(project_rules.KEYS)
