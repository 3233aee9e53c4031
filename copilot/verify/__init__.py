"""What proves a proposal: syntax, sandboxed runs, outside tools. Each function returns `types.Check` values."""
