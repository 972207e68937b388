"""The console: a thin client of the REST API, in a browser."""
