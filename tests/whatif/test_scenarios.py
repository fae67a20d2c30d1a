"""Scenarios: what each comes to by hand, what a file may hold, and that anything else is refused in one sentence."""

import itertools
import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.core.model import Model
from analysis.core.register import InputError, Register, RegisterError
from analysis.whatif.scenarios import Scenario, estimate, find, read, schema, shipped, tabulate
from tests.brute import by_hand
from tests.conftest import ROOT
from tests.spoiling import all_of, described, removed

SHIPPED = ROOT / "data" / "scenarios"
REFERENCE = ROOT / "benchmarks" / "reference.yaml"

# What the article prints: transfers of 2021, their growth since 2019, labourers of 2019 in all and in the south, and
# persons at risk in 2019.
T, G, L, S, R = 3.17e6, 0.105, 2.59e6, 1.65e6, 1.6e6
#: Transfers of 2019, 2,868,778.28, and those added since, 301,221.72.
BASE = T / (1 + G)
ADDED = T - BASE
#: At risk in 2019: minority transferees of the south, 1,567,500; and of the whole region, 470,000 more.
SOUTHERN = S * 0.95
COMPOSITION = SOUTHERN + (L - S) * 0.50
FORMER = 350_000.0


def write(folder: Path, text: str, name: str = "mine") -> Path:
    """A scenario's file that holds a text besides what every scenario has."""
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\ndescription: Of mine.\nreason: To see.\n{text}\n", encoding="utf-8")
    return path


def refusal(path: Path, model: Model) -> str:
    """The one sentence with which a file is refused; it starts with the file's name."""
    with pytest.raises(RegisterError) as caught:
        read(path, model)
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    assert sentence.startswith(str(path))
    return sentence


# What the shipped scenarios come to -----------------------------------------------------------------------------------

