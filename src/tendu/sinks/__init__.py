"""Sinks: where poses and pictures go."""
