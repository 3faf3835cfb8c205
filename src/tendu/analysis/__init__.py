"""Analysis: what a movement means."""
