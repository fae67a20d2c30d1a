"""The commands that change assumptions, readings and scenarios: what they print, and that bad input changes nothing."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import cli
from analysis.core.model import Model
from analysis.core.register import InputError, Register
from analysis.core.verdicts import judge_all
from analysis.output.tables import Sensitivity, break_even_table, scenarios_table
from analysis.whatif import draws as uncertainty
from analysis.whatif.scenarios import find, shipped
from analysis.whatif.sensitivity import statement_of
from tests.conftest import ROOT
from tests.spoiling import Change, added, at, cells, described, settings
from tests.test_cli import Result, content, refused, run

REFERENCE = ROOT / "benchmarks" / "reference.yaml"
CAVEAT = "Arithmetic of the printed numbers; it says nothing on whether they are true."
#: Draws enough to be told, and quick.
FEW = ("--draws", "1024")
STATEMENTS = "statements.csv"

SCREENS: dict[str, tuple[object, ...]] = {
    "scenarios": ("scenarios",),
    "sensitivity of the article": ("sensitivity", "at_risk_total"),
    "sensitivity with draws": ("sensitivity", "at_risk_total", "--scenario", "illustrative", *FEW),
    "sensitivity of a reconstruction": ("sensitivity", "at_risk_2019", "--scenario", "southern"),
    "break-even": ("break-even",),
    "break-even of one": ("break-even", "two_million_in_all", "--scenario", "composition"),
}


@pytest.fixture(scope="module", autouse=True)
def _one_model(model: Model) -> Iterator[None]:
    """The article's model is built once for all commands; another package has its own."""
    build = cli._model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "_model", lambda data: model if data is None else build(data))
        yield


@pytest.fixture(scope="module")
def screens() -> dict[str, Result]:
    """What each command prints, each run once."""
    return {name: run(*arguments) for name, arguments in SCREENS.items()}


@pytest.fixture(scope="module")
def reference() -> dict[str, object]:
    """The reference scenario's estimate in all, as JSON."""
    result = run("sensitivity", "at_risk_total", "--scenario", REFERENCE, "--json", *FEW)
    assert (result.status, result.err) == (0, "")
    return strict(result.out)


def strict(text: str) -> object:
    """JSON as the standard has it, without NaN or infinity."""

    def never(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=never)


def scenario(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\ndescription: Of mine.\nreason: To see.\n{text}\n", encoding="utf-8")
    return path


# Every screen ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCREENS)
def test_a_command_ends_well_and_says_what_its_numbers_are(screens: dict[str, Result], name: str) -> None:
    result = screens[name]
    assert (result.status, result.err) == (0, "")
    assert CAVEAT in result.flat


@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_speaks_of_confidence_or_credence(screens: dict[str, Result], name: str) -> None:
    assert not re.search("confidence|credib", screens[name].out, re.IGNORECASE)


def test_no_table_speaks_of_confidence_and_each_ends_with_the_caveat(model: Model) -> None:
    found = Sensitivity("at_risk_total", "illustrative", draws=1024, model=model)
    bare = Sensitivity("at_risk_total", model=model)
    tables = [
        scenarios_table(model),
        break_even_table(model, model.register.statements.values(), find("article", model)),
    ]
    for one in (found, bare):
        tables += [one.ranges_table(), one.tornado_table(), one.sources_table(), one.draws_table(), one.indices_table()]
    for table in tables:
        assert table.foot.endswith(CAVEAT)
        assert not re.search("confidence|credib", f"{table.foot}{table.frame.to_csv()}", re.IGNORECASE)


@pytest.mark.parametrize("name", SCREENS)
def test_people_are_shown_to_the_nearest_ten_thousand(screens: dict[str, Result], name: str) -> None:
    # Without what counts something else: draws, base points and corners; the inputs of a distribution, as they are
    # given; and the numerical error.
    text = re.sub(r"[\d,]+ (scrambled|random|base points|of [\d,]+ corners|left out)", "", screens[name].flat)
    text = re.sub(r"(fixed|uniform|triangular) \(.*?\)", "", text)
    text = re.sub(r"(mean|deviation|percentile|median) ([\d.]+ million|[\d,]+) [\d,]+", r"\1 \2", text)
    # The line that says what differs repeats what was given.
    text = re.sub(r"differs from the article in: .*", "", text)
    assert re.search(r"\d million", text)
    for millions in re.findall(r"(?<![\d.])(\d+(?:\.\d+)?) million", text):
        assert len(millions.partition(".")[2]) <= 2
    for people in re.findall(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d.])", text):
        # What lies below ten thousand, such as the width of a range, would else be nought.
        assert int(people.replace(",", "")) < 10_000 or int(people.replace(",", "")) % 10_000 == 0


