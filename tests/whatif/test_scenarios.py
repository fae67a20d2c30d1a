"""Scenarios: their estimates by hand, the files that are read, and the sentences that
refuse other files.
"""

import gc
import json
import math
import shutil
import weakref
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import load
from analysis.core.errors import InputError, RegisterError
from analysis.core.register import Register
from analysis.model.model import Model
from analysis.render.estimates import Estimated, Under
from analysis.render.estimates import estimate as estimate_under
from analysis.render.explained import explained
from analysis.render.headlines import headlines
from analysis.render.names import names
from analysis.whatif.scenarios import Scenario, find, read, schema, shipped
from tests.conftest import ROOT
from tests.spoiling import described, text
from tests.tables import refusals

SHIPPED = ROOT / "data" / "scenarios"
GROWTH = "growth_of_transfers_2019_2021"
FILES = [*sorted(SHIPPED.glob("*.yaml")), ROOT / "benchmarks" / "reference.yaml"]

# The article prints transfers of 2021, their growth since 2019, labourers of 2019
# in all and in the south, and persons at risk in 2019.
T, G, L, S, R = 3.17e6, 0.105, 2.59e6, 1.65e6, 1.6e6
#: Transfers of 2019, 2,868,778.28, and those added since, 301,221.72.
BASE = T / (1 + G)
ADDED = T - BASE
#: At risk in 2019: minority transferees of the south, 1,567,500; and of the whole
#: region, 470,000 more.
SOUTHERN = S * 0.95
COMPOSITION = SOUTHERN + (L - S) * 0.50


def estimate(model: Model, scenario: Scenario, quantity: str) -> Estimated:
    return estimate_under(model, Under.of(scenario, model), quantity)


def write(
    folder: Path,
    text: str,
    start: str = "name: mine\ndescription: Of mine.\nreason: To see.\n",
) -> Path:
    """A scenario's file that holds a text besides the parts of every scenario."""
    path = folder / "mine.yaml"
    path.write_text(f"{start}{text}\n", encoding="utf-8")
    return path


def refusal(path: Path, model: Model) -> str:
    """The one sentence that refuses a file, without the file's name."""
    with pytest.raises(RegisterError) as caught:
        read(path, model, Scenario)
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    assert sentence.startswith(str(path))
    return sentence.removeprefix(str(path))


# Estimates ----------------------------------------------------------------------------

#: 560,000 persons and 1.02 million person-times in Tibet in 2018:
#: 0.549 persons per transfer, to the ten digits of the file.
TIBET = round(560_000 / 1_020_000, 10)

