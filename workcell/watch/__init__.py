"""The tick that cron calls, its playbook steps, and its installation."""
