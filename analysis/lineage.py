"""Where a number comes from, as a small picture: printed numbers, assumptions and formulas, and what needs what.

What belongs here: a plan drawn as SVG. What does not: the plan itself (``model``), and the figures (``figures``), which
show results and not how they are computed.
"""

from __future__ import annotations

import html
import itertools
from collections.abc import Mapping

from analysis.model import Plan

#: Pixels of a box and between boxes, and letters in a line of a box.
_WIDTH, _LINE, _GAP_X, _GAP_Y, _LETTERS = 152, 14, 34, 12, 22
ROLES = {"printed": "printed", "assumed": "assumption", "given": "given or constant", "computed": "computed"}


def role_of(plan: Plan, name: str) -> str:
    """What a node is: a key of ROLES."""
    way = plan.by_name[name].way
    return "printed" if way.claim else "assumed" if way.assumption else "computed" if way.formula else "given"


def depths(plan: Plan) -> dict[str, int]:
    """How far each node lies from the target: the most steps by which it is needed, so that a need lies deeper.

    >>> from analysis.model import Model
    >>> from analysis.register import Register
    >>> found = depths(Model(Register.read()).plan("at_risk_2021"))
    >>> found["at_risk_2021"], found["net_new_persons"], found["persons_2021"]
    (0, 1, 2)
    """
    found = dict.fromkeys(plan.by_name, 0)
    for node in reversed(plan.nodes):
        for need in node.way.needs:
            found[need] = max(found[need], found[node.name] + 1)
    return found


def drawn(plan: Plan, words: Mapping[str, str]) -> str:
    """A plan as SVG, from what it starts from on the left to its target on the right; colours come from a style sheet.

    words: each node's value in words. igraph places the boxes by Sugiyama's method, which keeps crossings few.
    """
    import igraph

    deep = depths(plan)
    places: list[int] = []
    names: dict[str, int] = {}
    for node in plan.nodes:
        names[node.name] = len(places)
        places.append(max(deep.values()) - deep[node.name])
    edges: list[tuple[int, int]] = []
    paths: list[list[int]] = []
    for node in plan.nodes:
        for need in node.way.needs:
            path = [names[need]]
            # A place of its own in each column that a line crosses, so that it runs through no box.
            for column in range(places[names[need]] + 1, places[names[node.name]]):
                path.append(len(places))
                places.append(column)
            path.append(names[node.name])
            paths.append(path)
            edges += itertools.pairwise(path)
    graph = igraph.Graph(len(places), edges, directed=True)
    rows = [float(x) for x, _ in graph.layout_sugiyama(layers=places).coords[: len(places)]]
    for column in set(places):
        # igraph lets two lie closer than a row where it lines up what belongs together.
        order = sorted((i for i, place in enumerate(places) if place == column), key=lambda i: rows[i])
        for above, below in itertools.pairwise(order):
            rows[below] = max(rows[below], rows[above] + 1)
    lines = {name: _lines(name) for name in names}
    tall = (max(map(len, lines.values())) + 1) * _LINE + 12
    least = min(rows)
    left = [column * (_WIDTH + _GAP_X) + 2.0 for column in places]
    middle = [(row - least) * (tall + _GAP_Y) + tall / 2 + 2 for row in rows]
    width, height = max(left) + _WIDTH + 2, max(middle) + tall / 2 + 2
    parts = []
    for path in paths:
        bends = [f"M{left[path[0]] + _WIDTH:.0f} {middle[path[0]]:.0f}"]
        for one, two in itertools.pairwise(path):
            # From the right side of one column to the left side of the next, and straight through a place of its own.
            start, end = left[one] + _WIDTH, left[two]
            half = (start + end) / 2
            bends.append(f"C{half:.0f} {middle[one]:.0f} {half:.0f} {middle[two]:.0f} {end:.0f} {middle[two]:.0f}")
            if two != path[-1]:
                bends.append(f"H{end + _WIDTH:.0f}")
        parts.append(f'<path d="{" ".join(bends)}"/>')
    for name, number in names.items():
        x, y = left[number], middle[number] - tall / 2
        kind = f"{role_of(plan, name)}{' target' if name == plan.target else ''}"
        texts = [*lines[name], words[name]]
        first = middle[number] - (len(texts) - 1) * _LINE / 2 + 4
        spans = "".join(
            f'<text class="{"value" if i == len(texts) - 1 else "name"}" x="{x + _WIDTH / 2:.0f}" '
            f'y="{first + i * _LINE:.0f}">{html.escape(text)}</text>'
            for i, text in enumerate(texts)
        )
        parts.append(
            f'<g class="{kind}"><rect x="{x:.0f}" y="{y:.0f}" width="{_WIDTH}" height="{tall}" rx="4"/>{spans}</g>'
        )
    start_from = ", ".join(f"{name} ({ROLES[role_of(plan, name)]})" for name in plan.leaves)
    label = f"{plan.target} is computed from {start_from}" if len(names) > 1 else f"{plan.target}, taken as it is"
    return (
        f'<svg class="lineage" role="img" aria-label="{html.escape(label)}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">{"".join(parts)}</svg>'
    )


def _lines(name: str) -> list[str]:
    """A name parted at its underscores into lines that fit a box."""
    found = [""]
    for word in name.replace("_", "_ ").split(" "):
        if found[-1] and len(found[-1]) + len(word) > _LETTERS:
            found.append("")
        found[-1] += word
    return found
