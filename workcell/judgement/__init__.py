"""From evidence to activity, verdict and outcome: pure functions."""
