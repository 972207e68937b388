"""The REST API: keys, one bounded read, two calls, one answer."""
