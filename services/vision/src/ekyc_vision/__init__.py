"""Bytes to an upright RGB picture, to faces, to the model's input."""
