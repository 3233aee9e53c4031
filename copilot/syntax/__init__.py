"""Parsing with tree-sitter: languages, trees, outlines. The only importer of tree_sitter."""
