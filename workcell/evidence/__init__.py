"""What an agent left behind, read once: records, screens, and the verdict on them.

It may import `agents`, `trust`, `git`, `system`, `texts`, `cleaning`, `judgement` and below. It only looks: it writes
`capture.json` and events of the spool, and ends nothing.
"""
