"""Putting the watchdog into a timer: cron, systemd or launchd."""
