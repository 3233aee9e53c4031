"""The registry: one row a language. Importing this module loads no grammar and no tree-sitter.

Adding a language is data only:
1. add the grammar's wheel to the dependencies and a row to `_ROWS`;
2. write `queries/<name>/outline.scm` (the captures are listed in `copilot/syntax/outline.py`);
3. add a golden folder `tests/golden/outline/<name>/` (`input.<suffix>`, then `UPDATE_GOLDEN=1` writes `expected.txt`).
No code knows a language by name.

Absent on purpose: detection by content. A path or the editor's language id decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

QUERIES: Final = Path(__file__).with_name("queries")


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    `suffixes` are lower case with the dot; `lsp_ids` are the editor's `languageId`s. `grammar` is the module and the
    function that returns the grammar. `queries` are folders that hold query files, read in this order (shared
    patterns first); empty means `queries/<name>/`. `block_comment` is the documentation comment's opening and
    closing, None where documentation is a string or does not exist.
    """

    name: str
    suffixes: tuple[str, ...]
    lsp_ids: tuple[str, ...]
    grammar: tuple[str, str]
    line_comment: str | None = None
    block_comment: tuple[str, str] | None = None
    queries: tuple[Path, ...] = ()

    def query_text(self, kind: str) -> str:
        """The text of the query `kind` (a file `<kind>.scm` in each folder); empty when the language has none."""
        folders = self.queries or (QUERIES / self.name,)
        files = [folder / f"{kind}.scm" for folder in folders]
        return "\n".join(file.read_text("utf-8") for file in files if file.is_file())


_SCRIPT: Final = QUERIES / "ecmascript"
_SCRIPT_DOC: Final = ("/**", "*/")

_ROWS: Final = (
    Language("python", (".py", ".pyi", ".pyw"), ("python",), ("tree_sitter_python", "language"), "#"),
    Language("java", (".java",), ("java",), ("tree_sitter_java", "language"), "//", ("/**", "*/")),
    Language(
        "javascript",
        (".js", ".mjs", ".cjs", ".jsx"),
        ("javascript", "javascriptreact"),
        ("tree_sitter_javascript", "language"),
        "//",
        _SCRIPT_DOC,
        (_SCRIPT, QUERIES / "javascript"),
    ),
    Language(
        "typescript",
        (".ts", ".mts", ".cts"),
        ("typescript",),
        ("tree_sitter_typescript", "language_typescript"),
        "//",
        _SCRIPT_DOC,
        (_SCRIPT, QUERIES / "typescript"),
    ),
    Language(
        "tsx",
        (".tsx",),
        ("typescriptreact",),
        ("tree_sitter_typescript", "language_tsx"),
        "//",
        _SCRIPT_DOC,
        (_SCRIPT, QUERIES / "typescript"),
    ),
    Language("sql", (".sql", ".ddl"), ("sql",), ("tree_sitter_sql", "language"), "--"),
    Language("xml", (".xml", ".xsd", ".xsl", ".wsdl"), ("xml", "xsl"), ("tree_sitter_xml", "language_xml")),
    Language("yaml", (".yaml", ".yml"), ("yaml",), ("tree_sitter_yaml", "language"), "#"),
)

LANGUAGES: Final[dict[str, Language]] = {row.name: row for row in _ROWS}
"""Name to row. A test may add a row; the product does not."""


_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "cobol": (".cbl", ".cob", ".cpy", ".cobol"),
    "go": (".go",),
    "c": (".c", ".h"),
    "cpp": (".cpp", ".cc", ".hpp"),
    "csharp": (".cs",),
    "kotlin": (".kt", ".kts"),
    "shell": (".sh", ".bash"),
    "json": (".json",),
}
"""Languages without a grammar here, by suffix: their words can be told apart, their trees cannot."""

_OTHER_IDS: Final = {"shellscript": "shell", "bash": "shell", "sh": "shell", "jsonc": "json"}


def get(name: str) -> Language:
    """The row of a language. Raises KeyError for a name that is not registered."""
    return LANGUAGES[name]


def language_of(path: Path) -> str | None:
    """The language of a file by its suffix, None when no row claims it."""
    suffix = path.suffix.lower()
    return next((row.name for row in LANGUAGES.values() if suffix in row.suffixes), None) if suffix else None


def by_lsp_id(identifier: str) -> str | None:
    """The language of an editor's `languageId`, None when no row claims it."""
    return next((row.name for row in LANGUAGES.values() if identifier in row.lsp_ids), None)


def named(identifier: str, path: Path) -> str | None:
    """The language of an identifier (ours or an editor's), else of a suffix; also one without a grammar."""
    known = _OTHER_IDS.get(identifier, identifier)
    if known in LANGUAGES or known in _NAMES:
        return known
    suffix = path.suffix.lower()
    plain = next((name for name, suffixes in _NAMES.items() if suffix in suffixes), None)
    return by_lsp_id(identifier) or language_of(path) or plain
