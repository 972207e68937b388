"""A page that takes a picture with the visitor's camera and has it verified."""
