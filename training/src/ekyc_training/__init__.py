"""Makes, judges and ships the liveness model."""