#: By scenario: the net increase in persons, persons at risk in 2021, and in all; None
#: where words alone give an input.
BY_HAND: dict[str, tuple[float, float, float | None]] = {
    "article": (ADDED, R + ADDED, None),
    # The ratio is L / BASE, so the increase is (T - BASE) L / BASE = L G = 271,950.
    # At risk in 2021: 1,871,950.
    "ratio_2019_implied": (L * G, R + L * G, None),
    # R / L of these are at risk: R + L G R / L = R (1 + G) = 1,768,000.
    "same_share_as_2019": (L * G, R * (1 + G), None),
    # 2021 has 0.95 T = 3,011,500 persons and 2019 has L: 421,500 more.
    "ratio_rises": (421_500, 2_021_500, None),
    # 0.85 T = 2,694,500 less 2,590,000.
    "ratio_falls": (104_500, 1_704_500, None),
    # 3,174,000 less 2,860,000, as the region's reports print them.
    "official_series": (314_000, 1_914_000, None),
    "ratio_tibet_2018": (TIBET * ADDED, R + TIBET * ADDED, None),
    # 3,170,000 less 2,590,000.
    "unit_2019_transfers": (580_000, 2_180_000, None),
    "southern": (ADDED, SOUTHERN + ADDED, None),
    "composition": (ADDED, COMPOSITION + ADDED, None),
    # Half of 300,000.
    "half_overlap": (ADDED, R + ADDED, R + ADDED + 150_000),
    "several_is_three": (ADDED, R + ADDED, R + ADDED + 300_000),
    "without_detainees": (ADDED, R + ADDED, R + ADDED),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_shipped_scenario_comes_to_its_hand_arithmetic(
    model: Model, name: str
) -> None:
    quantities = ("net_new_persons", "at_risk_2021", "at_risk_total")
    for quantity, expected in zip(quantities, BY_HAND[name], strict=True):
        found = estimate(model, find(name, model), quantity)
        words = (
            f"{quantity} has no single value, because the article gives "
            "former_detainees only in words. Set former_detainees to a number."
        )
        assert (found.reason, found.unit) == ("" if expected else words, "person")
        assert found.value == (
            expected if expected is None else pytest.approx(expected, rel=1e-12)
        )


def test_the_shipped_scenarios_are_those_of_the_data_package_in_its_order(
    model: Model,
) -> None:
    assert list(shipped(model)) == list(model.register.scenarios)
    assert {*BY_HAND, "illustrative"} == set(shipped(model))


def test_a_drawn_quantity_stands_at_its_median(model: Model) -> None:
    scenario = find("illustrative", model)
    # A triangle from 0.36 over 0.9 to 1: most of it rises, so half lies below
    # 0.36 + sqrt(0.5 x 0.64 x 0.54) = 0.7757. The change is even about 1, and the
    # middle of former detainees is 600,000. The estimate of 2019 is the print.
    added = (0.36 + math.sqrt(0.1728)) * ADDED
    for quantity, number in (
        ("net_new_persons", added),
        ("at_risk_2019", R),
        ("at_risk_total", R + added + 6e5),
    ):
        assert estimate(model, scenario, quantity).value == pytest.approx(
            number, rel=1e-9
        )


def test_the_bounds_are_those_of_the_rounding(model: Model) -> None:
    # T G / (1 + G) rises in both: T between 3.165 and 3.175 million,
    # G between 10.45 and 10.55 percent.
    found = estimate(model, find("article", model), "net_new_persons")
    assert found.low == pytest.approx(3.165e6 * 0.1045 / 1.1045, rel=1e-9)
    assert found.high == pytest.approx(3.175e6 * 0.1055 / 1.1055, rel=1e-9)


def test_official_figures_replace_both_ends_of_a_sum(model: Model) -> None:
    found = estimate(model, find("official_series", model), "at_risk_2021")
    # 1,600,000 + 3,174,000 - 2,860,000
    assert found.value == pytest.approx(1_914_000)
    assert (found.side, found.remarks) == ("at most", ())
    assert "report_2021" in found.depends_on
    for part in ("3.174 million", "2.86 million", "published elsewhere", "in a copy"):
        assert part in found.differs


def test_the_official_series_gives_a_growth_of_its_own(model: Model) -> None:
    scenario = find("official_series", model)
    # 3.174 / 2.86 - 1 = 0.314 / 2.86, between 3.1735 / 2.865 and 3.1745 / 2.855.
    found = estimate(model, scenario, "growth_of_transfers_2019_2021")
    assert found.value == pytest.approx(0.314 / 2.86)
    assert found.low == pytest.approx(0.3085 / 2.865)
    assert found.high == pytest.approx(0.3195 / 2.855)
    # 14.33 million over five years are 2.866 million a year; over 2.2 million.
    found = estimate(model, scenario, "excess_over_plan_2016_2020")
    assert found.value == pytest.approx(0.666 / 2.2)
    lines = " ".join(explained(model, GROWTH, scenario.setting(model), full=False))
    assert "= 3.174 million ÷ 2.86 million − 1" in " ".join(lines.split())
    growth = headlines(model, scenario.setting(model))[1]
    assert "transfers grew by 11 percent from 2019 to 2021" in growth.sentence
    # Without totals of another source, the growth is the printed one.
    assert model.estimate(GROWTH).value == pytest.approx(0.105)


def test_the_list_of_scenarios_says_which_official_numbers_are_left_out(
    model: Model,
) -> None:
    rows = {row["name"]: row["words"] for row in names(model, "scenarios").rows}
    words = rows["official_series"]
    assert "14.33 million in 2016–2020" in words
    assert 'Xinhua\'s "over 2.87 million" for 2019 is left out because' in words


def test_a_reconstruction_says_that_it_is_one(model: Model) -> None:
    for name, ours in (
        ("southern", True),
        ("composition", True),
        ("illustrative", False),
        ("article", False),
    ):
        assert estimate(model, find(name, model), "at_risk_2021").reconstruction == ours
        assert not estimate(model, find(name, model), "net_new_persons").reconstruction


# Files --------------------------------------------------------------------------------


def test_the_shipped_schema_is_the_one_of_this_data_package(model: Model) -> None:
    assert json.loads(
        (SHIPPED / "scenario.schema.json").read_text(encoding="utf-8")
    ) == schema(model)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_valid_by_the_schema(model: Model, path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema(model))
    assert validator.is_valid(content)
    for spoiled in (
        {"values": {"at_risk_2019": "southren"}},
        {"values": {"overlapp": 0.1}},
        {"notes": "none"},
    ):
        assert not validator.is_valid(content | spoiled)


def test_a_reading_that_is_the_articles_own_may_be_named(
    model: Model, tmp_path: Path
) -> None:
    scenario = read(write(tmp_path, "values: {total_2019: persons}"), model, Scenario)
    assert scenario.setting(model).choices == {}


def test_a_file_works_from_anywhere(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a folder" / "Ünïcode"
    folder.mkdir(parents=True)
    path = write(
        folder, "values: {former_detainees: 300000 person, overlap: 25 percent}"
    )
    for where, name in (
        (tmp_path, path.relative_to(tmp_path)),
        (folder, path.name),
        (Path("/"), path),
    ):
        monkeypatch.chdir(where)
        # A quarter of 300,000 is counted twice.
        found = estimate(model, find(str(name), model), "at_risk_total")
        assert found.value == pytest.approx(R + ADDED + 225_000, rel=1e-12)


@settings(max_examples=25)
@given(st.data())
def test_an_input_that_is_given_its_own_value_changes_nothing(
    model: Model, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    leaves = {
        name: node
        for one in model.register.estimates
        for name, node in model.plan(one).leaves.items()
    }
    settable = sorted(
        name
        for name in leaves.keys() & set(model.quantities)
        if not leaves[name].source.in_words
    )
    values = {}
    some = st.lists(st.sampled_from(settable), min_size=1, max_size=4, unique=True)
    for name in data.draw(some):
        unit = model.units[name].replace("dimensionless", "")
        values[name] = f"{float(leaves[name].source.value)!r} {unit}".strip()
    path = write(tmp_path_factory.mktemp("own"), f"values: {json.dumps(values)}")
    scenario = read(path, model, Scenario)
    nothing = Scenario(name="mine", description="a", reason="b")
    for quantity in model.register.estimates:
        assert estimate(model, scenario, quantity) == estimate(model, nothing, quantity)


def test_a_data_package_without_scenarios_has_the_article(package: Path) -> None:
    described(
        lambda content: content.update(
            resources=[
                one
                for one in content["resources"]
                if not one["path"].startswith("scenarios/")
            ],
        )
    )(package)
    shutil.rmtree(package / "scenarios")
    model = Model(Register.read(package))
    assert list(shipped(model)) == ["article"]
    found = estimate(model, find("article", model), "at_risk_2021")
    assert found.value == pytest.approx(R + ADDED)


def test_a_shipped_file_with_another_name_is_refused(package: Path) -> None:
    text("scenarios/southern.yaml", "name: southern", "name: northern")(package)
    with pytest.raises(
        RegisterError,
        match=r"southern\.yaml, field name: 'northern' is not the name of the file\.$",
    ):
        shipped(Model(Register.read(package)))


def test_an_unknown_scenario_is_refused_with_the_nearest(model: Model) -> None:
    with pytest.raises(
        InputError,
        match=r"^'sothern' names no scenario or file. Did you mean 'southern'\?$",
    ):
        find("sothern", model)
    with pytest.raises(InputError, match="names no scenario or file"):
        find("no\0path", model)
    said = r"^'southern.yaml' names no file that exists. Did you mean 'southern'\?$"
    with pytest.raises(InputError, match=said):
        find("southern.yaml", model)


# Refusals -----------------------------------------------------------------------------

#: The text besides name, description and reason; and the field at fault, with a part
#: of the sentence.
REFUSED = """
valeus: {overlap: 0.1}
    valeus: Did you mean 'values'?
values: {at_rsk_2019: southern}
    values.at_rsk_2019: Did you mean 'at_risk_2019'?
values: {overlapp: 0.1}
    values.overlapp: Did you mean 'overlap'?
values: {at_risk_2019: southren}
    values.at_risk_2019: Did you mean 'southern'?
values:
    values: input should be a valid mapping
values: {former_detainees: 300000}
    values.former_detainees: has no unit. Each number in a file needs one: write
values: {former_detainees: 0.3 transfer}
    values.former_detainees: is in the unit 'transfer', but the number must be in
values: {overlap: true}
    values.overlap: overlap must be a finite number, not True
values: {overlap: null}
    values.overlap: overlap must be a finite number, not None
values: {overlap: {low: 0}}
    values.overlap: must be a finite number
values: {overlap: 1.5}
    values.overlap: overlap cannot be 1.5. It must be between 0 and 1
values: {villagers_placed: 5 villager}
    values.villagers_placed: does not affect anything here
values: {months_2022: four_months_again}
    values.months_2022: does not affect anything here
values: {total_2019: transfers, persons_per_transfer: implied}
    values.persons_per_transfer: These readings need each other
values: {total_2019: transfers, south_2019: persons}
    values.total_2019: Use the same reading for total_2019 and south_2019
values: {transfers_2021: report_2022}
    values.transfers_2021: The period of report_2022 is '2022', but that of
values: {overlap: [0, 0.5]}
    values.overlap: '0' is not a shape of a distribution
values: {overlap: [unifrom, 0, 0.5]}
    values.overlap: 'unifrom' is not a shape of a distribution. Did you mean 'uniform'?
values: {overlap: {normal: [0.2, 0.1]}}
    values.overlap: normal is a shape of a distribution; write a list, [normal, mean
values: {overlap: "uniform(0, 0.5)"}
    values.overlap: uniform is a shape of a distribution; write a list, [uniform
values: {overlap: [uniform, 0, 0.5, 1]}
    values.overlap: a uniform distribution has 2 numbers, low, high; you gave 3
values: {overlap: [triangular, 0, 1]}
    values.overlap: a triangular distribution has 3 numbers, low, mode, high
values: {overlap: [uniform, 1, 0]}
    values.overlap: low must not be above high
values: {overlap: [uniform, 1.5, 2]}
    values.overlap: high 2) lies outside the allowed range, 0 to 1
values: {former_detainees: [uniform, 100000, 200000 person]}
    values.former_detainees: '100000' has no unit
values: {former_detainees: 0.6}
    values.former_detainees: needs one: write '0.6 million person'
values: {overlap: 0.1, overlap: 0.2}
    : the key 'overlap' is given twice at line 4
values: !!python/object/apply:os.getcwd []
    : not YAML
"""


@pytest.mark.parametrize(("text", "field", "words"), refusals(REFUSED))
def test_a_file_is_refused_in_one_sentence_that_names_the_field(
    model: Model, tmp_path: Path, text: str, field: str, words: str
) -> None:
    sentence = refusal(write(tmp_path, text), model)
    assert words in sentence
    assert not field or f", field {field}" in sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ": the file is empty"),
        ("article", ": input should be a valid mapping, not 'article'"),
        ("name: a\ndescription: b", ", field reason: field required"),
        (
            "name: Of Mine\ndescription: b\nreason: c",
            ", field name: string should match pattern",
        ),
        (f"name: {'a' * 100}\ndescription: b\nreason: c", ", field name: "),
        (
            "name: a\ndescription: b\nreason: ''",
            ", field reason: string should have at least 1 character",
        ),
        ("name: a\n---\nname: b", ": not YAML: "),
    ],
)
def test_a_file_is_refused_as_a_whole(
    model: Model, tmp_path: Path, text: str, words: str
) -> None:
    assert refusal(write(tmp_path, text, start=""), model).startswith(words)


def test_a_missing_file_is_refused(model: Model, tmp_path: Path) -> None:
    assert refusal(tmp_path / "mine.yaml", model) == ": the file is missing."


def test_a_file_may_hold_a_fraction_and_not_the_article_s_name(tmp_path: Path) -> None:
    study = load()
    path = tmp_path / "mine.yaml"
    text = "name: mine\ndescription: Mine.\nreason: Mine.\nvalues: {overlap: 1/3}\n"
    path.write_text(text, encoding="utf-8")
    assert study.scenario(path).setting.choices == {"overlap": pytest.approx(1 / 3)}
    path.write_text(text.replace("mine", "article", 1), encoding="utf-8")
    with pytest.raises(
        InputError, match="field name: 'article' is the article's own setting"
    ):
        study.scenario(path)


def test_what_is_too_large_is_not_told_as_a_division_by_zero() -> None:
    study = load().change(
        at_risk_2019="1.7e308 person", transfers_2021="1.7e308 transfer"
    )
    with pytest.raises(InputError, match="a number is too large to compute with"):
        study["at_risk_2021"]


def test_a_model_whose_scenarios_were_read_can_go() -> None:
    model = Model(Register.read())
    assert shipped(model)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
