"""The proof that what an edit imports is there: check `imports`. A package that a model made up is an attack surface.

Looked for are the standard library, the project's own files and what lies beside its interpreter; what the file (or a
sibling in Java's case, its package) imports already is taken as there. Nothing is imported to find out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from copilot import files
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.syntax import importing
from copilot.syntax.importing import Need
from copilot.syntax.outline import outline
from copilot.types import Check, Document, Project

_PLATFORM: Final = ("java.", "javax.", "jdk.")


def there(before: Document, after: Document, project: Project) -> Check:
    """Check `imports`: each import that `after` has and `before` has not is of something that exists."""
    if after.language not in ("python", "java"):
        return Check("imports", passed=True, detail=say("imports are not checked for this language"))
    known = set(importing.needs_of(before))
    fresh = [need for need in importing.needs_of(after) if need not in known]
    exists = _java if after.language == "java" else _python
    missing = [_spoken(need) for need in fresh if not exists(need, before, project)]
    if missing:
        detail = say("there is nothing to import: {names}", names=", ".join(sorted(missing)))
        return Check("imports", passed=False, detail=detail)
    return Check("imports", passed=True, detail=say("new imports: {count}", count=len(fresh)) if fresh else "")


def _spoken(need: Need) -> str:
    return f"{need.module}.{need.name}" if need.name else need.module


def _python(need: Need, before: Document, project: Project) -> bool:
    top = need.module.partition(".")[0]
    if not top:
        return _relative(need, before.path)
    if importing.is_platform(need.module):
        return True
    if any(row.module.partition(".")[0] == top for row in importing.needs_of(before)) and not _inside(
        top, before, project
    ):
        return True
    for base in bases(before.path, project.root):
        target = base.joinpath(*need.module.split("."))
        if is_module(target):
            return _has(target, need.name)
    return any(is_module(folder / top) for folder in packages(project))


def _inside(top: str, before: Document, project: Project) -> bool:
    return any(is_module(base / top) for base in bases(before.path, project.root))


def _relative(need: Need, path: Path) -> bool:
    dots = len(need.module) - len(need.module.lstrip("."))
    folder = path.parent
    for _ in range(dots - 1):
        folder = folder.parent
    rest = need.module[dots:]
    target = folder.joinpath(*rest.split(".")) if rest else folder
    return (is_module(target) or target.is_dir()) and _has(target, need.name)


def bases(path: Path, root: Path) -> list[Path]:
    """Folders that may be on the import path for a file, nearest last."""
    inside = [folder for folder in path.parents if folder.is_relative_to(root)]
    return [root, root / "src", *reversed(inside)]


def is_module(target: Path) -> bool:
    """Whether a path without suffix is a Python module or package, compiled ones included."""
    return (
        target.with_name(f"{target.name}.py").is_file()
        or (target / "__init__.py").is_file()
        or (target.is_dir() and any(target.glob("*.py")))
        or any(target.parent.glob(f"{target.name}.*.so"))
        or any(target.parent.glob(f"{target.name}.*.pyd"))
    )


def _has(target: Path, name: str) -> bool:
    """True when the module defines or imports the name, has it as a submodule, or cannot be read to say."""
    if not name or name == "*":
        return True
    if is_module(target / name):
        return True
    file = target.with_name(f"{target.name}.py")
    file = file if file.is_file() else target / "__init__.py"
    if not file.is_file():
        return False
    try:
        document = files.read(file, "python")
    except CopilotError:
        return True
    found = outline(document)
    names = {symbol.name for symbol in found.symbols if symbol.parent is None}
    names |= {need.binds for need in importing.needs_of(document)}
    dynamic = any(need.name == "*" for need in importing.needs_of(document)) or "__getattr__" in names
    return dynamic or name in names


def packages(project: Project) -> list[Path]:
    """Where packages lie beside the project's interpreter."""
    if project.python is None:
        return []
    home = project.python.absolute().parent.parent
    return [
        *home.glob("lib/python3*/site-packages"),
        *home.glob("lib/python3*/dist-packages"),
        *home.glob("Lib/site-packages"),
    ]


def _java(need: Need, before: Document, project: Project) -> bool:
    if need.module.startswith(_PLATFORM) or need.module in ("java", "javax"):
        return True
    if any(row.module == need.module for row in importing.needs_of(before)):
        return True
    parts = f"{need.module}.{need.name}".split(".") if need.name != "*" else need.module.split(".")
    for end in range(len(parts), 0, -1):
        # A nested type, a static member or a wildcard: some part of the path is a file or a folder of the project.
        if any(_java_file(base, parts[:end], wildcard=need.name == "*") for base in _roots(before, project)):
            return True
    return False


def _java_file(base: Path, parts: list[str], *, wildcard: bool) -> bool:
    target = base.joinpath(*parts)
    return target.with_name(f"{target.name}.java").is_file() or (wildcard and target.is_dir())


def _roots(before: Document, project: Project) -> list[Path]:
    """The source roots: the folder above the file's package, and the usual ones of the project."""
    package = (outline(before).module or "").split(".") if outline(before).module else []
    own = before.path.parent
    for part in reversed(package):
        if own.name != part:
            break
        own = own.parent
    return [own, project.root / "src/main/java", project.root / "src/test/java", project.root / "src", project.root]
