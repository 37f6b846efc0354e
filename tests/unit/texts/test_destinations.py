"""The types of options have the keys of the tables that check them."""

import pytest

from workcell.texts import destinations
from workcell.texts.adapter_keys import KINDS

OPTIONS = {
    "openclaw": destinations.OpenclawOptions,
    "telegram": destinations.TelegramOptions,
    "slack": destinations.SlackOptions,
    "desktop": destinations.DesktopOptions,
    "email": destinations.MailOptions,
    "ntfy": destinations.NtfyOptions,
    "webhook": destinations.WebhookOptions,
    "command": destinations.CommandOptions,
    "apprise": destinations.AppriseOptions,
}


@pytest.mark.parametrize("uses", KINDS)
def test_the_options_of_a_kind_of_destination_are_the_keys_of_its_table(uses):
    assert set(OPTIONS[uses].__annotations__) == {field.name for field in KINDS[uses]}
