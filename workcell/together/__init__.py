"""Messages to live agents: sending them, answering a dialog, typing into a terminal.

It may import `launch`, `finish` and below.
"""
