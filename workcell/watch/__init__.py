"""The tick that a timer calls: it looks, acts on what it finds by playbooks, and is installed into the timer.

It may import every room below. Nothing of it stays resident.
"""
