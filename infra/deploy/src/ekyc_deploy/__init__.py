"""Deployment of an environment of infra/environments to AWS: make deploy and make rollback."""
