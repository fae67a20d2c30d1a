"""This module parses the source of formulas, which are arithmetic without branches.

Because the package uses each formula for single values, bounds, draws and worked steps,
a formula may contain only assignments, one ``return``, ``+ - * / **``, numbers, and
``minimum`` and ``maximum``. Any other formula is refused in a message that names the
formula.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from analysis.core.units import maximum, minimum

#: Each operator's sign, and how strongly it binds.
_OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 1),
    ast.Sub: ("−", 1),
    ast.Mult: ("×", 2),
    ast.Div: ("÷", 2),
    ast.Pow: ("^", 4),
}
_EXTREMES = {"minimum": "smaller", "maximum": "larger"}


@dataclass(frozen=True)
class Expression:
    """Arithmetic over names, without branches.

    ``needs`` lists the names in the expression, in order; ``words`` is the expression
    as a sentence in words.
    """

    name: str
    needs: tuple[str, ...]
    result: ast.expr
    words: str = ""
    function: Callable[..., Any] | None = None

    @cached_property
    def compiled(self) -> Callable[..., Any]:
        """The expression as a Python function of the names that it needs."""
        names = ", ".join(name.replace(".", "__") for name in self.needs)
        scope = {"minimum": minimum, "maximum": maximum}
        if self.function:
            return self.function
        text = ast.unparse(_AsFloats().visit(copy.deepcopy(self.result)))
        made: Callable[..., Any] = eval(f"lambda {names}: {text}", scope)
        return made

    def __getstate__(self) -> dict[str, Any]:
        # A function made by eval can't be pickled; it is made again when it is needed.
        return {key: value for key, value in vars(self).items() if key != "compiled"}

    def of(self, values: Mapping[str, Any]) -> Any:
        """The value of the expression, computed from the values of its names."""
        return self.compiled(*(values[name] for name in self.needs))

    def text(self, shown: Mapping[str, str]) -> str:
        """The expression as a person writes it; ``shown`` gives the text for each name.

        >>> parse("transfers_2021 / (1 + growth)").text(
        ...     {"transfers_2021": "3.17 million", "growth": "10.5 percent"}
        ... )
        '3.17 million ÷ (1 + 10.5 percent)'
        """
        return _text(self.result, shown)

    def source(self, names: Mapping[str, str]) -> str:
        """The expression as Python source, with its names replaced."""
        return re.sub(
            r"\b[A-Za-z_]\w*",
            lambda name: names.get(name[0], name[0]),
            ast.unparse(self.result),
        )

    @cached_property
    def occurrences(self) -> Mapping[str, int]:
        """How often each name occurs in the expression."""
        names = (node for node in ast.walk(self.result) if isinstance(node, ast.Name))
        return Counter(node.id for node in names)

    @cached_property
    def compared(self) -> tuple[tuple[Expression, Expression], ...]:
        """The two operands of each minimum and maximum, from the inside out.

        >>> [two] = parse("minimum(x, 2 * y)").compared
        >>> [one.text({}) for one in two]
        ['x', '2 × y']
        """
        # The walk goes from the whole to its parts.
        nodes = [*ast.walk(self.result)][::-1]
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        return tuple(
            (
                Expression(self.name, self.needs, call.args[0]),
                Expression(self.name, self.needs, call.args[1]),
            )
            for call in calls
        )

    @cached_property
    def under_extremes(self) -> frozenset[str]:
        """The names inside a minimum or a maximum of the expression."""
        calls = (node for node in ast.walk(self.result) if isinstance(node, ast.Call))
        names = {
            node.id
            for call in calls
            for node in ast.walk(call)
            if isinstance(node, ast.Name)
        }
        return frozenset(names & {*self.needs})


@cache
def parse(text: str) -> Expression:
    """Parse an expression from a text.

    A name may have a point, as in ``at_risk_2019.southern``. Raises ValueError for
    anything but names, numbers, + - * / **, brackets, ``minimum`` and ``maximum``.
    """
    unreadable = ValueError(
        f"'{text}' is not made of names, numbers, + - * / and brackets"
    )
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise unreadable from None
    needs: dict[str, None] = {}
    try:
        result = _checked(tree, {}, needs)
    except RecursionError:
        raise unreadable from None
    return Expression(text, tuple(needs), result)


def read(module: ModuleType) -> dict[str, Expression]:
    """Read the formulas of a module and its submodules, by name.

    Raises ValueError for a formula that can't be read; the message names the formula.
    """
    formulas: dict[str, Expression] = {}
    inner = filter(inspect.ismodule, vars(module).values())
    parts = [part for part in inner if part.__name__.startswith(f"{module.__name__}.")]
    for part in (module, *parts):
        for node in ast.parse(inspect.getsource(part)).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                if node.name in formulas:
                    raise ValueError(
                        f"two formulas are called {node.name}: give one of them "
                        "another name"
                    )
                try:
                    formulas[node.name] = _read_function(node, getattr(part, node.name))
                except ValueError as error:
                    raise ValueError(
                        f"the formula {part.__name__}.{node.name}: {error}"
                    ) from None
    return formulas


def _read_function(node: ast.FunctionDef, function: Callable[..., Any]) -> Expression:
    needs = tuple(argument.arg for argument in node.args.args)
    if (
        node.args.vararg
        or node.args.kwarg
        or node.args.kwonlyargs
        or node.args.posonlyargs
        or node.args.defaults
    ):
        raise ValueError("it may have plain parameters only")
    known: dict[str, ast.expr] = {name: ast.Name(name, ast.Load()) for name in needs}
    text = ast.get_docstring(node)
    # The first paragraph ends with the place in the article in brackets, which is left
    # out.
    words = re.sub(
        r" \([^()]*\)\.$", ".", " ".join(re.split(r"\n\n|>>>", text or "")[0].split())
    )
    body = node.body if text is None else node.body[1:]
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                known[name] = _checked(value, known)
            case ast.Return(value=ast.expr() as value) if statement is body[-1]:
                return Expression(
                    node.name, needs, _checked(value, known), words, function
                )
            case _:
                raise ValueError(
                    "it may only assign names and return, not do this: "
                    f"{_short(statement)}"
                )
    raise ValueError("it must end in a return")


def _checked(
    node: ast.expr, known: Mapping[str, ast.expr], needs: dict[str, None] | None = None
) -> ast.expr:
    """Return a tree with known names replaced, and add other names to ``needs``.

    If ``needs`` is None, a name that is not known is refused.
    """
    match node:
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.Name(id=name) if needs is not None:
            needs[name] = None
            return node
        case ast.Name(id=name):
            raise ValueError(f"'{name}' is not one of its parameters")
        case ast.Attribute(value=ast.Name(id=name), attr=reading) if needs is not None:
            needs[f"{name}.{reading}"] = None
            return ast.Name(f"{name}__{reading}", ast.Load())
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return node
    return _checked_operation(node, known, needs)


def _checked_operation(
    node: ast.expr, known: Mapping[str, ast.expr], needs: dict[str, None] | None
) -> ast.expr:
    """Return an operation with its operands checked; refuse anything else."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return ast.UnaryOp(ast.USub(), _checked(operand, known, needs))
        case ast.BinOp(op=ast.Pow(), right=power) if not _is_small(power):
            raise ValueError(
                f"'{_short(node)}' has a power that is not a whole number from -9 to 9"
            )
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return ast.BinOp(
                _checked(left, known, needs), op, _checked(right, known, needs)
            )
        case ast.Call(func=ast.Name(id=name), args=[left, right], keywords=[]) if (
            name in _EXTREMES
        ):
            operands = [_checked(operand, known, needs) for operand in (left, right)]
            return ast.Call(ast.Name(name, ast.Load()), operands, [])
    raise ValueError(
        f"'{_short(node)}' is not made of names, numbers, + - * / and brackets"
    )


