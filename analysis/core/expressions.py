"""Formulas read as text: straight-line arithmetic, parsed once.

A formula serves a point, bounds, draws and the text of a worked step. So its source is limited to assignments, one
``return``, ``+ - * / **``, numbers, and ``minimum`` and ``maximum``. Anything else is refused by name.

>>> found = parse("transfers_2021 / (1 + growth)")
>>> found.needs, found.text({"transfers_2021": "3.17 million", "growth": "10.5 percent"})
(('transfers_2021', 'growth'), '3.17 million ÷ (1 + 10.5 percent)')
"""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from analysis.core.units import maximum, minimum

_OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 1), ast.Sub: ("−", 1), ast.Mult: ("×", 2), ast.Div: ("÷", 2), ast.Pow: ("^", 4),
}  # fmt: skip
_CHOICES = {"minimum": "smaller", "maximum": "larger"}
_SCOPE = {"minimum": minimum, "maximum": maximum}


class ExpressionError(ValueError):
    """A source that is not straight-line arithmetic; the message says where and why."""


@dataclass(frozen=True)
class Expression:
    """Straight-line arithmetic over names. ``needs`` are its names in order; ``words`` say it in a sentence."""

    name: str
    needs: tuple[str, ...]
    result: ast.expr
    words: str = ""
    function: Callable[..., Any] | None = None

    def __hash__(self) -> int:
        return hash((self.name, ast.dump(self.result)))

    @cached_property
    def compiled(self) -> Callable[..., Any]:
        """The expression as a function of its needs."""
        if self.function is not None:
            return self.function
        names = [ast.arg(name.replace(".", "__")) for name in self.needs]
        arguments = ast.arguments([], names, None, [], [], None, [])
        tree = ast.Expression(ast.Lambda(arguments, self.result))
        found: Callable[..., Any] = eval(compile(ast.fix_missing_locations(tree), self.name, "eval"), dict(_SCOPE))
        return found

    def text(self, shown: Mapping[str, str]) -> str:
        """The expression as a person writes it, with each name as ``shown`` has it."""
        return _text(self.result, shown)[0]

    def source(self, names: Mapping[str, str]) -> str:
        """Python source over other names, for a compiled loop."""
        return ast.unparse(_Renamed(names).visit(_copy(self.result)))

    @cached_property
    def branches(self) -> tuple[tuple[Expression, tuple[Expression, ...]], ...]:
        """The expression without minimum and maximum: each choice of operands, with differences that are 0 or more
        where that choice is the right one."""
        calls = [node for node in ast.walk(self.result) if isinstance(node, ast.Call)]
        if not calls:
            return ((self, ()),)
        found = []
        for choice in itertools.product((0, 1), repeat=len(calls)):
            chosen = dict(zip(map(id, calls), choice, strict=True))
            differences: list[ast.expr] = []
            result = _resolve(self.result, chosen, differences)
            conditions = tuple(self._part(difference) for difference in differences)
            found.append((self._part(result), conditions))
        return tuple(found)

    def _part(self, tree: ast.expr) -> Expression:
        return Expression(self.name, self.needs, tree)


def parse(text: str) -> Expression:
    """An expression from a text; names may have a point, as in ``at_risk_2019.southern``.

    Raises ExpressionError for anything but names, numbers, + - * / ** and brackets.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"'{text}' is not made of names, numbers, + - * / and brackets") from None
    needs: dict[str, None] = {}
    result = _checked(tree, {}, needs, text)
    return Expression(text, tuple(needs), result)


def read(module: ModuleType) -> dict[str, Expression]:
    """The formulas of a module and its submodules, by name. Raises ExpressionError naming formula and line."""
    found: dict[str, Expression] = {}
    for function in _functions(module):
        if function.__name__ in found:
            raise ExpressionError(f"two formulas are called {function.__name__}: give one of them another name")
        found[function.__name__] = _read_function(function)
    return found


def _functions(module: ModuleType) -> Iterator[Callable[..., Any]]:
    for name, member in vars(module).items():
        if inspect.ismodule(member) and member.__name__.startswith(f"{module.__name__}."):
            yield from _functions(member)
        elif inspect.isfunction(member) and member.__module__ == module.__name__ and not name.startswith("_"):
            yield member


_trees: dict[str, dict[tuple[str, int], ast.FunctionDef]] = {}


def _definition(function: Callable[..., Any]) -> ast.FunctionDef:
    """A function's definition; the file it stands in is parsed once."""
    code = function.__code__
    if code.co_filename not in _trees:
        try:
            tree = ast.parse(Path(code.co_filename).read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError):
            try:
                tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
            except OSError:
                raise ExpressionError(f"the text of {function.__module__}.{function.__name__} can't be read") from None
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        _trees[code.co_filename] = {(node.name, node.lineno): node for node in nodes}
    return _trees[code.co_filename][function.__name__, code.co_firstlineno]


