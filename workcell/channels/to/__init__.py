"""One module for each kind of destination of a notice, all behind `protocol`."""
