"""The record of what was asked and decided: hash-chained, durable, checkable without us. Never any text."""
