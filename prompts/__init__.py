"""Prompt templates as data. Empty until the model engine lands; the name and its import contract are fixed."""
