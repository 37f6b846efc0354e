"""Any of the services that Apprise knows, by its URL.

Apprise says only whether it went well: a 400, a 429 and a cut connection are one FAILURE to it, without the far
end's Retry-After. So a failure is `unknown`: tried again a few times, and then said to have been lost.
"""

import importlib.util
import shlex
import sys
from collections.abc import Mapping

from workcell.channels.to.protocol import DELIVERED, REFUSED, RETRY, UNKNOWN, Destination, Rendered, Sent


def missing() -> str | None:
    """The command that installs Apprise where it is not there: an extra of workcell brings it. None where it is."""
    if importlib.util.find_spec("apprise") is not None:
        return None
    return f"{shlex.quote(sys.executable)} -m pip install apprise"


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """One message in plain text, cut by Apprise to what the service takes. Without Apprise it waits for a later try."""
    cure = missing()
    if cure is not None:
        return Sent(RETRY, f"Apprise is not installed; {cure}")
    import apprise

    # without a storage path Apprise keeps nothing on disk; no plugin is loaded from the user's own folders
    asset = apprise.AppriseAsset(app_id="workcell", app_desc="workcell", secure_logging=True, plugin_paths=[])
    far_end = apprise.Apprise(asset=asset)
    if not far_end.add(secrets["url"]):
        return Sent(REFUSED, "Apprise does not know this kind of URL")
    kind = apprise.NotifyType.WARNING if notice.urgent else apprise.NotifyType.INFO
    with apprise.LogCapture(level=apprise.logging.WARNING) as captured:  # type: ignore[no-untyped-call]
        went_well = bool(
            far_end.notify(
                body=notice.plain, title=notice.title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT
            )
        )
        lines = captured.getvalue().strip().splitlines()
    if went_well:
        return Sent(DELIVERED, "Apprise says that it was sent")
    said = lines[-1].split(" - ", 2)[-1] if lines else "no word why"
    return Sent(UNKNOWN, f"Apprise: {said}")
