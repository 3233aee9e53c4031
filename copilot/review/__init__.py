"""Review of a change: what it says row by row, what is found in it, and where a provider wants to be told."""
