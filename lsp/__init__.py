"""The editor's face: the only importer of pygls and lsprotocol."""
