"""What people write: briefs, recipes, playbooks, adapters and configuration."""
