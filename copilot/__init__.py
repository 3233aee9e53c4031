"""The brain of bank-copilot: knows no editor protocol, no web framework and no model server."""

__version__ = "0.1.0"
