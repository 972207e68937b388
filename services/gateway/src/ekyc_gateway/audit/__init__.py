"""Who did what: an append-only log in which every entry seals the one before."""
