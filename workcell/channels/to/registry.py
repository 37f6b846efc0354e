"""Which module speaks to which kind of destination: the one place that imports them, when one is needed."""

from typing import Literal, get_args

from workcell.channels.to.protocol import Notifier

Kind = Literal["telegram", "ntfy", "slack", "email", "webhook", "command", "desktop", "apprise", "openclaw"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The words for kinds of destinations, in every face the same: `uses:` of an adapter, `notify add`, lists."""


def notifier(uses: str) -> Notifier:
    """The sender for that kind; KeyError for a kind that there is not.

    Imported only here: requests costs every tick 40 ms, Apprise 75 to 150, and most ticks send nothing.
    """
    match uses:
        case "openclaw":
            from workcell.channels.to import openclaw

            return openclaw
        case "telegram":
            from workcell.channels.to import telegram

            return telegram
        case "slack":
            from workcell.channels.to import slack

            return slack
        case "desktop":
            from workcell.channels.to import desktop

            return desktop
        case "email":
            from workcell.channels.to import mail

            return mail
        case "ntfy":
            from workcell.channels.to import ntfy

            return ntfy
        case "webhook":
            from workcell.channels.to import webhook

            return webhook
        case "command":
            from workcell.channels.to import command

            return command
        case "apprise":
            from workcell.channels.to import apprise_url

            return apprise_url
        case _:
            raise KeyError(uses)


def missing(uses: str) -> str | None:
    """The command that installs what this kind needs and workcell does not bring; None where nothing is missing."""
    if uses != "apprise":
        return None
    from workcell.channels.to import apprise_url

    return apprise_url.missing()
