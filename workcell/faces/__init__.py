"""Translation only: the command line and the hook."""
