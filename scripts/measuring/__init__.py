"""The measurements of scripts/bench, one module for each kind of figure."""
