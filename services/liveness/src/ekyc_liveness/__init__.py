"""Was a living person in front of the camera."""
