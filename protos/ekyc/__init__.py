"""The wire contract of the eKYC services."""
