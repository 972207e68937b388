"""What stops a deployment."""


class DeployError(Exception):
    """A step failed; the message says which, and what to do."""
