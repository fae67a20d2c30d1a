"""The explorer's rules alone, without a page, on a made-up village in the rows that
``explorer_rows`` describes. All expectations are sums by hand.
"""

import json
import shutil
import subprocess
from typing import Any

import pytest

from analysis.model.judging import GROUNDS
from analysis.publish.explorer_rows import CheckRow, Far, QuantityRow, SourceRow, Span
from analysis.publish.explorer_texts import PAGES

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node: install nodejs")


def span(low: float, high: float) -> Span:
    return {"low": low, "high": high}


def quantity(
    name: str,
    low: float,
    high: float,
    sources: dict[str, SourceRow],
    *,
    far: Far | None = None,
) -> QuantityRow:
    return {
        "label": name.capitalize(),
        "unit": "dimensionless",
        "shown": "",
        "suffix": "",
        "apart": [],
        "usual": next(iter(sources)),
        "low": low,
        "high": high,
        "varied": span(low, high),
        "step": 0.01,
        "place": -3,
        "width": 1,
        "side": 0,
        "linked": "",
        "outside": "{number} is outside.",
        "remarks": [],
        "sources": sources,
        "phrases": {"other": "{number}"},
        "typed": {},
        "ending": "",
        "far": far,
    }


#: "120 of 400 households were visited" and "up to 200 were asked".
VISITED = quantity(
    "visited",
    0,
    1_000,
    far={
        "sentence": "{number} is far. {hint}",
        "near": span(2, 7_200),
        "scales": {"thousand": 1000},
    },
    sources={
        "published": {
            "words": "as printed",
            "value": 120,
            "row": "village_120",
            "closed": {
                "fine": span(119.5, 120.5),
                "coarse": span(115, 125),
                "room": None,
                "rounded_room": span(115, 125),
            },
        }
    },
)
HOUSEHOLDS = quantity(
    "households", 1, 1_000, sources={"published": {"words": "", "value": 400}}
)
ASKED = quantity(
    "asked",
    0,
    1_000,
    sources={
        "published": {
            "words": "up to 200",
            "value": 200,
            "row": "village_200",
            "side": 1,
            "open": {
                "fine": span(200, 200),
                "coarse": span(200, 200),
                "room": span(0, 200),
                "rounded_room": span(0, 200),
            },
        }
    },
)
SHARE = quantity(
    "share",
    0,
    1,
    sources={"formula": {"words": "", "needs": ("visited", "households")}},
)
REACHED = quantity(
    "reached",
    0,
    2_000,
    sources={"formula": {"words": "", "needs": ("visited", "asked")}},
)
LEFT = quantity(
    "left",
    0,
    1_000,
    sources={"formula": {"words": "", "needs": ("households", "visited")}},
)


def check(
    name: str, fine: Span, coarse: Span, stretched: Span | None = None
) -> CheckRow:
    ends = [fine["low"], fine["high"]]
    further = [coarse["low"], coarse["high"]]
    return {
        "quantity": name,
        "readings": {},
        "claim": "claimed",
        "reached": (),
        "circular": "It rests on itself.",
        "fine": fine,
        "coarse": coarse,
        "stretched": stretched,
        "plain": fine,
        "levels": {
            "value": ends,
            "fine": ends,
            "coarse": further,
            "room": further,
            "rounded_room": further,
        },
        "low_is_ours": False,
        "high_is_ours": False,
        "ends": fine,
    }


CONSTANTS = {
    "QUANTITIES": {
        "visited": VISITED,
        "households": HOUSEHOLDS,
        "asked": ASKED,
        "share": SHARE,
        "reached": REACHED,
        "left": LEFT,
    },
    "DATA": {
        "whole": ["person"],
        "judged": [
            {"quantity": "share", "readings": {}},
            {"quantity": "left", "readings": {}},
        ],
        "meant": "Did you mean '{number} {word}'?",
        "unused": "{quantity} does nothing.",
        "division": "{quantity} divides by zero.",
        "circle": "A circle.",
        "grounds": GROUNDS,
    },
}
FORMULAS = """
const RUNS = {
  share: { formula: ({ visited, households }) => visited / households },
  reached: { formula: ({ visited, asked }) => visited + asked },
  left: { formula: ({ households, visited }) => households - visited },
};
const LIMITS = [{
  quantity: "left", other: "", low: 0, high: Infinity, negative: "", is_range: false,
  sentence: "Left would be {here}.", why: "", room: ({ left }) => left,
}];
"""


