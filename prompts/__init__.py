"""Prompts as data: a template a task and language, the fill-in-the-middle markers of each model family.

Knows nothing of requests, engines or HTTP: plain strings in, plain strings out, the same bytes for the same values.
"""