# scenarios ------------------------------------------------------------------------------------------------------------


def test_every_scenario_is_a_row_with_what_it_changes(model: Model, screens: dict[str, Result]) -> None:
    table = scenarios_table(model)
    assert len(table.frame) == len(shipped(model))
    for (name, one), shown in zip(shipped(model).items(), table.frame["scenario"], strict=True):
        mark = " (reconstruction)" if name in ("southern", "composition", "illustrative") else ""
        assert shown == f"{name}{mark}: {one.description}"
        assert f" {name}{mark}: {one.description.split()[0]}" in screens["scenarios"].flat
    reason = "sourced_only, at_risk_total: not computable from figures with a source: it needs former_detainees"
    assert reason in screens["scenarios"].flat


def test_screen_and_json_come_from_the_same_numbers(model: Model) -> None:
    rows = strict(run("scenarios", "--json").out)
    table = scenarios_table(model)
    assert isinstance(rows, list)
    names, estimates = list(shipped(model)), list(model.register.estimates)
    assert [(row["scenario"], row["quantity"]) for row in rows] == [(name, q) for name in names for q in estimates]
    for row in rows:
        shown = table.frame[row["quantity"].replace("_", " ")][names.index(row["scenario"])]
        if row["value"] is None:
            assert shown == "not computable"
            assert row["reason"].startswith("not computable")
            continue
        number, _, kind = shown.partition(", ")
        assert kind == {"point": ""}.get(row["kind"], row["kind"])
        if row["unit"] == "dimensionless":
            assert number == f"{100 * row['value']:.1f} percent"
        elif row["value"] >= 1e6:
            assert number == f"{row['value'] / 1e6:.2f} million"
        else:
            assert number == f"{round(row['value'], -4):,.0f}"


def test_scenarios_as_json() -> None:
    rows = strict(run("scenarios", "unit_2019_transfers", "sourced_only", "southern", "--json").out)
    assert isinstance(rows, list)
    keys = ["scenario", "quantity", "unit", "value", "low", "high", "kind", "reconstruction", "reason", "depends_on"]
    assert all(list(row) == [*keys, "differs"] for row in rows)
    found = {(row["scenario"], row["quantity"]): row for row in rows}
    increase = found["unit_2019_transfers", "net_new_persons"]
    # 3.17 less 2.59 million; each end 5,000 to either side.
    assert (increase["value"], increase["low"], increase["high"]) == (580_000, 570_000, 590_000)
    assert (increase["unit"], increase["kind"], increase["reconstruction"]) == ("person", "point", False)
    assert set(increase["depends_on"]) >= {"total_2021_tianshan", "figure_2019_all", "persons_per_transfer"}
    assert "transfers_2019" in increase["differs"]
    assert found["sourced_only", "at_risk_total"]["value"] is None
    assert found["southern", "at_risk_2019"]["value"] == 1_567_500  # 1.65 million times 0.95
    assert found["southern", "at_risk_2019"]["reconstruction"] is True


