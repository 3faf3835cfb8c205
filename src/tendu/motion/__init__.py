"""Motion: the same people over time, held steady."""
