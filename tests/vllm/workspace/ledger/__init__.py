"""A small ledger: what the tests of the whole path work on."""