def answer(expression: str) -> Any:
    """The value of an expression of the script, with the village as its data."""
    model = (PAGES / "explorer-model.js").read_text(encoding="utf-8")
    data = "".join(
        f"const {name} = {json.dumps(CONSTANTS[name])};" for name in CONSTANTS
    )
    script = (
        f'"use strict";{data}{FORMULAS}{model}'
        f"process.stdout.write(JSON.stringify({expression}));"
    )
    assert NODE
    done = subprocess.run(
        [NODE, "-"], input=script, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def verdict_of(row: CheckRow, changes: str = "[]") -> Any:
    return answer(f"judge({json.dumps(row)}, change({changes}))")["verdict"]


def test_a_formula_takes_printed_and_changed_numbers() -> None:
    assert answer("planOf('share', ARTICLE).value") == 0.3  # 120 / 400
    changed = "planOf('share', change([['visited', 100]])).value"
    assert answer(changed) == 0.25  # 100 / 400


def test_a_change_back_to_the_printed_number_is_none() -> None:
    assert answer("change([['visited', 100], ['visited', 120]]).choices.size") == 0


def test_bounds_lie_at_the_ends_of_what_digits_and_words_allow() -> None:
    boxes = answer(
        "((plan) => Object.entries(plan.boxes(plan.leaves.filter((leaf) => leaf.open)))"
        ".map(([kind, box]) => [kind, plan.bounds(box)]))(planOf('reached', ARTICLE))"
    )
    assert dict(boxes) == {
        "fine": span(319.5, 320.5),  # 119.5 + 200 and 120.5 + 200
        "coarse": span(315, 325),  # 115 + 200 and 125 + 200
        "room": span(120, 320),  # 120 + 0 and 120 + 200
        "rounded_room": span(115, 325),  # 115 + 0 and 125 + 200
    }


def test_a_limit_cuts_the_bounds() -> None:
    box = "{ households: { low: 100, high: 400 }, visited: { low: 120, high: 120 } }"
    # From 100 - 120, which is below 0, to 400 - 120
    assert answer(f"planOf('left', ARTICLE).bounds({box})") == span(0, 280)


def test_a_division_by_zero_between_the_ends_leaves_no_bound() -> None:
    # 120 / -100 = -1.2 and 120 / 400 = 0.3, but 120 / 1 = 120 lies between.
    box = "{ households: { low: -100, high: 400 }, visited: { low: 120, high: 120 } }"
    ends = f"Object.values(planOf('share', ARTICLE).bounds({box})).map(String)"
    assert answer(ends) == ["-Infinity", "Infinity"]


def test_a_verdict_says_what_it_needs() -> None:
    # 120 / 400 = 0.3, from 119.5 / 400 = 0.29875, or from 115 / 400 = 0.2875
    assert verdict_of(check("share", span(0.25, 0.3), span(0.25, 0.3))) == "matches"
    near = check("share", span(0.2, 0.299), span(0.2, 0.299))
    assert verdict_of(near) == "matches_within_rounding"
    further = check("share", span(0.2, 0.28), span(0.2, 0.29))
    assert verdict_of(further) == "matches_within_rounding"
    apart = check("share", span(0.2, 0.28), span(0.2, 0.28))
    assert verdict_of(apart) == "differs"
    ours = check("share", span(0.2, 0.28), span(0.2, 0.28), span(0.2, 0.3))
    assert verdict_of(ours) == "compatible"
    # "Up to 200" may be 80: 120 + 80 = 200.
    assert verdict_of(check("reached", span(200, 200), span(200, 200))) == "compatible"


def test_rounding_does_not_decide_at_an_end_that_we_chose() -> None:
    # 116 to 118 needs 115 visited, which rounds to 120, and none asked.
    row = check("reached", span(116, 118), span(116, 118))
    assert verdict_of(row) == "compatible"
    assert verdict_of({**row, "high_is_ours": True}) == "differs"
    # The low end does not matter here.
    assert verdict_of({**row, "low_is_ours": True}) == "compatible"


def test_a_side_is_that_of_what_words_leave_open() -> None:
    assert answer("planOf('reached', ARTICLE).side") == "at most"
    assert answer("planOf('share', ARTICLE).side") == ""


def test_a_track_turns_where_the_verdict_does() -> None:
    row = check("share", span(0.25, 1), span(0.25, 1))
    spans = answer(f"chart({json.dumps(row)}, 'visited', ARTICLE, 0, 200)")
    # A set number is exact; a quarter of 400 households are 100.
    assert [(one["from"], one["to"], one["kind"]) for one in spans] == [
        (0, pytest.approx(100), "differs"),
        (pytest.approx(100), 200, "matches"),
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ("[['visited', 2000]]", "2,000 is outside."),
        # 0.12 thousand are 120; 0.12 itself is far from 120.
        ("[['visited', 0.12]]", "0.12 is far. Did you mean '0.12 thousand'?"),
        ("[['asked', 100]]", "Asked does nothing."),
    ],
)
def test_a_refused_change_gets_its_sentence(changes: str, sentence: str) -> None:
    assert answer(f"attempt(() => change({changes}))[1]") == sentence


def test_a_value_past_a_limit_is_refused_with_the_number() -> None:
    # 100 households less 120 visited
    few = "planOf('left', change([['households', 100]])).value"
    assert answer(f"attempt(() => {few})[1]") == "Left would be −20."


def test_numbers_are_spelled_with_the_digits_that_tell_them_apart() -> None:
    spelled = answer(
        "[spell(1_901_222, 'person', []), spell(0.30456, 'percent', []),"
        " spell(0.2996, '', [0.3]), spell(1234.4, 'person', [])]"
    )
    # Three digits; but 0.300 would be 0.3 itself, so a fourth digit stays.
    assert spelled == ["1.9 million", "30.5 percent", "0.2996", "1,230"]