def _read_function(function: Callable[..., Any]) -> Expression:
    node = _definition(function)
    called = f"{function.__module__}.{function.__name__}"
    needs = [argument.arg for argument in node.args.args]
    if node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.args.posonlyargs or node.args.defaults:
        raise ExpressionError(f"the formula {called} may have plain parameters only")
    known: dict[str, ast.expr] = {}
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    for statement in body[:-1]:
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        if not (isinstance(statement, ast.Assign) and isinstance(target, ast.Name)):
            raise ExpressionError(f"the formula {called} may assign names and return, not: {_short(statement)}")
        known[target.id] = _checked(statement.value, known, dict.fromkeys(needs), called, fixed=True)
    last = body[-1] if body else node
    if not isinstance(last, ast.Return) or last.value is None:
        raise ExpressionError(f"the formula {called} must end in a return")
    result = _checked(last.value, known, dict.fromkeys(needs), called, fixed=True)
    words = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    return Expression(function.__name__, tuple(needs), result, words, function)


def _checked(
    node: ast.expr, known: Mapping[str, ast.expr], needs: dict[str, None], called: str, *, fixed: bool = False
) -> ast.expr:
    """A tree with assigned names put in; refuses what is no arithmetic, and with ``fixed`` what is no parameter."""

    def of(child: ast.expr) -> ast.expr:
        return _checked(child, known, needs, called, fixed=fixed)

    match node:
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.Name(id=name) if name in needs or not fixed:
            needs[name] = None
            return node
        case ast.Attribute(value=ast.Name(id=name), attr=reading) if not fixed:
            needs[f"{name}.{reading}"] = None
            return ast.Name(f"{name}__{reading}", ast.Load())
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return node
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return ast.UnaryOp(ast.USub(), of(operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return ast.BinOp(of(left), op, of(right))
        case ast.Call(func=ast.Name(id=name), args=[one, two], keywords=[]) if name in _CHOICES:
            return ast.Call(ast.Name(name, ast.Load()), [of(one), of(two)], [])
    subject = f"the formula {called} " if fixed else ""
    raise ExpressionError(f"{subject}'{_short(node)}' is not made of names, numbers, + - * / and brackets".strip())


def _short(node: ast.AST) -> str:
    return ast.unparse(node).split("\n")[0][:60]


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body


def _resolve(node: ast.expr, chosen: Mapping[int, int], differences: list[ast.expr]) -> ast.expr:
    """A tree in which each minimum and maximum is the chosen operand; adds by how much that operand wins."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=args):
            parts = [_resolve(one, chosen, differences) for one in args]
            taken, other = parts[chosen[id(node)]], parts[1 - chosen[id(node)]]
            ahead = (other, taken) if name == "minimum" else (taken, other)
            differences.append(ast.BinOp(ahead[0], ast.Sub(), ahead[1]))
            return taken
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(_resolve(left, chosen, differences), op, _resolve(right, chosen, differences))
        case ast.UnaryOp(op=op, operand=operand):
            return ast.UnaryOp(op, _resolve(operand, chosen, differences))
    return node


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def _text(node: ast.expr, shown: Mapping[str, str]) -> tuple[str, int]:
    """A tree as text, and how strongly its outermost operator binds."""
    match node:
        case ast.Name(id=name):
            return shown.get(name, shown.get(name.replace("__", ".", 1), name)), 9
        case ast.Constant(value=int() | float() as value):
            return f"{value:,}" if isinstance(value, int) else f"{value}", 9
        case ast.UnaryOp(operand=operand):
            return f"−{_bracketed(operand, 3, shown)}", 3
        case ast.Call(func=ast.Name(id=name), args=[one, two]):
            return f"the {_CHOICES[name]} of {_bracketed(one, 5, shown)} and {_bracketed(two, 5, shown)}", 0
        case ast.BinOp(left=left, op=op, right=right):
            sign, strength = _OPERATORS[type(op)]
            # Behind a minus or a division, an operator of the same strength needs brackets.
            tighter = strength + (1 if sign in "−÷^" else 0)
            return f"{_bracketed(left, strength, shown)} {sign} {_bracketed(right, tighter, shown)}", strength
    raise ExpressionError(f"'{_short(node)}' can't be shown")


def _bracketed(node: ast.expr, least: int, shown: Mapping[str, str]) -> str:
    text, strength = _text(node, shown)
    return text if strength >= least else f"({text})"
