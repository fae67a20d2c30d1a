"""Formulas with one operator changed, or with one of several inputs left out."""

import ast
import inspect

import numpy as np

OPERATORS = [ast.Add, ast.Sub, ast.Mult, ast.Div]
OTHER = {"minimum": "maximum", "maximum": "minimum"}


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
