"""The picture in docs/architecture.md is that of the imports."""

import ast
import re
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = re.search(
    r"```mermaid\n(.*?)```", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.DOTALL
)[1]
BOXES = {name: set(modules.split(", ")) for name, modules in re.findall(r'(\w+)\["\w+: ([^"]+)"\]', PICTURE)}
ARROWS = set(re.findall(r"(\w+) --> (\w+)", PICTURE))
OF = {module: name for name, modules in BOXES.items() for module in modules}


def reached(arrows: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Who reaches what, by any number of arrows."""
    found = set(arrows)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


def imports() -> set[tuple[str, str]]:
    """From which box to which an import leads, within functions too, but not for types alone."""
    found = set()
    for path in (ROOT / "analysis").rglob("*.py"):
        module = path.relative_to(ROOT / "analysis").parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "analysis":
                deeper = node.module.split(".")[1:2]
                found |= {(module, name) for name in deeper or [alias.name for alias in node.names]}
    return {(OF[a], OF[b]) for a, b in found if a != "__init__" and b in OF and OF[a] != OF[b]}


def test_every_module_is_in_one_box() -> None:
    modules = [path.stem for path in (ROOT / "analysis").glob("*.py") if path.stem != "__init__"]
    packages = [path.parent.name for path in (ROOT / "analysis").glob("*/__init__.py")]
    assert sorted(OF) == sorted([*modules, *packages])
    assert sum(map(len, BOXES.values())) == len(OF)


def test_the_arrows_reach_what_the_imports_reach() -> None:
    assert reached(ARROWS) == reached(imports())


def test_no_arrow_can_be_spared_and_none_leads_up() -> None:
    for arrow in ARROWS:
        assert reached(ARROWS - {arrow}) != reached(ARROWS), arrow
    graph: dict[str, set[str]] = {}
    for one, other in ARROWS:
        graph.setdefault(one, set()).add(other)
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(BOXES)


def test_each_box_is_explained() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^- \*\*(\w+)\*\*", text, re.MULTILINE)) == set(BOXES)
