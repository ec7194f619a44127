"""The event coder."""
