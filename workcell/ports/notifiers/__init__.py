"""Ways to a person: one module for each kind of destination."""