#: By scenario: the net increase in persons, persons at risk in 2021, and in all.
BY_HAND: dict[str, tuple[float, float, float]] = {
    "article": (ADDED, R + ADDED, R + ADDED + FORMER),
    # The ratio is L / BASE, so the increase is (T - BASE) L / BASE = L G = 271,950; 1,871,950; 2,221,950.
    "ratio_2019_implied": (L * G, R + L * G, R + L * G + FORMER),
    # R / L of these are at risk: R + L G R / L = R (1 + G) = 1,768,000.
    "same_share_as_2019": (L * G, R * (1 + G), R * (1 + G) + FORMER),
    # 2021 has 0.95 T = 3,011,500 persons and 2019 has L: 421,500 more.
    "ratio_rises": (421_500, 2_021_500, 2_371_500),
    # 0.85 T = 2,694,500 less 2,590,000.
    "ratio_falls": (104_500, 1_704_500, 2_054_500),
    # 3,170,000 less 2,590,000.
    "unit_2019_transfers": (580_000, 2_180_000, 2_530_000),
    "southern": (ADDED, SOUTHERN + ADDED, SOUTHERN + ADDED + FORMER),
    "composition": (ADDED, COMPOSITION + ADDED, COMPOSITION + ADDED + FORMER),
    "half_overlap": (ADDED, R + ADDED, R + ADDED + FORMER / 2),
    "several_is_three": (ADDED, R + ADDED, R + ADDED + 300_000),
    "without_detainees": (ADDED, R + ADDED, R + ADDED),
    # 0.7 persons a transfer and a drift of 0.95; then 0.62 of those added; then half of 200,000.
    "all_low": (
        0.7 * (0.95 * T - BASE),
        R + 0.62 * 0.7 * (0.95 * T - BASE),
        R + 0.62 * 0.7 * (0.95 * T - BASE) + 100_000,
    ),
    # One person a transfer and a drift of 1.05; all of those added; 600,000 without an overlap.
    "all_high": (1.05 * T - BASE, R + 1.05 * T - BASE, R + 1.05 * T - BASE + 600_000),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_shipped_scenario_comes_to_what_it_does_by_hand(model: Model, name: str) -> None:
    scenario = shipped(model)[name]
    for quantity, expected in zip(("net_new_persons", "at_risk_2021", "at_risk_total"), BY_HAND[name], strict=True):
        found = estimate(model, scenario, quantity)
        assert (found.reason, found.unit) == ("", "person")
        assert found.value == pytest.approx(expected, rel=1e-12)


def test_what_is_drawn_stands_at_its_median(model: Model) -> None:
    scenario = shipped(model)["illustrative"]
    # A triangle from 0.7 over 0.9 to 1: two thirds rise, so half of it lies below 0.7 + sqrt(0.5 * 0.3 * 0.2). The
    # drift is even about 1, the shares' middles are 0.94 and 0.525, and that of former detainees 400,000.
    ratio = 0.7 + math.sqrt(0.03)
    at_risk_2019 = S * 0.94 + (L - S) * 0.525
    assert estimate(model, scenario, "net_new_persons").value == pytest.approx(ratio * ADDED, rel=1e-9)
    assert estimate(model, scenario, "at_risk_2019").value == pytest.approx(at_risk_2019, rel=1e-9)
    total = at_risk_2019 + ratio * ADDED + 400_000
    assert estimate(model, scenario, "at_risk_total").value == pytest.approx(total, rel=1e-9)


def test_every_shipped_scenario_has_its_hand_arithmetic_here(model: Model) -> None:
    assert {*BY_HAND, "illustrative", "sourced_only"} == set(shipped(model))


#: A printed "up to" makes what it goes into a ceiling; "at least" several makes a floor of former detainees, and both
#: together bound nothing. The reconstructions start from no "up to".
KINDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys([*BY_HAND, "sourced_only"], ("ceiling", "none")),
    "southern": ("point", "floor"),
    "composition": ("point", "floor"),
    "illustrative": ("point", "floor"),
    # With no former detainees there is no "at least" left.
    "without_detainees": ("ceiling", "ceiling"),
    "sourced_only": ("ceiling", ""),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_words_make_a_ceiling_a_floor_or_neither(model: Model, name: str) -> None:
    scenario = shipped(model)[name]
    found = [estimate(model, scenario, quantity).kind for quantity in ("at_risk_2021", "at_risk_total")]
    assert tuple(found) == KINDS[name]
    assert estimate(model, scenario, "net_new_persons").kind == "point"


def test_only_what_has_a_source_leaves_two_estimates_without_a_value(model: Model) -> None:
    found = {row.quantity: row for row in tabulate(model, [shipped(model)["sourced_only"]])}
    assert list(found) == list(model.register.estimates)
    # The mean of 2016 to 2020 is printed without a source, and so are the former detainees, whose number is chosen.
    reasons = {
        "excess_over_plan_2016_2020": "not computable from figures with a source: it needs mean_2016_2020",
        "at_risk_total": "not computable from figures with a source: it needs former_detainees, which is chosen",
    }
    assert model.register.claims["mean_2016_2020"].source == ""
    assert {name: row.reason for name, row in found.items() if row.value is None} == reasons
    assert (found["at_risk_total"].low, found["at_risk_total"].high) == (None, None)
    assert found["net_new_persons"].value == pytest.approx(ADDED, rel=1e-12)
    assert found["at_risk_2021"].value == pytest.approx(R + ADDED, rel=1e-12)


def test_the_bounds_are_those_of_the_rounding(model: Model) -> None:
    # The increase T G / (1 + G) rises in both, T between 3.165 and 3.175 million and G between 10.45 and 10.55 percent.
    found = estimate(model, shipped(model)["article"], "net_new_persons")
    assert found.low == pytest.approx(3.165e6 * 0.1045 / 1.1045, rel=1e-9)
    assert found.high == pytest.approx(3.175e6 * 0.1055 / 1.1055, rel=1e-9)


@pytest.mark.parametrize(("name", "pick"), [("all_low", min), ("all_high", max)])
def test_every_assumption_stands_at_the_end_that_a_loop_over_all_corners_finds(
    model: Model, name: str, pick: Callable[..., float]
) -> None:
    table = model.register.assumptions
    for quantity in model.register.estimates:
        plan = model.plan(quantity)
        varied = [one for one, node in plan.leaves.items() if one in table and node.reading == "set"]
        corners = itertools.product(*((table[one].low, table[one].high) for one in varied))
        values = [by_hand(plan, dict(zip(varied, corner, strict=True)))[quantity] for corner in corners]
        assert estimate(model, shipped(model)[name], quantity).value == pytest.approx(pick(values), rel=1e-12)


def test_an_assumption_is_not_taken_to_an_end_at_which_a_cap_is_broken(package: Path) -> None:
    # The corners are p (d T - BASE), p being 0.7 or 1 and d 0.95 or 1.05: 99,905; 142,722; 321,805; and 459,722, which
    # exceeds six fifths of 300,000. The highest of the others is 0.7 * 459,722 = 321,805.
    cap = {"quantity": "net_new_persons", "at_most": "net_increase_note_4 * 1.2", "label": "six fifths of the print"}
    described(lambda data: data["analysis"]["caps"].append(cap))(package)
    capped = Model(Register.read(package))
    found = estimate(capped, shipped(capped)["all_high"], "net_new_persons")
    assert found.reason == ""
    assert found.value == pytest.approx(0.7 * (1.05 * T - BASE), rel=1e-12)


def test_what_breaks_a_cap_is_not_computable_and_says_why(model: Model, tmp_path: Path) -> None:
    # 2.6 million labourers of the south are more than the 2.59 million of the whole region.
    text = "readings: {at_risk_2019: southern}\nvalues: {labourers_south_2019: 2.6 million labourer}"
    found = estimate(model, read(write(tmp_path, text), model), "at_risk_2019")
    assert found.value is None
    assert "south_2019 comes to 2,600,000, above total_2019 of 2,590,000" in found.reason


@pytest.mark.parametrize("name", ["southern", "composition", "illustrative"])
def test_a_reconstruction_says_that_it_is_one(model: Model, name: str) -> None:
    assert estimate(model, shipped(model)[name], "at_risk_2019").reconstruction
    assert estimate(model, shipped(model)[name], "at_risk_total").reconstruction
    assert not estimate(model, shipped(model)[name], "net_new_persons").reconstruction
    assert not estimate(model, shipped(model)["article"], "at_risk_total").reconstruction


# The files ------------------------------------------------------------------------------------------------------------


def test_the_files_are_those_that_the_data_package_lists_in_its_order(model: Model) -> None:
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    paths = [entry["path"] for entry in package["resources"] if entry["path"].startswith("scenarios/")]
    listed = [Path(path).stem for path in paths if path.endswith(".yaml")]
    assert listed == list(shipped(model)) == list(model.register.scenarios)
    assert sorted(paths) == sorted(f"scenarios/{path.name}" for path in SHIPPED.iterdir())


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_name_in_a_file_is_the_name_of_the_file(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["name"] == path.stem


@pytest.mark.parametrize("path", [*sorted(SHIPPED.glob("*.yaml")), REFERENCE], ids=lambda path: path.stem)
def test_a_file_is_valid_by_the_schema_that_it_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named is not None
    committed = json.loads((path.parent / named[1]).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(committed)
    jsonschema.validate(yaml.safe_load(text), committed, jsonschema.Draft202012Validator)


def test_the_committed_schema_is_the_one_of_this_data_package(model: Model) -> None:
    assert json.loads((SHIPPED / "scenario.schema.json").read_text(encoding="utf-8")) == schema(model)


def test_the_schema_refuses_names_that_are_none(model: Model) -> None:
    validator = jsonschema.Draft202012Validator(schema(model))
    start = {"name": "a", "description": "b", "reason": "c"}
    assert validator.is_valid(start | {"readings": {"at_risk_2019": "southern"}, "values": {"overlap": 0.1}})
    for spoiled in (
        {"readings": {"at_risk_2019": "southren"}},
        {"readings": {"at_risk": "southern"}},
        {"values": {"overlapp": 0.1}},
        {"values": {"persons_per_labourer": 1}},
        {"distributions": {"overlapp": {"shape": "fixed", "value": 0}}},
        {"distributions": {"overlap": {"shape": "normal"}}},
        {"assumptions": "middle"},
        {"notes": "none"},
    ):
        assert not validator.is_valid(start | spoiled)


@pytest.mark.parametrize("path", [*sorted(SHIPPED.glob("*.yaml")), REFERENCE], ids=lambda path: path.stem)
def test_every_file_says_in_words_what_it_changes_and_why(model: Model, path: Path) -> None:
    scenario = read(path, model)
    assert scenario.description
    assert scenario.reason
    assert "\n" not in scenario.description + scenario.reason


# Files of one's own ---------------------------------------------------------------------------------------------------


def test_a_file_works_from_anywhere_and_under_any_name(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a folder" / "Ünïcode"
    folder.mkdir(parents=True)
    path = write(folder, "values: {overlap: 25 percent}").rename(folder / "of my own.yaml")
    # A quarter of 350,000 is counted twice.
    expected = pytest.approx(R + ADDED + 0.75 * FORMER, rel=1e-12)
    for where, text in (
        (tmp_path, path),
        (tmp_path, path.relative_to(tmp_path)),
        (folder, Path(path.name)),
        (Path("/"), path),
    ):
        monkeypatch.chdir(where)
        scenario = find(str(text), model)
        assert scenario.name == "mine"
        assert estimate(model, scenario, "at_risk_total").value == expected


def test_a_number_is_held_in_base_units_however_it_is_written(model: Model, tmp_path: Path) -> None:
    for text in ("400000 person", "0.4 million person", "400 thousand person"):
        path = write(tmp_path, f"values: {{former_detainees: {text}}}")
        assert read(path, model).values == {"former_detainees": 400_000.0}
    for text in ("0.25", "25%", "25 percent", "'0.25'"):
        assert read(write(tmp_path, f"values: {{overlap: {text}}}"), model).values == {"overlap": 0.25}
    given = "distributions: {former_detainees: {shape: uniform, low: 0.1, high: 0.6, unit: million person}}"
    (found,) = read(write(tmp_path, given), model).distributions.values()
    assert (found.low, found.high) == (100_000, 600_000)


def test_correlations_are_read_in_their_order(model: Model, tmp_path: Path) -> None:
    text = (
        "distributions:\n"
        "  overlap: {shape: uniform, low: 0, high: 0.5}\n"
        "  former_detainees: {shape: uniform, low: 0.2, high: 0.6, unit: million person}\n"
        "correlations:\n"
        "  - {between: [overlap, former_detainees], rank: -0.5}\n"
    )
    assert read(write(tmp_path, text), model).correlations == (("overlap", "former_detainees", -0.5),)


@pytest.mark.parametrize("rank", [-1, 1])
def test_two_can_be_tied_together_altogether(model: Model, tmp_path: Path, rank: int) -> None:
    text = (
        "distributions:\n"
        "  overlap: {shape: uniform, low: 0, high: 0.5}\n"
        "  former_detainees: {shape: uniform, low: 0.2, high: 0.6, unit: million person}\n"
        f"correlations: [{{between: [overlap, former_detainees], rank: {rank}}}]\n"
    )
    assert read(write(tmp_path, text), model).correlations == (("overlap", "former_detainees", rank),)


def test_the_readings_and_values_of_a_file_are_those_of_a_setting(model: Model, tmp_path: Path) -> None:
    text = (
        "readings: {total_2019: transfers, transfers_2019: from_labourers}\n"
        "values: {persons_per_transfer: 0.8 person/transfer}"
    )
    found = estimate(model, read(write(tmp_path, text), model), "net_new_persons")
    # (3,170,000 - 2,590,000) * 0.8
    assert found.value == pytest.approx(464_000, rel=1e-12)
    assert found.differs.startswith("differs from the article in: ")
    for word in ("from_labourers", "transfers", "persons_per_transfer = 0.8 person/transfer in the place of 1"):
        assert word in found.differs


def settable(model: Model) -> list[str]:
    """Inputs and assumptions that an estimate starts from."""
    names = {name for quantity in model.register.estimates for name in model.plan(quantity).leaves}
    return sorted(name for name in names if name in model.quantities)


def test_every_estimate_starts_from_something_that_can_be_set(model: Model) -> None:
    assert {"transfers_2021", "growth_2019_2021", "former_detainees", "overlap"} <= set(settable(model))


@settings(max_examples=40)
@given(st.data())
def test_what_is_given_its_own_value_changes_nothing(
    model: Model, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    names = data.draw(st.lists(st.sampled_from(settable(model)), min_size=1, max_size=4, unique=True))
    values = {}
    for name in names:
        way = model.ways[name][model.default(name)]
        number = way.claim.published.value() if way.claim else model.register.assumptions[name].used
        unit = model.units[name]
        values[name] = repr(float(number)) if unit == "dimensionless" else f"{float(number):.0f} {unit}"
    path = write(tmp_path_factory.mktemp("own"), f"values: {json.dumps(values)}")
    scenario, article = read(path, model), shipped(model)["article"]
    for quantity in model.register.estimates:
        found, expected = estimate(model, scenario, quantity), estimate(model, article, quantity)
        assert found.differs == ""
        assert (found.value, found.low, found.high, found.kind) == (
            expected.value,
            expected.low,
            expected.high,
            expected.kind,
        )
        assert found.depends_on == expected.depends_on


# Data packages --------------------------------------------------------------------------------------------------------


def without_scenarios(data: dict[str, list[dict[str, str]]]) -> None:
    data["resources"] = [entry for entry in data["resources"] if not entry["path"].startswith("scenarios/")]


def test_a_data_package_without_scenarios_has_the_article(package: Path) -> None:
    described(without_scenarios)(package)
    model = Model(Register.read(package))
    assert list(shipped(model)) == ["article"]
    assert estimate(model, find("article", model), "at_risk_total").value == pytest.approx(R + ADDED + FORMER)
    with pytest.raises(InputError, match=r"^'southern' is no scenario and no file; known: article$"):
        find("southern", model)


def test_a_data_package_that_ships_no_article_has_it_all_the_same(package: Path) -> None:
    def change(data: dict[str, list[dict[str, str]]]) -> None:
        data["resources"] = [entry for entry in data["resources"] if entry["path"] != "scenarios/article.yaml"]

    all_of(described(change), removed("scenarios/article.yaml"))(package)
    model = Model(Register.read(package))
    assert estimate(model, find("article", model), "at_risk_total").value == pytest.approx(R + ADDED + FORMER)


def test_a_shipped_file_with_another_name_is_refused(package: Path) -> None:
    path = package / "scenarios" / "southern.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: southern", "name: northern"), encoding="utf-8")
    model = Model(Register.read(package))
    with pytest.raises(RegisterError, match=r"southern\.yaml, field name: 'northern' is not the name of the file$"):
        shipped(model)


def test_a_shipped_file_that_is_missing_is_refused(package: Path) -> None:
    removed("scenarios/southern.yaml")(package)
    model = Model(Register.read(package))
    with pytest.raises(RegisterError, match=r"southern\.yaml: the file is missing$"):
        shipped(model)


def test_an_unknown_scenario_is_refused_with_the_nearest(model: Model) -> None:
    with pytest.raises(InputError, match=r"^'sothern' is no scenario and no file; did you mean 'southern'\?$"):
        find("sothern", model)
    with pytest.raises(InputError, match=r"is no scenario and no file"):
        find(str(ROOT / "data"), model)


# Refusals -------------------------------------------------------------------------------------------------------------

DRAWN = """distributions:
  overlap: {shape: uniform, low: 0, high: 0.5}
  former_detainees: {shape: uniform, low: 0.2, high: 0.6, unit: million person}
  persons_per_transfer: {shape: uniform, low: 0.8, high: 1, unit: person/transfer}"""
TIED = "{between: [overlap, former_detainees], rank: 0.5}"

#: By what is wrong: the text besides name, description and reason, and what the sentence says.
REFUSED: dict[str, tuple[str, list[str]]] = {
    "an unknown key": (
        "valeus: {overlap: 0.1}",
        ["field valeus: 'valeus' is nothing that a scenario has; did you mean 'values'?"],
    ),
    "an unknown quantity in readings": (
        "readings: {at_rsk_2019: southern}",
        ["field readings.at_rsk_2019: 'at_rsk_2019' is no quantity; did you mean 'at_risk_2019'?"],
    ),
    "an unknown quantity in values": (
        "values: {overlapp: 0.1}",
        ["field values.overlapp: 'overlapp' is no quantity; did you mean 'overlap'?"],
    ),
    "an unknown quantity in distributions": (
        "distributions: {overlapp: {shape: uniform, low: 0, high: 0.5}}",
        ["field distributions.overlapp: 'overlapp' is no quantity; did you mean 'overlap'?"],
    ),
    "a constant of the units": (
        "values: {persons_per_labourer: 2 person/labourer}",
        ["field values.persons_per_labourer: 'persons_per_labourer' is no quantity"],
    ),
    "an unknown reading": (
        "readings: {at_risk_2019: southren}",
        ["field readings.at_risk_2019: 'southren' is no reading of at_risk_2019; did you mean 'southern'?"],
    ),
    "a reading that is no text": ("readings: {at_risk_2019: 1}", ["field readings.at_risk_2019: ", "'string'"]),
    "readings left empty": ("readings:", ["field readings: ", "'object'"]),
    "values in a list": ("values: [overlap]", ["field values: ", "'object'"]),
    "a key that is a number": ("values: {1: 0.1}", ["the key '1' is no name"]),
    "a key that is a truth value": ("readings: {true: southern}", ["the key 'True' is no name"]),
    "a key that is nothing": ("distributions: {~: {shape: fixed, value: 1}}", ["the key 'None' is no name"]),
    "a value without a unit": (
        "values: {former_detainees: 300000}",
        ["field values.former_detainees: 300000 has no unit; write '300000 person'"],
    ),
    "a scale in the place of a unit": (
        "values: {former_detainees: 0.3 million}",
        ["field values.former_detainees: 0.3 million has no unit", "person"],
    ),
    "a value in another unit": (
        "values: {former_detainees: 0.3 million transfer}",
        ["field values.former_detainees: '0.3 million transfer' is in transfer, not in person"],
    ),
    "a value in an unknown unit": (
        "values: {former_detainees: 0.3 million persn}",
        ["field values.former_detainees: 'persn' is not a known unit; did you mean 'person'?"],
    ),
    "a share in persons": ("values: {overlap: 1 person}", ["field values.overlap: ", "person, not in dimensionless"]),
    "a percentage of something": (
        "values: {former_detainees: 5 percent person}",
        ["field values.former_detainees: ", "percentage"],
    ),
    "a number that is none": (
        "values: {overlap: much}",
        ["field values.overlap: 'much' is not a number, nor a number and a unit"],
    ),
    "a number in no plain digits": ("values: {overlap: 0x1}", ["'0x1' is not in plain digits (line 4)"]),
    "a truth value for a number": ("values: {overlap: true}", ["field values.overlap: ", "'number', 'string'"]),
    "a list for a number": ("values: {overlap: [0.1, 0.2]}", ["field values.overlap: ", "'number', 'string'"]),
    "no number": ("values: {overlap: .nan}", ["overlap = ", "not a finite number"]),
    "a number without an end": ("values: {overlap: .inf}", ["overlap = ", "not a finite number"]),
    "a value outside its bounds": (
        "values: {overlap: 1.5}",
        ["overlap = 1.5 lies outside 0 to 1, which is what has a meaning"],
    ),
    "an input below nought": (
        "values: {transfers_2021: -1 transfer}",
        ["transfers_2021 = -1 lies below 0"],
    ),
    "a value that a reading supplies": (
        "readings: {persons_per_transfer: implied}\nvalues: {persons_per_transfer: 0.8 person/transfer}",
        ["is unused: its reading implied supplies it"],
    ),
    "its own value that a reading supplies": (
        "readings: {persons_per_transfer: implied}\nvalues: {persons_per_transfer: 1 person/transfer}",
        ["persons_per_transfer is unused: its reading implied supplies it"],
    ),
    "a value that nothing starts from": (
        "values: {persons_per_transfer_2021: 0.9 person/transfer}",
        ["persons_per_transfer_2021 is unused"],
    ),
    "a distribution that a reading supplies": (
        "readings: {persons_per_transfer: implied}\n"
        "distributions: {persons_per_transfer: {shape: uniform, low: 0.8, high: 0.9, unit: person/transfer}}",
        ["is unused: its reading implied supplies it"],
    ),
    "readings that need each other": (
        "readings: {total_2019: transfers, persons_per_transfer: implied}",
        ["these readings make a circle: ", "persons_per_transfer (implied)", "total_2019 (transfers)", " needs "],
    ),
    "two readings of one choice": (
        "readings: {total_2019: transfers, south_2019: persons}",
        ["total_2019 and south_2019 are one choice and can't have the readings persons, transfers"],
    ),
    "a value and a distribution": (
        "values: {overlap: 0.1}\ndistributions: {overlap: {shape: uniform, low: 0, high: 0.5}}",
        ["field distributions.overlap: it has a value and a distribution; give one of them"],
    ),
    "a distribution without a shape": (
        "distributions: {overlap: {low: 0, high: 0.5}}",
        ["field distributions.overlap: 'shape' is a required property"],
    ),
    "an unknown shape": (
        "distributions: {overlap: {shape: normal, low: 0, high: 0.5}}",
        ["field distributions.overlap.shape: 'normal' is not one of ", "uniform", "triangular"],
    ),
    "no mode": (
        "distributions: {overlap: {shape: triangular, low: 0, high: 0.5}}",
        ["field distributions.overlap.mode: a triangular distribution needs low, mode, high"],
    ),
    "a number that the shape has not": (
        "distributions: {overlap: {shape: uniform, low: 0, high: 0.5, mode: 0.2}}",
        ["field distributions.overlap.mode: a uniform distribution has low, high, and no mode"],
    ),
    "a mode outside": (
        "distributions: {overlap: {shape: triangular, low: 0, mode: 0.6, high: 0.5}}",
        ["field distributions.overlap.mode: 0.6 lies outside 0 to 0.5"],
    ),
    "ends the wrong way round": (
        "distributions: {overlap: {shape: uniform, low: 0.5, high: 0.1}}",
        ["field distributions.overlap.low: the low end 0.5 does not lie below the high end 0.1"],
    ),
    "a support outside the bounds": (
        "distributions: {overlap: {shape: uniform, low: 0, high: 1.5}}",
        ["field distributions.overlap: 0 to 1.5 lies outside 0 to 1, which is what has a meaning"],
    ),
    "a support below nought": (
        "distributions: {labourers_2019: {shape: uniform, low: -1, high: 2, unit: million labourer}}",
        ["field distributions.labourers_2019.low: -1,000,000 lies below 0"],
    ),
    "a distribution without a unit": (
        "distributions: {former_detainees: {shape: uniform, low: 1, high: 2}}",
        ["field distributions.former_detainees.low: 1 has no unit; write unit: person"],
    ),
    "a distribution in another unit": (
        "distributions: {former_detainees: {shape: uniform, low: 1, high: 2, unit: transfer}}",
        ["field distributions.former_detainees.low: '1 transfer' is in transfer, not in person"],
    ),
    "a spread of nought": (
        "distributions: {overlap: {shape: truncated_normal, mean: 0.2, sd: 0, low: 0, high: 0.5}}",
        ["field distributions.overlap.sd: 0 is not above 0"],
    ),
    "a number too long for a float": (
        f"distributions: {{overlap: {{shape: beta, alpha: 1{'0' * 400}, beta: 2, low: 0, high: 0.5}}}}",
        ["field distributions.overlap.alpha: ", "finite"],
    ),
    "a correlation with what is not drawn": (
        f"{DRAWN}\ncorrelations: [{{between: [overlap, labourers_2019], rank: 0.5}}]",
        ["field correlations.0.between: 'labourers_2019' has no distribution in this scenario"],
    ),
    "a correlation given twice": (
        f"{DRAWN}\ncorrelations: [{TIED}, {{between: [former_detainees, overlap], rank: 0.1}}]",
        ["field correlations.1.between: former_detainees and overlap are given twice"],
    ),
    "a correlation with itself": (
        f"{DRAWN}\ncorrelations: [{{between: [overlap, overlap], rank: 0.5}}]",
        ["field correlations.0.between: overlap and overlap are given twice, or are the same"],
    ),
    "a rank above one": (
        f"{DRAWN}\ncorrelations: [{{between: [overlap, former_detainees], rank: 1.5}}]",
        ["field correlations.", "rank: 1.5 is greater than the maximum of 1"],
    ),
    "a correlation of three": (
        f"{DRAWN}\ncorrelations: [{{between: [overlap, former_detainees, persons_per_transfer], rank: 0.5}}]",
        ["field correlations.", "between: ", "too long"],
    ),
    # Two that each go almost wholly with a third can't go against each other.
    "correlations that can't hold together": (
        f"{DRAWN}\ncorrelations: [{{between: [overlap, former_detainees], rank: 0.9}}, "
        "{between: [overlap, persons_per_transfer], rank: 0.9}, "
        "{between: [former_detainees, persons_per_transfer], rank: -0.9}]",
        ["these rank correlations can't hold together: overlap with former_detainees at 0.9"],
    ),
    "every assumption beside one": (
        "assumptions: lowest\nvalues: {overlap: 0.1}",
        ["field assumptions: it moves every assumption, so none can be given beside it"],
    ),
    "every assumption beside a distribution": (
        f"assumptions: highest\n{DRAWN}",
        ["field assumptions: it moves every assumption"],
    ),
    "every assumption in the middle": ("assumptions: middle", ["field assumptions: 'middle' is not one of "]),
    "a word for a truth value": ("only_sourced: some", ["field only_sourced: ", "'boolean'"]),
    "a key given twice": ("values: {overlap: 0.1, overlap: 0.2}", ["the key 'overlap' is given twice (line 4)"]),
    "code": (
        "values: !!python/object/apply:os.getcwd []",
        ["not YAML: tags (!) are not read", "(line 4)"],
    ),
    "no YAML": ("values: {overlap: 0.1", ["not YAML: "]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_is_refused_in_one_sentence(model: Model, tmp_path: Path, what: str) -> None:
    text, words = REFUSED[what]
    sentence = refusal(write(tmp_path, text), model)
    for word in words:
        assert word in sentence


def test_a_reading_that_nothing_uses_is_refused(model: Model, tmp_path: Path) -> None:
    # Brute force: a quantity that has readings and stands in no estimate's plan and in no check's, capped or not.
    used = {name for quantity in model.register.estimates for name in model.graph((quantity,), capped=True).by_name}
    for check in model.register.checks.values():
        used |= set(model.plan(check.quantity, model.under(model.setting(), check.readings)).by_name)
    idle = [name for name in model.quantities if name not in used and len(model.readings(name)) > 1]
    for name in idle:
        sentence = refusal(write(tmp_path, f"readings: {{{name}: {model.readings(name)[-1]}}}"), model)
        assert f"{name} is unused" in sentence
    assert idle


#: By the field at fault, the text.
AT_FAULT = {
    "readings.months_2022": "readings: {months_2022: four_months_again}",
    "values.overlap": "values: {overlap: 1.5}",
    "values.transfers_2021": "values: {transfers_2021: -1 transfer}",
    "values.persons_per_transfer": REFUSED["a value that a reading supplies"][0],
    "values.persons_per_transfer_2021": REFUSED["a value that nothing starts from"][0],
    "distributions.persons_per_transfer": REFUSED["a distribution that a reading supplies"][0],
}


@pytest.mark.parametrize("field", AT_FAULT)
def test_a_refusal_names_the_field_that_is_at_fault(model: Model, tmp_path: Path, field: str) -> None:
    assert f", field {field}: " in refusal(write(tmp_path, AT_FAULT[field]), model)


#: Files as they stand, and what the sentence says.
WHOLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", ": the file is empty"),
    "blank": (b" \n\n", ": the file is empty"),
    "comments alone": (b"# nothing\n", ": the file is not a mapping of name, description, reason and what is changed"),
    "not UTF-8": (b"name: a\nreason: \xe9t\xe9\n", ": the file is not UTF-8 (line 2)"),
    "a byte order mark": (b"\xef\xbb\xbfname: a\n", ": the file starts with a byte order mark"),
    "a list": (b"- name: a\n- reason: b\n", ": the file is not a mapping of name, description, reason"),
    "a text": (b"article\n", ": the file is not a mapping of name, description, reason"),
    "no reason": (b"name: a\ndescription: b\n", ": 'reason' is a required property"),
    "no name": (b"description: b\nreason: c\n", ": 'name' is a required property"),
    "a name that is none": (b"name: Of Mine\ndescription: b\nreason: c\n", ", field name: 'Of Mine' does not match"),
    "an empty reason": (b"name: a\ndescription: b\nreason: ''\n", ", field reason: "),
    "a key that is a list": (b"? [a]\n: b\n", ": not YAML: a key is a list or a mapping, and must be a name (line 1)"),
    "a name with a line break": (
        b'name: "a\\n"\ndescription: b\nreason: c\n',
        ", field name: the name ends in a line break",
    ),
    "a name of a hundred letters": (
        b"name: " + b"a" * 100 + b"\ndescription: b\nreason: c\n",
        f", field name: '{'a' * 100}' has more than 80 characters",
    ),
    "the name given twice": (b"name: a\nname: b\ndescription: c\nreason: d\n", ": not YAML: the key 'name' is given"),
    "two documents": (b"name: a\n---\nname: b\n", ": not YAML: "),
}


@pytest.mark.parametrize("what", WHOLE)
def test_a_file_is_refused_as_a_whole_in_one_sentence(model: Model, tmp_path: Path, what: str) -> None:
    data, words = WHOLE[what]
    path = tmp_path / "mine.yaml"
    path.write_bytes(data)
    assert refusal(path, model).startswith(f"{path}{words}")


def test_a_file_that_is_not_there_is_refused(model: Model, tmp_path: Path) -> None:
    assert refusal(tmp_path / "mine.yaml", model) == f"{tmp_path / 'mine.yaml'}: the file is missing"
    assert "the file can't be read" in refusal(tmp_path, model)


def test_no_code_in_a_file_is_run(model: Model, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    text = f"values: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{trace}]]"
    assert "tags (!) are not read" in refusal(write(tmp_path, text), model)
    assert not trace.exists()


def test_a_scenario_is_what_its_file_says(model: Model) -> None:
    found = shipped(model)["half_overlap"]
    assert isinstance(found, Scenario)
    assert found.values == {"overlap": 0.5}
    assert (found.readings, found.distributions, found.correlations) == ({}, {}, ())
    assert (found.assumptions, found.only_sourced) == ("", False)
    assert found.file.endswith("half_overlap.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "values: {minority_share_south: 0.8}",
        "distributions: {minority_share_south: {shape: uniform, low: 0.8, high: 0.9}}",
    ],
    ids=["value", "distribution"],
)
def test_a_number_that_only_another_reading_would_use_is_refused(model: Model, tmp_path: Path, text: str) -> None:
    assert "minority_share_south is unused: nothing computed here depends on it" in refusal(
        write(tmp_path, text), model
    )
