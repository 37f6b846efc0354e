"""What people write: briefs, recipes, playbooks, adapters and configuration.

It may import `cleaning`, `judgement`, `rundir`, `terminal` and `base`. It reads files and reports each fault with its
file, line and cure. It starts nothing and writes nothing.
"""