def _is_small(power: ast.expr) -> bool:
    """Whether a power is a whole number from -9 to 9, and so is quick to compute."""
    if isinstance(power, ast.UnaryOp) and isinstance(power.op, ast.USub):
        power = power.operand
    if not isinstance(power, ast.Constant) or not isinstance(power.value, int):
        return False
    return power.value <= 9


class _AsFloats(ast.NodeTransformer):
    """Turn whole numbers into floats, because powers of floats stay short."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
        left: ast.expr = self.visit(node.left)
        is_power = isinstance(node.op, ast.Pow)
        right: ast.expr = node.right if is_power else self.visit(node.right)
        return ast.BinOp(left, node.op, right)

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(float(node.value))  # type: ignore[arg-type]


def _short(node: ast.AST) -> str:
    return ast.unparse(node).split("\n")[0][:60]


def _text(node: ast.expr, shown: Mapping[str, str], least: int = 0) -> str:
    """Return a tree as text, in brackets if it binds less strongly than ``least``."""
    match node:
        case ast.Name(id=name):
            text = shown.get(name, shown.get(name.replace("__", ".", 1), name))
            strength = 0 if text.startswith("−") else 5
        case ast.Constant(value=int() | float() as value):
            return f"{value:,}" if isinstance(value, int) else f"{value}"
        case ast.UnaryOp(operand=operand):
            text, strength = f"−{_text(operand, shown, 3)}", 3
        case ast.BinOp(left=left, op=op, right=right):
            sign, strength = _OPERATORS[type(op)]
            # After a minus or a division sign, an operator of the same strength needs
            # brackets, and so does the base of a power that is itself a power.
            least_left = strength + 1 if sign == "^" else strength
            least_right = strength + 1 if sign in "−÷" else strength
            first = _text(left, shown, least_left)
            second = _text(right, shown, least_right)
            text = f"{first} {sign} {second}"
        case ast.Call(func=ast.Name(id=name), args=[left, right]):
            first, second = _text(left, shown, 5), _text(right, shown, 5)
            text, strength = f"the {_EXTREMES[name]} of {first} and {second}", 0
        case _:
            raise ValueError(f"'{_short(node)}' can't be shown")
    return text if strength >= least else f"({text})"
