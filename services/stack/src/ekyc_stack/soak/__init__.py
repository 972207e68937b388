"""Minutes of mixed traffic while everything around breaks."""
