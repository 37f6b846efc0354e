"""What is known of each agent program."""
