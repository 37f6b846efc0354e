"""Reads the hook payloads of Claude Code, whose form is the common one."""

from workcell.agents.hooks import read

__all__ = ["read"]
