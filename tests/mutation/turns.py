"""The wrong turns that are tried: what may stand in place of an expression or a statement."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Turn = tuple[ast.AST, str]
"""What stands there instead, and what to call it; empty: by its text."""

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = (("F", "U", "T"), ("ABSENT", "PRESENT", "UNKNOWN"))
_CALLS = (
    ("min", "max"),
    ("any", "all"),
    ("any_of", "all_of"),
    ("startswith", "endswith"),
    ("partition", "rpartition"),
)
_WITHOUT = {"lower", "upper", "strip"}
"""Methods that give much the same text."""
_PICKING = {"min", "max"}
_SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Return, ast.Continue, ast.Break, ast.Raise)


def of_statement(node: ast.stmt) -> Iterator[Turn]:
    if isinstance(node, _SIMPLE):
        yield ast.Pass(), f"without {' '.join(ast.unparse(node).split())}"
    if isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
        yield _with(node, op=_ARITHMETIC[type(node.op)]()), ""
    if isinstance(node, ast.For):
        yield _with(node, iter=ast.Tuple([], ast.Load())), ""
    if isinstance(node, ast.If | ast.While):
        if not isinstance(node.test, ast.Compare | ast.UnaryOp):  # these are turned round as expressions
            yield _with(node, test=ast.UnaryOp(ast.Not(), node.test)), ""
        yield _with(node, test=ast.Constant(value=False)), ""
        if isinstance(node, ast.If):
            yield _with(node, test=ast.Constant(value=True)), ""


def of_expression(node: ast.expr) -> Iterator[Turn]:
    make: Callable[[Any], Iterator[ast.AST]] | None = _TURNS.get(type(node))
    if make is not None:
        yield from ((one, "") for one in make(node))
    for field in ("elts", "keywords"):
        for instead, left in _shorter(node, field):
            yield instead, f"without {left}"
    if isinstance(node, ast.Dict):
        for place, key in enumerate(node.keys):
            keys, values = _less(node.keys, place), _less(node.values, place)
            yield _with(node, keys=keys, values=values), f"without {ast.unparse(key or node.values[place])}"


def _shorter(node: ast.expr, field: str) -> Iterator[tuple[ast.AST, str]]:
    """Without one element of what is listed, without one argument that is named."""
    held: Sequence[Any] = getattr(node, field, ())
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return
    for place, one in enumerate(held):
        yield _with(node, **{field: _less(held, place)}), ast.unparse(one)


def _less(held: Sequence[Any], place: int) -> list[Any]:
    return [*held[:place], *held[place + 1 :]]


def _with(node: Any, **fields: Any) -> Any:
    """A copy that shares everything but these."""
    made = type(node)(**{name: getattr(node, name, None) for name in node._fields})
    for name, value in fields.items():
        setattr(made, name, value)
    return ast.copy_location(made, node)


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for place, op in enumerate(node.ops):
        for other in _COMPARISONS[type(op)]:
            yield _with(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _bool_op(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for place in range(len(node.values)):
        rest = _less(node.values, place)
        yield rest[0] if len(rest) == 1 else _with(node, values=rest)


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _binary(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _ARITHMETIC:
        yield _with(node, op=_ARITHMETIC[type(node.op)]())


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, str):
        yield ast.Constant(f"XX{value}")


def _name(node: ast.Name) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        yield from (_renamed(node, other) for other in _others(node.id))


def _others(name: str) -> Iterator[str]:
    for group in _NAMES:
        if name in group:
            yield from (one for one in group if one != name)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for pair in _CALLS:
        if called in pair:
            yield _with(node, func=_renamed(node.func, pair[1 - pair.index(called)]))
    if called == "negated":
        yield node.args[0]
    if called in _WITHOUT and isinstance(node.func, ast.Attribute) and not node.args:
        yield node.func.value
    if called in _PICKING and len(node.args) > 1:
        for place in range(len(node.args)):
            rest = _less(node.args, place)
            yield rest[0] if len(rest) == 1 else _with(node, args=rest)


def _renamed(node: ast.expr, name: str) -> ast.AST:
    made: ast.AST = _with(node, **{"attr" if isinstance(node, ast.Attribute) else "id": name})
    return made


def _if_else(node: ast.IfExp) -> Iterator[ast.AST]:
    yield from (node.body, node.orelse)


def _comprehension(node: Any) -> Iterator[ast.AST]:
    for place, one in enumerate(node.generators):
        for number in range(len(one.ifs)):
            generator = _with(one, ifs=_less(one.ifs, number))
            yield _with(node, generators=[*node.generators[:place], generator, *node.generators[place + 1 :]])


_TURNS: dict[type[ast.expr], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Call: _call,
    ast.IfExp: _if_else,
    ast.GeneratorExp: _comprehension,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
}
