"""The list of runs to act in: translation of keys to operations, and of their results to a screen; needs Textual."""
