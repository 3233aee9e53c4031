"""One module a method family, each with `register(server) -> None`; `lsp/server.py` says what a feature may use."""
