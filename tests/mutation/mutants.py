"""Small wrong turns in a module's source: each is one edit of its tree, named by function and text so that it is known
again when lines have moved.

A mutant's edit is made in place, in a process of its own.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mutation.turns import of_expression, of_statement

_LONGEST = 110
_TYPES = {"Literal", "Callable", "tuple", "dict", "list", "frozenset"}
"""Subscripted they are types, which nothing is decided by."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a node hangs: a field of its parent, or one place in a list there."""

    parent: ast.AST
    field: str
    place: int | None = None

    def get(self) -> Any:
        held = getattr(self.parent, self.field)
        return held if self.place is None else held[self.place]

    def put(self, node: Any) -> None:
        if self.place is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.place] = node


@dataclass(frozen=True, slots=True)
class Mutant:
    path: Path
    where: str
    """`holds.py _null`: the file and the function, or the name that a module's value is given."""
    what: str
    """`known(a) → known(not a)`."""
    tree: ast.Module
    spot: Spot
    instead: ast.AST

    @property
    def key(self) -> tuple[str, str]:
        return self.where, self.what

    def code(self) -> Any:
        """The module with the edit made, for good."""
        self.spot.put(self.instead)
        return compile(ast.fix_missing_locations(self.tree), str(self.path), "exec", dont_inherit=True)


def mutants_of(path: Path, name: str) -> list[Mutant]:
    """In the order of the source; `name` is how the file is called."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    made: list[Mutant] = []
    seen: Counter[tuple[str, str]] = Counter()
    for statement, where in _statements(tree, ""):
        told: set[str] = set()
        for spot, instead, what, result in _edits(statement):
            if result in told:
                continue  # two ways to the same source
            told.add(result)
            place, called = f"{name} {where}".strip(), what.replace("`", "'")  # code on a page
            seen[place, called] += 1
            times = seen[place, called]
            called += f" ({times})" if times > 1 else ""
            made.append(Mutant(path, place, called, tree, spot, instead))
    return made


def _statements(parent: ast.AST, where: str) -> Iterator[tuple[Spot, str]]:
    """All of them with the function they stand in; docstrings and imports left out."""
    for field, held in ast.iter_fields(parent):
        if not isinstance(held, list):
            continue
        for place, one in enumerate(held):
            if isinstance(one, ast.ExceptHandler | ast.match_case):
                yield from _statements(one, where)
            if not isinstance(one, ast.stmt) or _decides_nothing(one):
                continue
            inner = _inside(one, where)
            if not isinstance(one, ast.FunctionDef | ast.ClassDef):
                yield Spot(parent, field, place), inner
            yield from _statements(one, inner)


def _decides_nothing(one: ast.stmt) -> bool:
    """Docstrings, imports, names for types."""
    value = getattr(one, "value", None)
    text = isinstance(one, ast.Expr) and isinstance(value, ast.Constant)
    return text or isinstance(one, ast.Import | ast.ImportFrom | ast.Pass) or _is_shown_only(value)


def _inside(one: ast.stmt, where: str) -> str:
    if isinstance(one, ast.FunctionDef | ast.ClassDef):
        return f"{where}.{one.name}" if where else one.name
    if where:
        return where
    target = one.targets[0] if isinstance(one, ast.Assign) else getattr(one, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def _edits(statement: Spot) -> Iterator[tuple[Spot, ast.AST, str, str]]:
    """Of one statement, without those inside it."""
    node = statement.get()
    before = _head(node)
    for instead, what in of_statement(node):
        yield statement, instead, what or _change(before, _head(instead)), ast.unparse(instead)
    # what is raised is told to people
    for spot, line in _expressions(node, ()) if not isinstance(node, ast.Raise) else ():
        for instead, what in of_expression(spot.get()):
            yield spot, instead, *_told(statement, spot, line, instead, what)


def _told(
    statement: Spot, spot: Spot, line: tuple[Spot, ...], instead: ast.AST, what: str
) -> tuple[str, str]:
    """How the edit is called, and what the statement comes to."""
    node = spot.get()
    shown = next((one for one in line if len(ast.unparse(one.get())) <= _LONGEST), spot)
    before, whole = ast.unparse(shown.get()), _head(statement.get())
    spot.put(instead)
    # the edited node itself may be what is shown
    after, result = ast.unparse(shown.get()), _head(statement.get())
    spot.put(node)
    if len(whole) <= _LONGEST:
        before, after = whole, result
    return what or _change(before, after), result


def _change(before: str, after: str) -> str:
    return f"{before} → {after}"


def _head(node: ast.AST) -> str:
    """A statement without the statements inside it."""
    if isinstance(node, ast.If | ast.While | ast.For | ast.With | ast.Try):
        return ast.unparse(node).split("\n", 1)[0]
    return " ".join(ast.unparse(node).split())


def _expressions(node: ast.AST, line: tuple[Spot, ...]) -> Iterator[tuple[Spot, tuple[Spot, ...]]]:
    """Those that are computed, each with the expressions around it, the widest first."""
    for field, held in ast.iter_fields(node):
        if field in ("annotation", "decorator_list", "returns", "targets", "target", "ctx"):
            continue
        several = isinstance(held, list)
        for place, one in enumerate(held if several else [held]):
            spot = Spot(node, field, place if several else None)
            if isinstance(one, ast.expr) and not _is_shown_only(one):
                yield spot, (*line, spot)
                yield from _expressions(one, (*line, spot))
            elif isinstance(one, ast.keyword | ast.comprehension | ast.withitem | ast.Slice | ast.arguments):
                yield from _expressions(one, line)


def _is_shown_only(one: ast.AST | None) -> bool:
    """Text for people, and types."""
    if isinstance(one, ast.Subscript):
        return isinstance(one.value, ast.Name) and one.value.id in _TYPES
    return isinstance(one, ast.JoinedStr)
