"""Drawing: poses on pictures."""
