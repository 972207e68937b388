"""The three services on one machine: make run and make bench."""
