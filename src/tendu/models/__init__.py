"""Models: what they are, where their files are, what goes in and what their numbers mean."""
