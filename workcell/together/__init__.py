"""What people and runs ask of each other: messages, standby, watches, claims, plans, and answers to dialogs.

It may import `launch`, `finish` and below.
"""
