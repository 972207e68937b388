"""The one size limit, used by the REST API and by both ends of gRPC."""

MAX_IMAGE_BYTES = 12 * 2**20
"""Largest upload: phone photos are 3-12 MB."""

MAX_MESSAGE_BYTES = MAX_IMAGE_BYTES + 64 * 2**10
"""Largest gRPC message: the picture and what travels with it."""
