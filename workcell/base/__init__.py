"""Ground floor: what every other part stands on and what knows nothing of runs."""
