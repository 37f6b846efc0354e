"""Installation of the tick into cron, systemd or launchd."""
