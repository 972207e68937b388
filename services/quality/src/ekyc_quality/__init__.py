"""Is this picture good enough to decide on, and if not, why."""
