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
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

from analysis.core.units import maximum, minimum

#: Each operator's sign, and how strongly it binds.
_OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 1), ast.Sub: ("−", 1), ast.Mult: ("×", 2), ast.Div: ("÷", 2), ast.Pow: ("^", 4),
}  # fmt: skip
_CHOICES = {"minimum": "smaller", "maximum": "larger"}


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

    @cached_property
    def compiled(self) -> Callable[..., Any]:
        """The expression as a function of its needs."""
        if self.function is not None:
            return self.function
        names = ", ".join(name.replace(".", "__") for name in self.needs)
        scope = {"minimum": minimum, "maximum": maximum}
        found: Callable[..., Any] = eval(f"lambda {names}: {ast.unparse(self.result)}", scope)
        return found

    def text(self, shown: Mapping[str, str]) -> str:
        """The expression as a person writes it, with each name as ``shown`` has it."""
        return _text(self.result, shown)[0]

    def source(self, names: Mapping[str, str]) -> str:
        """Python source over other names, for a compiled loop."""
        return re.sub(r"\b[A-Za-z_]\w*", lambda found: names.get(found[0], found[0]), ast.unparse(self.result))

    @cached_property
    def branches(self) -> tuple[tuple[Expression, tuple[Expression, ...]], ...]:
        """The expression without minimum and maximum: each choice of operands, with differences that are 0 or more
        where that choice is the right one."""
        calls = [node for node in ast.walk(self.result) if isinstance(node, ast.Call)]
        if not calls:
            return ((self, ()),)
        found = []
        for choice in itertools.product((0, 1), repeat=len(calls)):
            differences: list[ast.expr] = []
            result = _resolve(self.result, dict(zip(map(id, calls), choice, strict=True)), differences)
            parts = [Expression(self.name, self.needs, tree) for tree in (result, *differences)]
            found.append((parts[0], tuple(parts[1:])))
        return tuple(found)


def parse(text: str) -> Expression:
    """An expression from a text; names may have a point, as in ``at_risk_2019.southern``.

    Raises ExpressionError for anything but names, numbers, + - * / ** and brackets.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"'{text}' is not made of names, numbers, + - * / and brackets") from None
    needs: dict[str, None] = {}
    result = _checked(tree, {}, needs)
    return Expression(text, tuple(needs), result)


def read(module: ModuleType) -> dict[str, Expression]:
    """The formulas of a module and its submodules, by name. Raises ExpressionError naming the formula."""
    found: dict[str, Expression] = {}
    within = f"{module.__name__}."
    parts = [one for one in vars(module).values() if inspect.ismodule(one) and one.__name__.startswith(within)]
    for part in (module, *parts):
        for node in ast.parse(_source(part)).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                if node.name in found:
                    raise ExpressionError(f"two formulas are called {node.name}: give one of them another name")
                try:
                    found[node.name] = _read_function(node, getattr(part, node.name))
                except ExpressionError as error:
                    raise ExpressionError(f"the formula {part.__name__}.{node.name}: {error}") from None
    return found


def _source(module: ModuleType) -> str:
    try:
        return inspect.getsource(module)
    except (OSError, TypeError):  # an empty file, or none
        return ""


def _read_function(node: ast.FunctionDef, function: Callable[..., Any]) -> Expression:
    needs = [argument.arg for argument in node.args.args]
    if node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.args.posonlyargs or node.args.defaults:
        raise ExpressionError("it may have plain parameters only")
    known: dict[str, ast.expr] = {}
    parameters = dict.fromkeys(needs)
    body = node.body if ast.get_docstring(node) is None else node.body[1:]
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                known[name] = _checked(value, known, parameters, fixed=True)
            case ast.Return(value=ast.expr() as value) if statement is body[-1]:
                words = (ast.get_docstring(node) or "").split("\n\n")[0]
                result = _checked(value, known, parameters, fixed=True)
                return Expression(node.name, tuple(needs), result, " ".join(words.split()), function)
            case _:
                raise ExpressionError(f"it may assign names and return, not: {_short(statement)}")
    raise ExpressionError("it must end in a return")


def _checked(node: ast.expr, known: Mapping[str, ast.expr], needs: dict[str, None], *, fixed: bool = False) -> ast.expr:
    """A tree with assigned names put in; refuses what is no arithmetic, and with ``fixed`` what is no parameter."""

    def of(child: ast.expr) -> ast.expr:
        return _checked(child, known, needs, fixed=fixed)

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
    raise ExpressionError(f"'{_short(node)}' is not made of names, numbers, + - * / and brackets")


def _short(node: ast.AST) -> str:
    return ast.unparse(node).split("\n")[0][:60]


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
