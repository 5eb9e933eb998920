"""Name the code that something depends on: what is told anew, and what calibration holds, by that.

From some definitions on, every definition of this package that they name is followed through its
modules' imports. Where a definition stands, comments, docstrings and blank lines say nothing: code
that was moved reads alike. What is loaded by a name that is made up while running (a field type, an
engine) is not seen, and must be told.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.paths import PACKAGE

_NAME = __name__.partition(".")[0]
_Definition = tuple[str, str]
"""Its module and its name; all of the module where that is empty."""


@dataclass(frozen=True, slots=True)
class _Module:
    """``text`` and ``uses`` of each top-level name; those of no name are under the empty one.

    ``uses`` pairs a name with the attribute asked of it, or an empty string. ``imports``: what a
    name stands for.
    """

    text: dict[str, tuple[str, ...]]
    uses: dict[str, set[tuple[str, str]]]
    imports: dict[str, _Definition]


def code_digest(*roots: str, package: Path = PACKAGE) -> str:
    """A hexadecimal name for the code of ``roots`` and of all that it uses in the ``package``.

    A root is ``module:definition``, ``module``, or ``module.*`` for every module of a package of
    modules. Raises KeyError where one is not there.
    """
    digest = hashlib.sha256()
    definitions = (definition for root in roots for definition in _definitions(root, package))
    for text in sorted(_reached(definitions, package)):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:16]


def _definitions(root: str, package: Path) -> Iterator[_Definition]:
    module, _, name = root.partition(":")
    if module.endswith(".*"):
        folder = package.joinpath(*module.split(".")[1:-1])
        yield from ((f"{module[:-2]}.{path.stem}", "") for path in folder.glob("[!_]*.py"))
    else:
        yield module, name


def _reached(roots: Iterable[_Definition], package: Path) -> set[str]:
    """The text of every definition that is used."""
    texts: set[str] = set()
    seen: set[_Definition] = set()
    left = list(roots)
    while left:
        definition = left.pop()
        if definition in seen:
            continue
        seen.add(definition)
        name, wanted = definition
        module = _parsed(package, name)
        if module is None:
            raise KeyError(name)
        if wanted in module.imports:
            left.append(module.imports[wanted])
        is_known = wanted in module.imports or (wanted and wanted in module.text)
        for part in (wanted, "") if is_known else module.text:
            texts.update(module.text.get(part, ()))
            left += _followed(module, name, module.uses.get(part, ()), package)
    return texts


def _followed(
    module: _Module, name: str, uses: Iterable[tuple[str, str]], package: Path
) -> Iterator[_Definition]:
    """What the names that a definition uses stand for, within the package."""
    for used, attribute in uses:
        if used in module.text:
            yield name, used
        elif used in module.imports:
            target, of_it = module.imports[used]
            if of_it and _parsed(package, f"{target}.{of_it}"):  # a module, of a package of modules
                target, of_it = f"{target}.{of_it}", ""
            if _parsed(package, target):
                yield target, of_it or attribute


@cache
def _parsed(package: Path, name: str) -> _Module | None:
    """A module of the package; None for what is none of its."""
    head, *rest = name.split(".")
    path = package.joinpath(*rest)
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if head != _NAME or not path.is_file():
        return None
    source = path.read_text("utf-8")
    lines = source.splitlines()
    module = _Module({}, {}, {})
    for statement in ast.parse(source).body:
        uses: set[tuple[str, str]] = set()
        silent: set[int] = set()
        for node in _walk(statement):
            kind = type(node)
            if kind is ast.Name:
                uses.add((node.id, ""))
            elif kind is ast.Attribute:
                uses.add((node.value.id, node.attr))
            elif kind is ast.Expr:
                silent.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            else:
                module.imports.update(_imported(node))
        written = _text(statement, lines, silent)
        for defined in _names(statement) if written else ():
            module.text[defined] = (*module.text.get(defined, ()), written)
            module.uses.setdefault(defined, set()).update(uses)
    return module


def _walk(statement: ast.stmt) -> Iterator[Any]:
    """The names that are read, alone or as what an attribute is asked of; strings that stand alone;
    imports. Every run waits for this: ``ast.walk`` and patterns take a quarter longer."""
    left: list[Any] = [statement]
    while left:
        node = left.pop()
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is ast.Load:
                yield node
        elif (
            (kind is ast.Attribute and type(node.value) is ast.Name)
            or kind is ast.Import
            or kind is ast.ImportFrom
            or (kind is ast.Expr and _is_string(node.value))
        ):
            yield node
        elif kind is not ast.Constant:
            for name in node._fields:
                value = getattr(node, name, None)
                if type(value) is list:
                    left += [child for child in value if isinstance(child, ast.AST)]
                elif isinstance(value, ast.AST):
                    left.append(value)


def _is_string(node: ast.expr) -> bool:
    return type(node) is ast.Constant and type(node.value) is str


def _text(statement: ast.stmt, lines: list[str], silent: set[int]) -> str:
    """The lines of a statement with its decorators, without comments and what is ``silent``."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    rows = range(first, (statement.end_lineno or statement.lineno) + 1)
    kept = (lines[row - 1].strip() for row in rows if row not in silent)
    return "\n".join(line for line in kept if line and not line.startswith("#"))


def _names(statement: ast.stmt) -> set[str]:
    """What a statement at the top of a module defines; the empty name where it defines nothing."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return set()
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            stored = {
                node.id
                for target in targets
                for node in ast.walk(target)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
            return stored or {""}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return {""}


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, _Definition]]:
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            yield alias.asname or alias.name, (statement.module or "", alias.name)
        else:
            yield alias.asname or alias.name.partition(".")[0], (alias.name, "")
