"""Where a number comes from, drawn: how a box looks, and what is read aloud. Where boxes lie is in test_report."""

import xml.etree.ElementTree as ET
from typing import Any

from analysis.lineage import drawn
from analysis.model import Plan
from tests.small import assumption, claim, small_model


def boxes(svg: str) -> dict[str, tuple[str, tuple[float, float, float, float], str]]:
    """By name, the class of a box, where it lies (left, top, right, bottom), and its value."""
    found = {}
    for group in ET.fromstring(svg).iter("g"):
        rect = group.find("rect")
        assert rect is not None
        x, y, width, height = (float(rect.attrib[key]) for key in ("x", "y", "width", "height"))
        texts = [(text.attrib["class"], text.text or "") for text in group.iter("text")]
        name = "".join(text for kind, text in texts if kind == "name")
        (value,) = (text for kind, text in texts if kind == "value")
        found[name] = group.attrib["class"], (x, y, x + width, y + height), value
    return found


def words(plan: Plan) -> dict[str, str]:
    return {name: f"value of {name}" for name in plan.by_name}


def test_a_box_looks_like_what_it_is() -> None:
    def q(printed: Any, assumed: Any, chosen: Any) -> Any:
        return printed * assumed * chosen

    made = small_model(
        q, claims=[claim("row", "4", quantity="printed")],
        assumptions=[assumption("assumed", 0.5), assumption("chosen", 0.5)],
    )  # fmt: skip
    plan = made.plan("q", made.setting(values={"chosen": 0.25}))
    found = boxes(drawn(plan, words(plan)))
    assert {name: kind for name, (kind, _, _) in found.items()} == {
        "printed": "printed", "assumed": "assumed", "chosen": "given", "q": "computed target",
    }  # fmt: skip
    assert {name: value for name, (_, _, value) in found.items()} == words(plan)
    # What something starts from lies to its left.
    assert all(found[need][1][2] < found["q"][1][0] for need in ("printed", "assumed", "chosen"))


def test_it_is_described_by_what_it_starts_from() -> None:
    def q(printed: Any, assumed: Any) -> Any:
        return printed * assumed

    made = small_model(q, claims=[claim("row", "4", quantity="printed")], assumptions=[assumption("assumed", 0.5)])
    plan = made.plan("q")
    label = ET.fromstring(drawn(plan, words(plan))).attrib["aria-label"]
    assert label == "q is computed from printed (printed), assumed (assumption)"
