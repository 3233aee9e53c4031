"""Where a text comes from: what class of file, and the licence that its head names. Judged by path and head alone."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final, Literal

FileClass = Literal["product", "test", "config", "generated"]
CLASSES: Final = ("product", "test", "config", "generated")

HEAD: Final = 4_000
"""Bytes at the start of a file in which it says who made it and under what licence."""

_MADE_FOLDERS: Final = frozenset(
    {"generated", "gen", "build", "dist", "target", "out", "node_modules", "vendor", "third_party", "site-packages"}
)
_MADE: Final = re.compile(r"_pb2(_grpc)?\.pyi?$|\.(generated|g|gen|min)\.\w+$|\.d\.[cm]?ts$")
_SAYS_MADE: Final = re.compile(
    rb"(?im)^\W{1,6}.*(@generated|auto-?generated|generated (by|from)|(?-i:DO NOT (EDIT|MODIFY)|Do not edit))"
)
"""The words about editing as generators write them: a person who asks not to modify a list made the file himself."""
_TEST_FOLDERS: Final = frozenset({"test", "tests", "__tests__", "testing"})
_SPECS: Final = frozenset({"spec", "specs"})
_SCRIPT: Final = re.compile(r"\.[cm]?[jt]sx?$")
_TEST: Final = re.compile(r"^(test_.*|.*_test|conftest|.*Tests?|.*[a-z0-9]IT|Test[A-Z].*|.*\.(test|spec))$")
_CONFIG: Final = frozenset({".yaml", ".yml", ".xml", ".toml", ".ini", ".cfg", ".json", ".properties", ".env", ".conf"})

_SPDX: Final = re.compile(rb"SPDX-License-Identifier:\s*([A-Za-z0-9.+() -]{2,60}?)\s*(?:\*/|-->)?\s*$", re.MULTILINE)
_LICENCES: Final = (
    (rb"Apache License,? Version 2\.0", "Apache-2.0"),
    (rb"GNU Affero General Public License", "AGPL"),
    (rb"GNU Lesser General Public License", "LGPL"),
    (rb"GNU General Public License", "GPL"),
    (rb"Mozilla Public License", "MPL"),
    (rb"Eclipse Public License", "EPL"),
    (rb"Permission is hereby granted, free of charge|\bMIT License", "MIT"),
    (rb"Redistribution and use in source and binary forms|\bBSD[- ]\d", "BSD"),
    (rb"(?i)all rights reserved|proprietary|confidential", "proprietary"),
)


def file_class(path: PurePath, head: bytes) -> FileClass:
    """The class of a file by its path (relative to the root) and its first bytes."""
    folders = set(path.parts[:-1])
    if folders & _MADE_FOLDERS or is_made(path) or says_made(head):
        return "generated"
    if is_test(path):
        return "test"
    return "config" if path.suffix.lower() in _CONFIG else "product"


def is_test(path: PurePath) -> bool:
    """Whether a path (relative to the root) is a test's or lies among tests, by the habits of every language."""
    folders = set(path.parts[:-1])
    if folders & _TEST_FOLDERS or _TEST.match(path.stem):
        return True
    return bool(folders & _SPECS) and _SCRIPT.search(path.name) is not None  # elsewhere a specification is product code


def is_made(path: PurePath) -> bool:
    """Whether a file's name says that a program made it: of a compiler, a minifier, or declarations alone."""
    return _MADE.search(path.name) is not None


def says_made(head: bytes) -> bool:
    """Whether the head of a file says that a program made it."""
    small = head[:HEAD].lower()
    return (b"generated" in small or b"do not" in small) and _SAYS_MADE.search(head[:HEAD]) is not None


def licence(head: bytes) -> str:
    """The SPDX name that the head states, else the licence whose words stand in it; empty: none is named."""
    if (stated := _SPDX.search(head[:HEAD])) is not None:
        return stated[1].decode("ascii", "ignore")
    return next((name for words, name in _LICENCES if re.search(words, head[:HEAD])), "")
