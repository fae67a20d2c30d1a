"""The entries of figures.yaml: a slip in an entry is refused when the file is read."""

import copy
from pathlib import Path

import pytest

from analysis import load
from analysis.core.errors import RegisterError
from analysis.model.model import Model
from analysis.render.figure_rows import COMPUTED, FILE, read
from analysis.render.figures import figures
from tests.conftest import ROOT
from tests.tables import refusals

#: Each line names an entry and says what is written in place of what; the field that is
#: refused and words of the refusal follow.
SLIPS = """
plan_against_actual | quantity: transfers_2021 | quantity: transfer_2021
    marks.4.quantity: 'transfer_2021' is not a quantity. Did you mean 'transfers_2021'?
plan_against_actual | =total_2021_tianshan | =total_2021_tianshn
    marks.3.readings: transfers_2021 has no reading 'total_2021_tianshn'. Did you mean
plan_against_actual | {by_plan} | {by_planx}
    caption: 'by_planx' is not a name in this figure. Did you mean 'by_plan'?
plan_against_actual | {by_plan} | {xyz}
    caption: 'xyz' names no quantity or row with a number
plan_against_actual | {by_plan} | {by_plan
    caption: each pair of braces must hold one name
plan_against_actual | name: by_plan | name: mean
    caption: 'mean' is the name of two numbers in this figure
plan_against_actual | role: plan implied | role: planned implied
    marks.2.role: 'planned implied' is not a role of this figure. Did you mean
plan_against_actual | made: dot | made: dott
    roles: 'dott' is not a style of a mark. Did you mean 'dot'?
plan_against_actual | {mean: mean} | {mean: meen}
    guides.mean: 'meen' is not a name of a mark. Did you mean 'mean'?
two_values_of_2019 | {value} labourers | {valu} labourers
    marks.3.words: 'valu' is not a quantity
two_values_of_2019 | {value} labourers | {value:.2f} labourers
    marks.3.words: each pair of braces must hold one name
trade_shares | "{span}" | "from {span}"
    marks.1.words: 'span' is not a quantity
trade_shares | start: share_base | start: share_bas
    marks.1.start: 'share_bas' is not a quantity. Did you mean 'share_base'?
readings_of_at_risk_2019 | readings: at_risk_2019=southern | readings: overlap=set
    marks.1.label: write a label, or a reading of at_risk_2019 whose words stand in
other_provinces | [low, high] | [low, hihg]
    band: 'hihg' is not a name of a mark. Did you mean 'high'?
other_provinces | [low, high] | [low]
    band: write the names of two marks, or leave the band out
official_series | goal: | gaol:
    roles: 'goal' is not a role here, but the figure needs it. Did you mean 'gaol'?
waterfall | {together} | {togther}
    caption: 'togther' is not a name in this figure. Did you mean 'together'?
waterfall | id: waterfall | id: waterfal
    marks: without marks, a figure needs a function of its own, and there is none for
    'waterfal'. Did you mean 'waterfall'?
"""


def spoiled(entry: str, old: str, new: str) -> str:
    """The text of the file with one slip, in the first place in the entry."""
    text = (ROOT / "data" / FILE).read_text(encoding="utf-8")
    before, start, rest = text.partition(f"- id: {entry}\n")
    assert old in start + rest
    return before + (start + rest).replace(old, new, 1)


@pytest.mark.parametrize(("slip", "field", "words"), refusals(SLIPS))
def test_a_slip_in_an_entry_is_refused_when_the_file_is_read(
    slip: str, field: str, words: str, model: Model, tmp_path: Path
) -> None:
    entry, old, new = slip.split(" | ")
    (tmp_path / FILE).write_text(spoiled(entry, old, new), encoding="utf-8")
    elsewhere = copy.copy(model)
    elsewhere.register = model.register.model_copy(update={"folder": tmp_path})
    with pytest.raises(RegisterError) as caught:
        read(elsewhere)
    name = new.removeprefix("id: ") if new.startswith("id:") else entry
    assert f"{FILE}, entry {name}, field {field}: {words}" in str(caught.value)


def test_a_package_with_such_a_slip_is_not_loaded(package: Path) -> None:
    slip = spoiled("monitoring", "quantity: flagged_share", "quantity: flaged_share")
    (package / FILE).write_text(slip, encoding="utf-8")
    with pytest.raises(RegisterError, match=r"monitoring, field marks\.0\.quantity"):
        load(package)


def test_the_name_of_a_mark_never_stands_for_the_whole_caption(
    model: Model, tmp_path: Path
) -> None:
    text = spoiled("two_values_of_2019", "name: printed}", "name: caption}")
    text = text.replace("{printed: printed}", "{printed: caption}", 1)
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    elsewhere = copy.copy(model)
    elsewhere.register = model.register.model_copy(update={"folder": tmp_path})
    plot = figures(elsewhere)["two_values_of_2019"]
    caption = plot.caption(plot.evaluation(elsewhere))
    assert caption.startswith("For 2019, the number of transfers that the growth")


@pytest.mark.parametrize("name", COMPUTED)
def test_a_caption_can_hold_what_its_function_computes(name: str, model: Model) -> None:
    plot = figures(model)[name]
    assert {*plot.drawing(plot.evaluation(model)).fields} == {*COMPUTED[name].fields}