def test_the_schema_printed_is_the_one_committed() -> None:
    committed = (ROOT / "data" / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8")
    result = run("scenarios", "--schema")
    assert (result.status, result.out) == (0, committed)


def test_files_of_ones_own_stand_beside_shipped_ones(tmp_path: Path) -> None:
    path = scenario(tmp_path, "values: {former_detainees: 0.1 million person}")
    result = run("scenarios", path, "half_overlap")
    assert result.status == 0
    # 1,901,222 and 100,000, or half of 350,000.
    assert re.search(r" mine: Of mine\. .* 2\.00 million,.* half_overlap: .* 2\.08 million,", result.flat)
    assert "article:" not in result.flat


# sensitivity ----------------------------------------------------------------------------------------------------------


def test_sensitivity_as_json(reference: dict[str, object]) -> None:
    wanted = [
        "quantity",
        "unit",
        "n",
        "seed",
        "mean",
        "sd",
        "p05",
        "p50",
        "p95",
        "S1",
        "ST",
        "S1_interval",
        "ST_interval",
    ]
    assert list(reference)[: len(wanted)] == wanted
    assert (reference["quantity"], reference["unit"], reference["n"], reference["seed"]) == (
        "at_risk_total", "person", 1024, 0,
    )  # fmt: skip
    drawn = {
        "labourers_2019", "labourers_south_2019", "minority_share_south", "minority_share_outside", "transfers_2021",
        "growth_2019_2021", "persons_per_transfer", "at_risk_share_of_new", "former_detainees",
    }  # fmt: skip
    for name in ("S1", "ST", "S1_interval", "ST_interval"):
        found = reference[name]
        assert isinstance(found, dict)
        assert set(found) == drawn
    assert reference["label"] == (
        "Illustrative: draws under distributions that were chosen. They bound nothing, and are no statement of how "
        "sure anybody is."
    )
    assert reference["caveat"] == CAVEAT


def test_the_mean_of_the_reference_is_that_of_its_parts(reference: dict[str, object]) -> None:
    # Independent inputs, and a product of independent ones in each term: the mean is that of the means. South 1.65
    # million at 0.925; outside it 0.94 million at (0 + 0.12 + 0.5) / 3; added 3.17 million times the mean of
    # g / (1 + g), by a fine sum over 0.1045 to 0.1055; times (0.7 + 0.9 + 1) / 3, three quarters of them; 350,000.
    g = np.linspace(0.1045, 0.1055, 100_001)
    mean = 1.65e6 * 0.925 + 0.94e6 * 0.62 / 3 + 3.17e6 * float(np.mean(g / (1 + g))) * (2.6 / 3) * 0.75 + 350_000
    assert reference["mean"] == pytest.approx(mean, rel=1e-3)
    assert reference["p05"] < reference["p50"] < reference["p95"]  # type: ignore[operator]


def test_a_draw_from_the_screen_is_the_one_in_json() -> None:
    arguments = ("sensitivity", "at_risk_total", "--scenario", "illustrative", *FEW, "--seed", "3")
    found, screen = strict(run(*arguments, "--json").out), run(*arguments).flat
    assert isinstance(found, dict)
    labels = {"mean": "mean", "p05": "5th percentile", "p50": "median", "p95": "95th percentile"}
    for name, label in labels.items():
        assert f"{label} {found[name] / 1e6:.2f} million" in screen
    assert f"standard deviation {round(found['sd'], -4):,.0f}" in screen
    assert "1,024 scrambled Sobol points, seed 3" in screen
    for share in found["ST"].values():
        assert f" {max(0.0, share):.3f} (" in screen
    assert found["label"] in screen


def test_seed_and_kind_of_draws_make_the_numbers(model: Model, reference: dict[str, object]) -> None:
    def mean(draws: int = 1024, seed: int = 0, method: str = "sobol") -> float:
        drawn = Sensitivity("at_risk_total", str(REFERENCE), draws=draws, seed=seed, method=method, model=model).drawn
        assert drawn is not None
        assert (drawn.n, drawn.seed, drawn.method) == (draws, seed, method)
        return drawn.summaries["at_risk_total"].mean

    assert reference["mean"] == pytest.approx(mean(), rel=1e-9)
    assert mean(seed=1) != mean() != mean(method="random")
    assert mean(1000, method="random") == mean(1000, method="random")


@pytest.mark.parametrize("name", ["article", "half_overlap", "southern"])
def test_without_distributions_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def never(*arguments: object, **options: object) -> None:
        raise AssertionError("something is drawn")

    monkeypatch.setattr(uncertainty, "points", never)
    result = run("sensitivity", "at_risk_total", "--scenario", name)
    assert f"The scenario {name} gives no distribution that has an effect here: nothing is drawn." in result.flat
    assert "percentile" not in result.flat
    found = strict(run("sensitivity", "at_risk_total", "--scenario", name, "--json").out)
    assert isinstance(found, dict)
    assert (found["n"], found["mean"], found["p05"], found["S1"], found["ST"], found["label"]) == (
        0, None, None, {}, {}, None,
    )  # fmt: skip


def test_a_distribution_without_an_effect_here_draws_nothing() -> None:
    # Persons per transfer and former detainees have no part in the number at risk in 2019 by print.
    result = run("sensitivity", "excess_over_plan_2016_2020", "--scenario", "illustrative")
    assert "nothing is drawn" in result.flat


def test_what_moves_the_estimate_by_hand(screens: dict[str, Result]) -> None:
    flat = screens["sensitivity of the article"].flat
    # 200,000 to 600,000 in the place of 350,000: 2,101,222 and 2,501,222, rounded outwards.
    assert "(former_detainees) 200,000 to 600,000 2.10 million to 2.51 million" in flat
    # Half of 350,000 less, 2,076,222.
    assert "(overlap) 0.000 0.500 2.25 million 2.08 million" in flat
    assert flat.count("not computable") == 2
    assert flat.endswith(f"nothing is drawn. as in the article {CAVEAT}")


# Reconstructions ------------------------------------------------------------------------------------------------------

#: What shows a number that a reading of ours makes; the file's own words do not say that it is one.
OURS = "readings: {at_risk_2019: southern}"


@pytest.mark.parametrize(
    "command",
    [
        lambda path: ("scenarios", path),
        lambda path: ("sensitivity", "at_risk_total", "--scenario", path),
        lambda path: ("sensitivity", "at_risk_2019", "--scenario", path),
        lambda path: ("break-even", "--scenario", path),
        lambda path: ("break-even", "at_risk_2019 >= 1.5 million person", "--scenario", path),
        lambda path: ("explain", "at_risk_2019", "--reading", "at_risk_2019=southern"),
    ],
    ids=["scenarios", "sensitivity", "sensitivity of 2019", "break-even", "break-even of 2019", "explain"],
)
@pytest.mark.parametrize("reading", ["southern", "composition"])
def test_a_reconstruction_is_called_one_wherever_it_shows(
    tmp_path: Path, command: Callable[[Path], tuple[object, ...]], reading: str
) -> None:
    path = scenario(tmp_path, OURS.replace("southern", reading))
    result = run(*command(path))
    assert result.status == 0
    assert "reconstruction" in result.flat


def test_the_reference_is_called_a_reconstruction() -> None:
    assert "reconstruction" in run("sensitivity", "at_risk_total", "--scenario", REFERENCE, *FEW).flat


def test_json_says_what_is_a_reconstruction() -> None:
    rows = strict(run("scenarios", "southern", "composition", "article", "--json").out)
    assert isinstance(rows, list)
    ours = {(row["scenario"], row["quantity"]) for row in rows if row["reconstruction"]}
    assert ours == {
        (name, quantity)
        for name in ("southern", "composition")
        for quantity in ("at_risk_2019", "at_risk_2021", "at_risk_total")
    }


# Draws stay where they are --------------------------------------------------------------------------------------------


def test_no_draw_goes_into_a_verdict(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    def never(*arguments: object, **options: object) -> None:
        raise AssertionError("something is drawn")

    monkeypatch.setattr(uncertainty, "points", never)
    monkeypatch.setattr(uncertainty, "draw", never)
    outcomes = judge_all(model)
    monkeypatch.setattr("analysis.core.verdicts.judge_all", lambda model: outcomes)
    for form in ([], ["--json"], ["--csv"], ["--markdown"]):
        result = run("verify", *form)
        assert result.status == 0
        assert not re.search("illustrative|percentile|drawn|draws", result.out, re.IGNORECASE)


def test_no_draw_stands_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not re.search("percentile|standard deviation|Illustrative:|confidence interval|credible", text)


# break-even -----------------------------------------------------------------------------------------------------------


def test_break_even_by_hand(tmp_path: Path) -> None:
    found = strict(run("break-even", "at_risk_total >= 2 million person", "--json").out)
    assert isinstance(found, dict)
    keys = ["id", "statement", "quantity", "comparison", "unit", "left", "right", "holds", "assumptions"]
    assert list(found) == keys
    added = 3.17e6 - 3.17e6 / 1.105
    assert (found["quantity"], found["comparison"], found["unit"]) == ("at_risk_total", "at_least", "person")
    assert (found["right"], found["holds"]) == (2e6, True)
    assert found["left"] == pytest.approx(1.95e6 + added, rel=1e-9)
    # At least 2 million less 1,901,222 former detainees: 98,778; all of 350,000 but as many may be counted twice.
    former = found["assumptions"]["former_detainees"]
    assert list(former) == ["value", "roots", "holds_for", "whole_range"]
    assert former["value"] == 350_000
    assert former["roots"] == [pytest.approx(0.4e6 - added, rel=1e-6)]
    assert former["holds_for"] == [[pytest.approx(0.4e6 - added, rel=1e-6), pytest.approx(18_040_304)]]
    overlap = found["assumptions"]["overlap"]
    assert overlap["roots"] == [pytest.approx(1 - (0.4e6 - added) / 350_000, rel=1e-6)]
    assert overlap["holds_for"][0][0] == 0
    # 300,000 less than it is would have to be taken away by those added, of whom there are 301,222: a sixth is enough.
    assert found["assumptions"]["at_risk_share_of_new"]["roots"] == [pytest.approx(50_000 / added, rel=1e-6)]


def test_break_even_of_every_statement(model: Model, screens: dict[str, Result]) -> None:
    rows = strict(run("break-even", "--json").out)
    assert isinstance(rows, list)
    assert [row["id"] for row in rows] == list(model.register.statements)
    # 2,251,222 against 2 and 2.5 million and the sum of the parts; 1,901,222 against 1.6 and 2 million; 301,222.
    expected = [True, False, True, True, False, True]
    assert [row["holds"] for row in rows] == expected
    table = break_even_table(model, model.register.statements.values(), find("article", model))
    shown = dict.fromkeys(table.frame["statement"])
    words = [f"{row['statement']}: {'holds' if row['holds'] else 'does not hold'}, " for row in rows]
    assert all(text.startswith(start) for text, start in zip(shown, words, strict=True))
    # 2,251,222 persons, by the side of the printed low end.
    assert next(iter(shown)).endswith("2.25 million against 2.00 million")
    assert "as it is" in screens["break-even"].flat


def test_break_even_under_a_scenario() -> None:
    found = strict(run("break-even", "at_risk_total >= 2 million person", "--scenario", "ratio_falls", "--json").out)
    assert isinstance(found, dict)
    # 1.6 million, 104,500 added and 350,000.
    assert found["left"] == pytest.approx(2_054_500, rel=1e-9)
    # 295,500 former detainees are enough.
    assert found["assumptions"]["former_detainees"]["roots"] == [pytest.approx(295_500, rel=1e-6)]


def test_break_even_says_on_which_side_of_a_value(model: Model) -> None:
    def words(statement: str, assumption: str) -> str:
        frame = break_even_table(model, [statement_of(model, statement)], find("article", model)).frame
        (found,) = frame["holds for"][frame["assumption"].str.endswith(f"({assumption})")]
        return str(found).partition(" (outside")[0]

    drift = "persons_per_transfer_drift"
    # More than 1.6 million as soon as 3.17 million times the drift exceed 2,868,778: 1 / 1.105 = 0.9050.
    assert words("at_risk_2021 > 1.6 million person", drift) == "above 0.9050"
    assert words("at_risk_2021 < 1.6 million person", drift) == "below 0.9050"
    # 300,000 or more from (2,868,778 + 300,000) / 3,170,000 = 0.9996 on; or from 300,000 / 301,222 = 0.9959 persons.
    assert words("increase_in_persons", drift) == "0.9996 and more"
    assert words("increase_in_persons", "persons_per_transfer") == "0.9959 and more"
    assert words("net_new_persons <= 300000 person", drift) == "up to 0.9996"


def test_break_even_says_what_holds_everywhere_and_nowhere() -> None:
    everywhere = run("break-even", "at_risk_2021 > 0 person").flat
    assert "the whole range" in everywhere
    # Persons added can be no more than 3.17 million, so 9 million are out of reach.
    nowhere = run("break-even", "at_risk_2021 >= 9 million person").flat
    assert "no value" in nowhere


# list -----------------------------------------------------------------------------------------------------------------


def test_list_names_statements_and_scenarios(model: Model) -> None:
    statements = run("list", "statements").out.splitlines()
    assert statements == [f"statement  {s.id}  {s.statement}" for s in model.register.statements.values()]
    scenarios = run("list", "scenarios").out.splitlines()
    assert scenarios == [f"scenario  {s.name}  {s.description}" for s in shipped(model).values()]
    assert "scenario  article  Nothing is changed." in scenarios


# sweep ----------------------------------------------------------------------------------------------------------------

SWEPT = "name: of mine\nmethod: grid\nvalues: {former_detainees: [0.2 million person, 0.4 million person]}\n"


@pytest.fixture
def swept(tmp_path: Path) -> Path:
    path = tmp_path / "swept.yaml"
    path.write_text(SWEPT, encoding="utf-8")
    return path


def test_a_sweep_says_what_its_file_holds(swept: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = run("sweep", swept, "--out", out)
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines() == [f"{out} holds 2 rows, in base units.", CAVEAT]
    added = 3.17e6 - 3.17e6 / 1.105
    assert pd.read_csv(out).at_risk_total.tolist() == pytest.approx([1.8e6 + added, 2e6 + added], rel=1e-9)
    again = run("sweep", swept, "--out", out)
    assert again.out.splitlines() == [f"{out} holds 2 rows, 2 of them from before, in base units.", CAVEAT]


def test_a_sweep_goes_into_the_folder_of_runs(swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("sweep", swept)
    assert result.out.startswith(f"{Path('runs') / 'swept.parquet'} holds 2 rows")
    assert len(pd.read_parquet(tmp_path / "runs" / "swept.parquet")) == 2


def test_a_sweep_counts_what_has_no_meaning(tmp_path: Path) -> None:
    path = tmp_path / "swept.yaml"
    text = (
        "name: a\nmethod: grid\nscenario: southern\nquantities: [at_risk_2019]\n"
        "values: {labourers_south_2019: [2 million labourer, 2.6 million labourer]}\n"
    )
    path.write_text(text, encoding="utf-8")
    result = run("sweep", path, "--out", tmp_path / "out.parquet")
    assert (
        "1 rows are left without estimates, as they violate: south_2019 at most total_2019" in result.out.splitlines()
    )


# Bad input ------------------------------------------------------------------------------------------------------------

BAD: dict[str, tuple[tuple[object, ...], list[str]]] = {
    "an unknown quantity": (
        ("sensitivity", "at_risk_totl"),
        ["'at_risk_totl' is no quantity; did you mean 'at_risk_total'?"],
    ),
    "an unknown scenario": (
        ("sensitivity", "at_risk_total", "--scenario", "sothern"),
        ["'sothern' is no scenario and no file; did you mean 'southern'?"],
    ),
    "a file that is not there": (
        ("sensitivity", "at_risk_total", "--scenario", "none/mine.yaml"),
        ["'none/mine.yaml' is no scenario and no file"],
    ),
    "no power of two": (
        ("sensitivity", "at_risk_total", "--draws", "1000"),
        ["1,000 draws are no power of two", "512"],
    ),
    "no draws": (("sensitivity", "at_risk_total", "--draws", "0"), ["0 draws are too few"]),
    "fewer than no draws": (("sensitivity", "at_risk_total", "--draws", "-8"), ["-8 draws are too few"]),
    "a seed below nought": (("sensitivity", "at_risk_total", "--seed", "-1"), ["the seed -1 lies below 0"]),
    "a seed below nought, as JSON": (
        ("sensitivity", "at_risk_total", "--seed", "-1", "--json"),
        ["the seed -1 lies below 0"],
    ),
    "a scheduler that is none": (
        ("sensitivity", "at_risk_total", "--scenario", "illustrative", "--scheduler", "nonsense"),
        ["no Dask scheduler answers at 'nonsense'"],
    ),
    "a scheduler that is none, as JSON": (
        ("sensitivity", "at_risk_total", "--scenario", "illustrative", "--scheduler", "nonsense", "--json"),
        ["no Dask scheduler answers at 'nonsense'"],
    ),
    "what has no value": (
        ("sensitivity", "at_risk_total", "--scenario", "sourced_only"),
        ["it needs former_detainees"],
    ),
    "scenarios of an unknown name": (("scenarios", "article", "sothern"), ["'sothern' is no scenario and no file"]),
    "two choices": (("scenarios", "--json", "--schema"), ["--json and --schema are one choice"]),
    "an unknown statement": (
        ("break-even", "two_milion_in_all"),
        ["'two_milion_in_all' is no statement; did you mean 'two_million_in_all'?"],
    ),
    "a statement on an unknown quantity": (
        ("break-even", "at_risk_totl >= 2 million person"),
        ["'at_risk_totl' is no quantity", "did you mean 'at_risk_total'?"],
    ),
    "a statement in another unit": (
        ("break-even", "at_risk_total >= 2 million transfer"),
        ["'2 million transfer' is in transfer, not in person"],
    ),
    "a statement without a right side": (("break-even", "at_risk_total >="), ["is no "]),
    "a statement under an unknown scenario": (
        ("break-even", "two_million_in_all", "--scenario", "sothern"),
        ["'sothern' is no scenario and no file"],
    ),
    "a sweep that is not there": (("sweep", "none.yaml"), ["none.yaml: the file is missing"]),
    "something unknown to list": (("list", "scenaros"), ["'scenaros' is nothing to list; did you mean 'scenarios'?"]),
    "a data package that is not there": (("scenarios", "--data", "none"), ["the file is missing"]),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_gets_one_sentence_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, words = BAD[what]
    refused(run(*arguments), *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("out", "more", "words"),
    [
        ("out.txt", (), "out.txt ends in none of .parquet, .csv"),
        ("out", (), "out ends in none of .parquet, .csv"),
        ("folder/out.csv", ("--scheduler", "nonsense"), "no Dask scheduler answers at 'nonsense'"),
    ],
    ids=["ending", "no ending", "scheduler"],
)
def test_a_sweep_that_cannot_be_made_writes_nothing(
    swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, more: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(run("sweep", swept, "--out", out, *more), words)
    assert list(content(tmp_path)) == ["swept.yaml"]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_sweep_leaves_a_file_of_another_kind_alone(swept: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    out.write_text("of mine\n", encoding="utf-8")
    refused(run("sweep", swept, "--out", out), f"{out} is there and is no sweep; name another file")
    assert out.read_text(encoding="utf-8") == "of mine\n"


@pytest.mark.parametrize("command", ["sensitivity", "scenarios", "break-even", "sweep"])
def test_what_is_wrong_in_a_file_is_told_in_one_sentence(tmp_path: Path, command: str) -> None:
    path = scenario(tmp_path, "values: {overlapp: 0.1}")
    arguments: dict[str, tuple[object, ...]] = {
        "sensitivity": ("at_risk_total", "--scenario", path),
        "scenarios": (path,),
        "break-even": ("--scenario", path),
        "sweep": (path,),
    }
    before = content(tmp_path)
    refused(run(command, *arguments[command]), str(path))
    assert content(tmp_path) == before


@pytest.mark.parametrize("command", [("sensitivity", "transfers_2019"), ("break-even",), ("scenarios", "article")])
def test_a_package_that_ships_no_article_can_be_asked_for_it(package: Path, command: tuple[str, ...]) -> None:
    def change(data: dict[str, list[dict[str, str]]]) -> None:
        data["resources"] = [entry for entry in data["resources"] if entry["path"] != "scenarios/article.yaml"]

    described(change)(package)
    assert run(*command, "--data", package).status == 0


# Data packages --------------------------------------------------------------------------------------------------------

NEW = {"id": "of_mine", "statement": "Of mine", "quantity": "at_risk_total", "comparison": "at_least"}
CAP = "field analysis.caps: "

SPOILED: dict[str, tuple[Change, list[str]]] = {
    "a statement on an unknown quantity": (
        cells(STATEMENTS, "two_million_in_all", quantity="at_risk_totl"),
        [STATEMENTS, at(STATEMENTS, "two_million_in_all"), "field quantity", "did you mean 'at_risk_total'"],
    ),
    "a statement against an unknown quantity": (
        cells(STATEMENTS, "two_million_in_all", other="at_risk_total_lo"),
        [STATEMENTS, at(STATEMENTS, "two_million_in_all"), "field other", "'at_risk_total_lo' is no quantity"],
    ),
    "a statement with an unknown comparison": (
        cells(STATEMENTS, "two_million_in_all", comparison="about"),
        [STATEMENTS, at(STATEMENTS, "two_million_in_all"), "field comparison", "at_least"],
    ),
    "a statement of unlike units": (
        cells(STATEMENTS, "two_million_in_all", other="transfers_2021"),
        [STATEMENTS, at(STATEMENTS, "two_million_in_all"), "field other", "at_risk_total is in person", "in transfer"],
    ),
    "a statement with an unknown reading": (
        cells(STATEMENTS, "two_million_in_all", quantity="at_risk_2019.southren"),
        [STATEMENTS, at(STATEMENTS, "two_million_in_all"), "field quantity", "did you mean 'southern'"],
    ),
    "a statement against words": (
        cells(STATEMENTS, "two_million_in_all", other="detainees_several"),
        [STATEMENTS, at(STATEMENTS, "two_million_in_all"), "field other", "not one number"],
    ),
    "a statement without a text": (
        cells(STATEMENTS, "two_million_in_all", statement=""),
        [STATEMENTS, at(STATEMENTS, "two_million_in_all"), "field statement"],
    ),
    "a statement twice": (
        added(STATEMENTS, **{**NEW, "id": "two_million_in_all", "other": "at_risk_total_low"}),
        [STATEMENTS, "(two_million_in_all)", "field id"],
    ),
    "a statement against nothing": (added(STATEMENTS, **NEW), [STATEMENTS, "(of_mine)", "field other"]),
    "a cap on an unknown quantity": (
        settings(caps=[{"quantity": "at_risk_2020", "at_most": "total_2019"}]),
        [CAP, "'at_risk_2020' is no quantity; did you mean"],
    ),
    "a cap of unlike units": (
        settings(caps=[{"quantity": "at_risk_2019", "at_most": "transfers_2019"}]),
        [CAP, "at_risk_2019 is in person, and transfers_2019 in transfer"],
    ),
    "a cap by an unknown row": (
        settings(caps=[{"quantity": "at_risk_2019", "at_most": "census_2020_pesons * 2"}]),
        [CAP, "'census_2020_pesons' is no row with a number; did you mean 'census_2020_persons'?"],
    ),
    "a cap that is no expression": (
        settings(caps=[{"quantity": "at_risk_2019", "at_most": "total_2019 **"}]),
        [CAP, "'total_2019 **' is not made of rows, numbers, + - * / and brackets"],
    ),
    "a cap that divides by nought": (
        settings(caps=[{"quantity": "at_risk_2019", "at_most": "census_2020_persons / 0"}]),
        [CAP, "divides by 0"],
    ),
    "a cap that calls something": (
        settings(caps=[{"quantity": "at_risk_2019", "at_most": "open('a')"}]),
        [CAP, "is not made of rows, numbers"],
    ),
    "caps that are no list": (
        settings(caps={"quantity": "at_risk_2019", "at_most": "total_2019"}),
        [CAP, "not a list of objects with quantity, at_most and perhaps label"],
    ),
    "a cap without a most": (settings(caps=[{"quantity": "at_risk_2019"}]), [CAP, "not a list of objects"]),
    "a cap that is a number": (settings(caps=[{"quantity": "at_risk_2019", "at_most": 1}]), [CAP, "not a list of"]),
    "a cap with more": (
        settings(caps=[{"quantity": "at_risk_2019", "at_most": "total_2019", "least": "0"}]),
        [CAP, "not a list of objects"],
    ),
    "an unknown estimate": (settings(estimates=["at_risk_totl"]), ["field analysis.estimates", "'at_risk_total'"]),
    "estimates that are no list": (
        settings(estimates="at_risk_total"),
        ["field analysis.estimates: not a list of names"],
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_package_is_refused_in_one_sentence(package: Path, what: str) -> None:
    change, words = SPOILED[what]
    change(package)
    with pytest.raises(InputError) as caught:
        Model(Register.read(package))
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    assert sentence.startswith(str(package))
    for word in words:
        assert word in sentence


@pytest.mark.parametrize("what", ["a statement of unlike units", "a cap of unlike units"])
@pytest.mark.parametrize("command", [("scenarios",), ("sensitivity", "at_risk_total"), ("break-even",), ("list",)])
def test_a_spoiled_package_is_refused_by_every_command(package: Path, command: tuple[str, ...], what: str) -> None:
    change, words = SPOILED[what]
    change(package)
    refused(run(*command, "--data", package), *words)


def test_a_package_may_have_no_statements_and_no_caps(package: Path) -> None:
    def change(data: dict[str, list[dict[str, str]]]) -> None:
        data["resources"] = [entry for entry in data["resources"] if entry["name"] != "statements"]

    described(change)(package)
    settings(caps=[])(package)
    (package / STATEMENTS).unlink()
    assert run("list", "statements", "--data", package).out == ""
    assert strict(run("break-even", "--json", "--data", package).out) == []
    assert run("scenarios", "--data", package).status == 0
