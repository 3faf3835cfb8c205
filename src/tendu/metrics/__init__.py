"""Metrics: the field's own scores."""
