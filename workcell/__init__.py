"""workcell runs one objective, in one repository, in one durable directory."""

__version__ = "0.1.0"
