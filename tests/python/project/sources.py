"""Python source as trees: what a module imports, catches, calls and asks of SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_READ = re.compile(
    r"\b(?:from|join|into|update|describe)\s+([a-z_]\w*)\.", re.IGNORECASE
)


@dataclass(frozen=True)
class Module:
    """One file of the package; ``name`` is its path below ``python/martlet``."""

    name: str
    text: str

    @property
    def room(self) -> str:
        """Its folder below the package, or nothing for a module at the top."""
        return self.name.rpartition("/")[0].partition("/")[0]

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    def imports(self) -> Iterator[str]:
        """Yield the full name of everything imported, wherever the import stands."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def catches(self) -> Iterator[str]:
        """Yield the name of everything that is caught; ``except:`` catches all."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ExceptHandler):
                caught = node.type or ast.Name("BaseException")
                types = caught.elts if isinstance(caught, ast.Tuple) else [caught]
                yield from (ast.unparse(each).rpartition(".")[2] for each in types)

    def calls(self) -> Iterator[str]:
        """Yield what is called, as written: ``open``, ``datetime.now``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func)

    def names(self) -> Iterator[str]:
        """Yield every dotted name, called or handed on, as written: ``time.time``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute):
                yield ast.unparse(node)

    def texts(self) -> Iterator[str]:
        """Yield every string but docstrings; of an f-string, its fixed parts."""
        docstrings = {
            id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)
        }
        for node in ast.walk(self.tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in docstrings:
                yield node.value

    def schemas(self) -> set[str]:
        """Schemas that its SQL reads or writes."""
        return {schema for text in self.texts() for schema in _READ.findall(text)}


def read_package(project_dir: Path) -> list[Module]:
    """Read every module of the package."""
    package = project_dir / "python" / "martlet"
    return [
        Module(path.relative_to(package).as_posix(), path.read_text("utf-8"))
        for path in sorted(package.rglob("*.py"))
    ]
