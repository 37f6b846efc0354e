"""Which module speaks to which kind of destination: the one place that imports them, when one is needed."""

import importlib
from typing import cast

from workcell.ports.notifiers.far_end import Notifier

MODULES = {
    "openclaw": "workcell.ports.notifiers.openclaw",
    "telegram": "workcell.ports.notifiers.telegram",
    "slack": "workcell.ports.notifiers.slack",
    "desktop": "workcell.ports.notifiers.desktop",
    "email": "workcell.ports.notifiers.mail",
    "ntfy": "workcell.ports.notifiers.ntfy",
    "webhook": "workcell.ports.notifiers.webhook",
    "command": "workcell.ports.notifiers.command",
    "apprise": "workcell.ports.notifiers.apprise_url",
}


def notifier(uses: str) -> Notifier:
    """The sender for that kind; KeyError for a kind that there is not.

    By name, since importing Apprise costs every tick 75 to 150 ms and requests 40, and most ticks send nothing.
    """
    return cast(Notifier, importlib.import_module(MODULES[uses]))
