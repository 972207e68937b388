"""`make bench`: what a verification costs, beside the floor it cannot go below, in one run."""
