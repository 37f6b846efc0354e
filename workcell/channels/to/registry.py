"""Which module speaks to which kind of destination: the one place that imports them, when one is needed."""

import importlib
from typing import cast

from workcell.channels.to.protocol import Notifier

MODULES = {
    "openclaw": "workcell.channels.to.openclaw",
    "telegram": "workcell.channels.to.telegram",
    "slack": "workcell.channels.to.slack",
    "desktop": "workcell.channels.to.desktop",
    "email": "workcell.channels.to.mail",
    "ntfy": "workcell.channels.to.ntfy",
    "webhook": "workcell.channels.to.webhook",
    "command": "workcell.channels.to.command",
    "apprise": "workcell.channels.to.apprise_url",
}


def notifier(uses: str) -> Notifier:
    """The sender for that kind; KeyError for a kind that there is not.

    By name, since importing Apprise costs every tick 75 to 150 ms and requests 40, and most ticks send nothing.
    """
    return cast(Notifier, importlib.import_module(MODULES[uses]))
