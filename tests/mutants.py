"""Formulas with one operator changed, and data with one printed digit changed."""

import ast
import inspect

import numpy as np

OPERATORS = [ast.Add, ast.Sub, ast.Mult, ast.Div]
OTHER = {"minimum": "maximum", "maximum": "minimum"}


def mutants(function):
    """Yield a formula with each operator replaced by each other one."""
    source = inspect.getsource(function)
    for index, node in enumerate(ast.walk(ast.parse(source))):
        if isinstance(node, ast.BinOp):
            for operator in OPERATORS:
                if not isinstance(node.op, operator):
                    yield changed(source, index, "op", operator())
        if isinstance(node, ast.Name) and node.id in OTHER:
            yield changed(source, index, "id", OTHER[node.id])


def changed(source, index, field, value):
    tree = ast.parse(source)
    setattr(list(ast.walk(tree))[index], field, value)
    space = {"minimum": np.minimum, "maximum": np.maximum}
    exec(compile(ast.fix_missing_locations(tree), "mutant", "exec"), space)
    return space[tree.body[0].name]


def digits(rng, table):
    """Return a row's id, and its printed number with one digit changed."""
    rows = [row for row in table.values() if row["printed"] is not None]
    row = rng.choice(rows)
    text = str(row["printed"])
    at = rng.choice([i for i, letter in enumerate(text) if letter.isdigit()])
    digit = rng.choice([d for d in "123456789" if d != text[at]])
    return row["id"], text[:at] + digit + text[at + 1 :]
