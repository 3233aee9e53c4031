"""The repository index and what is gathered from it for an engine."""
