"""Code with one thing changed: an operator, a bound, a number, or one of two inputs."""

import ast
import inspect

import numpy as np

OPERATORS = [ast.Add, ast.Sub, ast.Mult, ast.Div]
OTHER = {"minimum": "maximum", "min": "max", "any": "all", "argmax": "argmin"}
OTHER |= {other: one for one, other in OTHER.items()}
#: What stands in place of an operator in code that is no formula.
SWAPPED = {ast.Lt: ast.LtE, ast.Gt: ast.GtE, ast.Eq: ast.NotEq, ast.And: ast.Or}
SWAPPED |= {ast.Is: ast.IsNot, ast.In: ast.NotIn, ast.Add: ast.Sub, ast.Mult: ast.Div}
SWAPPED |= {other: one for one, other in SWAPPED.items()}


def mutants(function):
    """Yield a formula with each operator replaced by each other one, and with the
    smaller or larger of two replaced by either."""
    source = inspect.getsource(function)
    for index, node in enumerate(ast.walk(ast.parse(source))):
        if isinstance(node, ast.BinOp):
            for operator in OPERATORS:
                if not isinstance(node.op, operator):
                    yield changed(source, index, "op", operator())
        if isinstance(node, ast.Name) and node.id in OTHER:
            yield changed(source, index, "id", OTHER[node.id])
        if isinstance(node, ast.Call) and len(node.args) == 2:
            for one in node.args:
                yield changed(source, index, "args", [one, one])


def changed(source, index, field, value):
    tree = ast.parse(source)
    setattr(list(ast.walk(tree))[index], field, value)
    space = {"minimum": np.minimum, "maximum": np.maximum}
    exec(compile(ast.fix_missing_locations(tree), "mutant", "exec"), space)
    return space[tree.body[0].name]


def variants(source):
    """Return the text of each mutant of a module."""
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        for field, value in replacements(node):
            old = getattr(node, field)
            setattr(node, field, value)
            found.append(ast.unparse(tree))
            setattr(node, field, old)
    return found


def replacements(node):
    """Yield what may stand in place of a part of a node."""
    if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPPED:
        yield "op", SWAPPED[type(node.op)]()
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield "ops", [SWAPPED[type(node.ops[0])](), *node.ops[1:]]
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "value", node.value + 1
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "value", not node.value
    if isinstance(node, ast.Name) and node.id in OTHER:
        yield "id", OTHER[node.id]
    if isinstance(node, ast.Attribute) and node.attr in OTHER:
        yield "attr", OTHER[node.attr]
    if isinstance(node, (ast.If, ast.IfExp)):
        yield "test", ast.UnaryOp(ast.Not(), node.test)
