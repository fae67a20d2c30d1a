"""The package stays small: what it may spend, and what it spends."""

import ast
import re
from pathlib import Path

import pytest

import analysis

ROOT = Path(analysis.__file__).parents[1]


def nodes(folder):
    """All nodes, those of the annotations of functions left out."""
    paths = (ROOT / folder).rglob("*.py")
    result, left = [], [ast.parse(path.read_text("utf-8")) for path in paths]
    while left:
        node = left.pop()
        result.append(node)
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns") or isinstance(node, ast.AnnAssign):
                items = value if isinstance(value, list) else [value]
                left += [item for item in items if isinstance(item, ast.AST)]
    return result


def words(text):
    return len(re.findall(r"[^\W\d_][\w'’-]*", text))


def prose():
    """Words in strings of three words or more, docstrings among them."""
    total = 0
    for node in nodes("analysis"):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            total += words(node.value) if words(node.value) > 2 else 0
    return total


SPENT = {
    "nodes of the library": (lambda: len(nodes("analysis")), 36_000),
    "words in strings": (prose, 10_000),
    "nodes of the tests": (lambda: len(nodes("tests")), 30_000),
}


@pytest.mark.parametrize("what", SPENT)
def test_the_package_stays_small(what):
    spent, most = SPENT[what]
    assert spent() <= most
