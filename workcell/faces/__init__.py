"""Translation only: the command line, the hook and the web."""
