"""External figures beside the article's: units by hand, refusals in one sentence, and no way into an estimate."""

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from analysis.cli import app
from analysis.core.model import ARTICLE, Model, ModelError
from analysis.core.published import Published
from analysis.core.register import External, InputError, Register, RegisterError
from analysis.core.verdicts import judge_all
from analysis.output import external as comparing
from analysis.output import terminal
from analysis.output.external import (
    COLUMNS,
    SEEN,
    SIDE_BY_SIDE,
    Compared,
    compare,
    compare_table,
    comparison,
    external_frame,
    frame_in_words,
    ratios_of,
)
from analysis.output.results import CAVEAT, Worksheet, checks_frame, estimates, write_tables
from tests.small import assumption, claim, small_model
from tests.spoiling import Change, added, cells, described, read_rows, removed, resource, text, without

ROOT = Path(__file__).resolve().parents[2]
EXTERNAL = "external.csv"
Found = dict[tuple[str, str], Compared]


def found(model: Model, **ratios: float) -> Found:
    return {(c.external.id, c.beside): c for c in compare(model, ratios=ratios)}


@pytest.fixture(scope="module")
def article(model: Model) -> Found:
    return found(model)


def refusal(package: Path) -> str:
    with pytest.raises(RegisterError) as refused:
        Model(Register.read(package))
    message = str(refused.value)
    assert "\n" not in message
    return message


def figure(id: str, printed: str, *checks: str, unit: str = "person", **more: object) -> External:
    """An invented external figure of 2020."""
    how = {k: more.pop(k) for k in ("qualifier", "target", "scale", "rounding_unit") if k in more}
    values = {
        "statement": f"Statement of {id}", "unit_as_printed": "things", "period": "2020", "year_from": 2020,
        "year_to": 2020, "scope": "Xinjiang", "publisher": "Somebody", "title": "", "date": "2021",
        "address": "example.org", "seen": "P", "note": "", "row": 2,
    }  # fmt: skip
    published = Published(printed, unit=unit, **how)  # type: ignore[arg-type]
    return External(id=id, published=published, checks=checks, **{**values, **more})  # type: ignore[arg-type]


def invented(*figures: External, ratio: str = "person/transfer") -> Model:
    """Two hundred persons, transfers, labourers and households each, a share of a half, nought, and a ratio."""
    units = ("person", "transfer", "labourer", "household")
    rows = [claim(f"printed_{unit}s", "200", unit=unit, rounding_unit="1") for unit in units]
    rows += [claim("printed_share", "50", unit="percent", rounding_unit="1")]
    rows += [claim("printed_nought", "0", unit="person", rounding_unit="1")]
    made = small_model(claims=rows, assumptions=[assumption("made_ratio", 1.0, unit=ratio, maximum=10)])
    object.__setattr__(made.register, "external", {row.id: row for row in figures})
    return made


# The units, by hand ---------------------------------------------------------------------------------------------------


def test_transfers_beside_transfers(article: Found) -> None:
    row = article["plan_13fyp_total", "planned_total_2016_2020"]
    # 2.2 million a year over five years are 11 million: the digits of the plan, and at least them.
    assert (row.value, row.ratio, row.difference) == pytest.approx((11e6, 1.0, 0.0))
    assert (row.rounding, row.words, row.read_as, row.at_ratio) == ("within", "within", "", ())
    row = article["transfers_2017", "transfers_2016_2020"]
    # 2.75 / 2.87 = 0.95819; 2.75 - 2.87 = -0.12 million.
    assert row.ratio == pytest.approx(0.95819, abs=5e-6)
    assert row.difference == pytest.approx(-120_000)
    assert row.rounding == "outside"


def test_a_sum_over_five_years_is_divided_by_five_where_the_row_says_so(article: Found) -> None:
    row = article["plan_14fyp_total", "per_year:planned_transfers_2021"]
    # 13.75 / 5 = 2.75 million; 3.17 / 1.154 = 2.746967 million; their difference 3,033.
    assert row.years == 5
    assert row.value == pytest.approx(2_750_000)
    assert row.ratio == pytest.approx(2.75 / (3.17 / 1.154))
    assert row.difference == pytest.approx(3_033, abs=0.5)
    # A plan stands for its digits, and 2.75 lies from 3.165/1.1545 = 2.741 to 3.175/1.1535 = 2.752.
    assert row.rounding == "overlap"
    whole = article["plan_14fyp_total", "planned_total_2021_2025"]
    assert (whole.years, whole.ratio) == (1, pytest.approx(row.ratio))


def test_labourers_are_set_beside_transfers_and_persons_only_as_a_reading(model: Model, article: Found) -> None:
    row = article["transfers_2019_xinhua", "transfers_2019"]
    # 3.17 / 1.105 = 2.868778 million lies within 2.865 to 2.875; over 2.87 is met only by the bounds, up to 2.8746.
    assert (row.read_as, row.rounding, row.words) == ("read as transfers", "within", "overlap")
    assert row.ratio == pytest.approx(2.87 / (3.17 / 1.105))
    assert comparison(model, row).startswith("read as transfers; within its rounding; bounds fit 'over'")
    row = article["publisher_on_at_risk_2019", "at_risk_2019"]
    assert (row.read_as, row.ratio) == ("read as persons", 1.0)
    row = article["placement_2019_2020_report", "labourers_2019"]
    # Both are labourers, so nothing is read as anything: 2.6 / 2.59; 2.59 lies within 2.55 to 2.65.
    assert (row.read_as, row.rounding) == ("", "within")
    assert row.ratio == pytest.approx(1.003861)


def test_a_share_is_compared_in_points(model: Model, article: Found) -> None:
    row = article["transfers_2017_2020_south", "southern_share_2019"]
    # 1.65 / 2.59 = 63.7066 percent; 61.44 less that is -2.2666 points.
    assert row.difference == pytest.approx(0.6144 - 1.65 / 2.59)
    assert comparison(model, row) == "outside its rounding; differs by -2.3 points"


def test_person_times_are_compared_with_persons_only_at_a_ratio_that_is_given(model: Model, article: Found) -> None:
    row = article["transfers_2017", "total_2019"]
    assert (row.value, row.ratio, row.difference, row.rounding, row.words) == (None, None, None, "", "")
    assert row.reason == "not compared: transfer against person; needs persons_per_transfer"
    at = found(model, persons_per_transfer=0.9)["transfers_2017", "total_2019"]
    # 2.75 million x 0.9 = 2.475 million persons; over 2.59 million 0.955598.
    assert at.value == pytest.approx(2_475_000)
    assert at.ratio == pytest.approx(0.955598, abs=5e-7)
    assert at.at_ratio == (("persons_per_transfer", 0.9),)
    assert "at persons_per_transfer = 0.9" in comparison(model, at)
    # The other way about, persons over the ratio: 20,859 / 0.9 = 23,176.7 transfers.
    other = found(model, persons_per_transfer=0.9)["cross_provincial_2017", "cross_provincial_volume_low"]
    assert other.value == pytest.approx(20_859 / 0.9)
    # Also where the ratio given is the article's own.
    assert found(model, persons_per_transfer=1)["transfers_2017", "total_2019"].value == 2_750_000


@pytest.mark.parametrize("readings", [{}, {"persons_per_transfer": "implied"}, {"total_2019": "transfers"}])
def test_no_reading_stands_in_for_the_ratio(model: Model, readings: dict[str, str]) -> None:
    unlike = {("person", "transfer"), ("transfer", "person")}
    seen = 0
    for row in compare(model, model.setting(readings)):
        if row.ours is not None and (row.external.unit, row.ours.unit) in unlike:
            seen += 1
            assert (row.value, row.ratio, row.difference) == (None, None, None)
    assert seen >= 3


def test_the_ratio_of_a_study_is_one_that_was_given(model: Model) -> None:
    setting = model.setting(values={"persons_per_transfer": 0.8})
    (row,) = [row for row in compare(model, setting) if row.beside == "total_2019"]
    assert row.value == pytest.approx(2_200_000)


def test_households_are_compared_with_persons_only_at_persons_per_household(model: Model, article: Found) -> None:
    row = article["monitored_2021", "flagged_as_printed"]
    assert row.reason == "not compared: person against household; needs persons_per_household"
    at = found(model, persons_per_household=3.5)["monitored_2021", "flagged_as_printed"]
    assert at.value == pytest.approx(769_000 / 3.5)
    households = article["registered_poor_2014_households", "flagged_as_printed"]
    assert (households.ratio, households.difference) == (pytest.approx(779 / 774), 5_000)


def test_a_unit_that_no_ratio_turns_says_what_is_missing() -> None:
    model = invented(figure("sessions", "300", "persons", unit="session", rounding_unit="1"))
    (row,) = compare(model)
    assert row.reason == "not compared: session against person; needs a ratio in person/session"


def test_a_ratio_of_nought_is_none() -> None:
    (row,) = compare(invented(figure("some", "7", "nought")))
    assert (row.ratio, row.difference, row.reason) == (None, 7.0, "ours is 0, so there is no ratio")


def test_what_a_setting_leaves_without_a_value_is_said(model: Model) -> None:
    readings = {"persons_per_transfer": "implied", "transfers_2019": "from_labourers"}
    assert any(row.value is not None for row in compare(model, model.setting(readings)))
    setting = model.setting({"total_2019": "transfers"})
    circle = model.under(setting, {"persons_per_transfer": "implied"})
    (row,) = [row for row in compare(model, circle) if row.beside == "total_2019"]
    assert row.ours is None
    assert row.reason.startswith("not compared: these readings make a circle")
    assert frame_in_words([row], model)["ours"][0] == "total_2019: not computable"


numbers = st.integers(1, 10**9)


@given(numbers, st.sampled_from(["person", "transfer", "labourer"]), st.sampled_from(["persons", "transfers"]))
def test_the_ratio_times_ours_is_the_external_figure(printed: int, unit: str, check: str) -> None:
    model = invented(figure("some", str(printed), check, unit=unit, rounding_unit="1"))
    for ratios in ({}, {"made_ratio": 0.7}):
        (row,) = compare(model, ratios=ratios)
        if row.ratio is None:
            assert not ratios
            assert {unit, f"{unit}s", check} == {unit, f"{unit}s", "persons" if unit == "transfer" else "transfers"}
            continue
        assert row.ours is not None
        # 200 of ours, whatever their unit.
        assert row.ratio * 200 == pytest.approx(row.value)
        assert row.difference == pytest.approx((row.ratio - 1) * 200, abs=1e-6 * printed)
        factor = 1.0
        for _, ratio in row.at_ratio:
            factor = ratio if check == "persons" else 1 / ratio
        assert row.ratio * 200 / factor == pytest.approx(printed)


@given(st.integers(150, 250))
def test_ours_lies_within_the_rounding_or_outside_it(printed: int) -> None:
    (row,) = compare(invented(figure("some", str(printed), "persons", rounding_unit="1")))
    # Ours is 200, from 199.5 to 200.5; a printed n stands for n - 0.5 to n + 0.5.
    expected = "within" if printed == 200 else "overlap" if abs(printed - 200) == 1 else "outside"
    assert (row.rounding, row.words) == (expected, expected)


def test_words_around_the_digits_are_judged_apart_from_their_rounding() -> None:
    model = invented(
        figure("more", "100", "persons", qualifier="over", rounding_unit="1"),
        figure("less", "300", "persons", qualifier="up_to", rounding_unit="1"),
        figure("too_much", "300", "persons", qualifier="at_least", rounding_unit="1"),
    )
    more, less, too_much = compare(model)
    assert [(row.rounding, row.words) for row in (more, less, too_much)] == [
        ("outside", "within"), ("outside", "within"), ("outside", "outside"),
    ]  # fmt: skip
    assert "fits 'over'" in comparison(model, more)
    assert "fits 'up to'" in comparison(model, less)
    assert "does not fit 'at least'" in comparison(model, too_much)


def test_what_the_print_stands_for_is_asked_in_its_own_unit() -> None:
    model = invented(figure("some", "250", "persons", unit="transfer", rounding_unit="1"))
    (row,) = compare(model, ratios={"made_ratio": 0.8})
    # 200 persons at 0.8 persons per transfer are 250 transfers; the other way about they would be 160.
    assert (row.value, row.rounding) == (pytest.approx(200), "within")


def test_a_plan_stands_for_its_digits_alone() -> None:
    model = invented(figure("plan", "201", "persons", target=True, rounding_unit="1"))
    (row,) = compare(model)
    assert row.rounding == "outside"  # ours reaches 200.5
    assert comparison(model, row) == "outside its digits; differs by +1"


def test_only_a_ratio_between_units_can_be_given(model: Model) -> None:
    assert ratios_of(model) == {"persons_per_transfer": "person/transfer", "persons_per_household": "person/household"}
    with pytest.raises(ModelError, match=r"'overlap' is no ratio between units; known: persons_per_transfer"):
        compare(model, ratios={"overlap": 0.5})
    with pytest.raises(ModelError, match=r"persons_per_transfer = 2 lies outside 0\.05 to 1"):
        compare(model, ratios={"persons_per_transfer": 2.0})
    with pytest.raises(ModelError, match="known: none"):
        compare(small_model(claims=[claim("printed_one", "1")]), ratios={"made_ratio": 1.0})


# What is never done ---------------------------------------------------------------------------------------------------


def computed(folder: Path) -> tuple[object, ...]:
    model = Model(Register.read(folder))
    return estimates(model, ARTICLE), checks_frame(judge_all(model)).values.tolist()


def without_external(package: Path) -> None:
    """Take the external figures out, with the findings and the caps, which name some."""
    for name in ("external", "findings"):
        described(lambda p, name=name: p["resources"].remove(resource(p, name)))(package)
    described(lambda p: p["analysis"].pop("caps"))(package)


def test_no_external_figure_is_an_input_to_an_estimate(package: Path) -> None:
    before = computed(package)
    without(EXTERNAL, "transfers_2007")(package)
    cells(EXTERNAL, "transfers_2017", printed="9.99")(package)
    row = {
        "id": "one_more", "statement": "Invented", "printed": "9", "unit": "transfer", "unit_as_printed": "things",
        "qualifier": "exact", "target": "false", "period": "2019", "year_from": "2019", "year_to": "2019",
        "scope": "Xinjiang", "publisher": "Nobody", "date": "2020", "address": "example.org", "seen": "S",
        "beside": "transfers_2019",
    }  # fmt: skip
    added(EXTERNAL, **row)(package)
    assert computed(package) == before
    without_external(package)
    removed(EXTERNAL)(package)
    assert computed(package) == before
    assert compare(Model(Register.read(package))) == []


def test_a_package_without_external_figures_writes_no_such_table(package: Path, tmp_path: Path) -> None:
    without_external(package)
    made = Model(Register.read(package))
    write_tables(tmp_path, made, [], {}, external_frame(compare(made)))
    assert not (tmp_path / EXTERNAL).exists()
    assert run("--data", str(package)) == (0, "This data package has no external figures.\n", "")


def test_figures_are_listed_side_by_side_and_never_averaged(model: Model, article: Found) -> None:
    rows = [row for row in article.values() if row.quantity == "labourers_2019"]
    assert len({row.external.id for row in rows}) == len(rows) >= 3
    frame = external_frame(list(article.values()))
    for _, row in frame.iterrows():
        if row["compared"]:
            years = float(row["divided_by_years"] or 1)
            assert float(row["compared"]) == pytest.approx(float(row["published"]) / years)


def test_no_word_of_a_verdict_stands_beside_an_external_figure(model: Model) -> None:
    shown = frame_in_words(compare(model, ratios={"persons_per_transfer": 0.9, "persons_per_household": 4}), model)
    text_shown = " ".join(map(str, shown.to_numpy().ravel()))
    notes = " ".join(figure.note for figure in model.register.external.values())
    for text_ in (text_shown, notes, Path(comparing.__file__).read_text("utf-8")):
        assert not re.search(
            r"(?i)\b(error in|wrong|false|true|confirm\w*|refut\w*|verified|reproduced|consistent|inconsistent)\b",
            text_.replace("target=true", "")
            .replace("False", "")
            .replace("True", "")
            .replace("whether they are true", ""),
        )


# The rows -------------------------------------------------------------------------------------------------------------


def test_every_figure_has_a_publisher_a_date_an_address_and_a_grade(model: Model) -> None:
    register = model.register
    assert len(register.external) >= 30
    for row in register.external.values():
        assert row.seen in SEEN
        assert row.publisher
        assert row.date
        assert re.fullmatch(r"[a-z0-9.-]+\.[a-z]+(/[\w./?=-]*)?", row.address), row.id
        assert row.year_from <= row.year_to
        assert row.beside or row.note or row.id.startswith(("transfers_200", "census")), row.id
        assert row.unit_as_printed
    assert {row.seen for row in register.external.values()} == set(SEEN)


def test_the_noun_decides_the_unit(model: Model) -> None:
    for row in model.register.external.values():
        if "人次" in row.unit_as_printed:
            assert row.unit in ("transfer", "session"), row.id
        if re.match(r"jobs|placements|citizens placed|(rural )?labour transfers", row.unit_as_printed):
            assert row.unit == "labourer", row.id


def test_means_and_sums_are_told_apart(model: Model) -> None:
    external = model.register.external
    assert (external["plan_13fyp_a_year"].years, external["plan_13fyp_a_year"].is_mean) == (1, True)
    assert (external["plan_13fyp_total"].years, external["plan_13fyp_total"].is_mean) == (5, False)
    assert external["transfers_2017"].years == 1


CASES: dict[str, tuple[Change, list[str]]] = {
    "an unknown quantity": (
        cells(EXTERNAL, "transfers_2022", checks="transfers_2020"),
        ["(transfers_2022)", "field checks", "'transfers_2020' is no quantity and no row", "did you mean 'transf"],
    ),
    "an unknown reading": (
        cells(EXTERNAL, "transfers_2022", checks="transfers_2019.from_rat"),
        ["field checks", "'from_rat' is no reading of transfers_2019", "did you mean 'from_rate'"],
    ),
    "an unknown row": (
        cells(EXTERNAL, "transfers_2022", checks="figure_2019_al"),
        ["field checks", "did you mean 'figure_2019_all'"],
    ),
    "a constant": (
        cells(EXTERNAL, "transfers_2022", checks="persons_per_labourer"),
        ["field checks", "'persons_per_labourer' is no quantity"],
    ),
    "a claim in words": (
        cells(EXTERNAL, "transfers_2022", checks="detainees_several"),
        ["field checks", "'detainees_several' is vague, so it is not one number"],
    ),
    "a claim that is a range": (
        cells(EXTERNAL, "transfers_2022", checks="at_risk_total_range"),
        ["field checks", "is range, so it is not one number"],
    ),
    "a check given twice": (
        cells(EXTERNAL, "transfers_2022", checks="transfers_2021; transfers_2021"),
        ["field checks", "'transfers_2021' is given twice"],
    ),
    "one year divided by its years": (
        cells(EXTERNAL, "transfers_2022", checks="per_year:transfers_2021"),
        ["field checks", "divides a sum over several years"],
    ),
    "a mean divided by its years": (
        cells(EXTERNAL, "plan_13fyp_a_year", checks="per_year:transfers_2021"),
        ["field checks", "divides a sum over several years"],
    ),
    "an unknown unit": (
        cells(EXTERNAL, "transfers_2022", unit="transfr"),
        ["field unit", "'transfr' is not a known unit", "did you mean 'transfer'"],
    ),
    "a scale as a unit": (
        cells(EXTERNAL, "transfers_2022", unit="million transfer"),
        ["field unit", "not a base unit"],
    ),
    "an unknown grade": (
        cells(EXTERNAL, "transfers_2022", seen="X"),
        ["(transfers_2022)", "field seen", "'X' is not one of P, M, S"],
    ),
    "no grade": (cells(EXTERNAL, "transfers_2022", seen=""), ["field seen", "the cell is empty and must not be"]),
    "no publisher": (cells(EXTERNAL, "transfers_2022", publisher=""), ["field publisher", "must not be"]),
    "years the wrong way about": (
        cells(EXTERNAL, "plan_13fyp_total", year_from="2021"),
        ["(plan_13fyp_total)", "field year_from", "2021 lies after 2020"],
    ),
    "a year in words": (
        cells(EXTERNAL, "plan_13fyp_total", year_to="last"),
        ["field year_to", "'last' is not a whole number"],
    ),
    "an address with its scheme": (
        cells(EXTERNAL, "transfers_2022", address="ftp://example.org/a"),
        ["field address", "without a scheme"],
    ),
    "an address with words": (
        cells(EXTERNAL, "transfers_2022", address="example.org (a copy)"),
        ["field address", "no address"],
    ),
    "a range": (
        cells(EXTERNAL, "transfers_2022", qualifier="range", printed_high="3.1"),
        ["field qualifier", "'range' is not one of exact"],
    ),
    "a range that the description lets through": (
        lambda folder: (
            described(
                lambda p: next(
                    f for f in resource(p, "external")["schema"]["fields"] if f["name"] == "qualifier"
                )["constraints"].pop("enum")
            )(folder),
            cells(EXTERNAL, "transfers_2022", qualifier="range", printed_high="3.1")(folder),
        )[0],
        ["field qualifier", "one number; the ends of a range are two rows"],
    ),
    "digits that do not say their place": (
        cells(EXTERNAL, "monitored_2021", rounding_unit=""),
        ["(monitored_2021)", "field rounding_unit", "do not say to which place"],
    ),
    "an id given twice": (
        cells(EXTERNAL, "transfers_2022", id="transfers_2017"),
        ["field id", "'transfers_2017' is given twice"],
    ),
    "a column too few": (
        text(EXTERNAL, "checks,note", "beside"),
        ["row 1", "the columns are not those that datapackage.json describes"],
    ),
    "a file that is missing": (removed(EXTERNAL), ["external.csv: the file is missing"]),
    "a file of another name": (
        described(lambda p: resource(p, "external").update(path="other.csv")),
        ["field resources", "the path of external must be external.csv"],
    ),
    "no schema": (described(lambda p: resource(p, "external").pop("schema")), ["the schema of external"]),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), CASES.values(), ids=CASES.keys())
def test_a_bad_row_is_refused_with_its_file_row_and_field(package: Path, change: Change, words: list[str]) -> None:
    change(package)
    message = refusal(package)
    assert message.startswith(("external.csv", "datapackage.json", str(package)))
    for word in words:
        assert word in message


def test_a_row_is_named_by_its_place_in_the_file(package: Path) -> None:
    rows = read_rows(package / EXTERNAL)
    number = next(i for i, row in enumerate(rows, start=1) if row[0] == "transfers_2022")
    cells(EXTERNAL, "transfers_2022", checks="nothing_like_it_at_all")(package)
    assert f"row {number} (transfers_2022), field checks" in refusal(package)


# What is shown and written --------------------------------------------------------------------------------------------


def test_the_table_for_a_notebook(model: Model) -> None:
    study = Worksheet(["added_whole"], model=model, persons_per_transfer=0.9)
    table = compare_table(study, "transfers_2017", "placement_2019_2020_report")
    assert len(table.frame.columns) == 7
    assert len(table.frame) == 4
    assert list(table.frame["ratio"]) == ["1.004", "0.958", "1.062", "0.956"]
    assert table.frame["seen"][1] == "primary text: Xinjiang Daily, 2018-01-09"
    assert table.frame["printed"][0] == "2.6 million citizens placed in jobs [labourer, unit not stated]"
    assert table.frame["ours"][3] == "2.59 million persons: total_2019, implied: labourers read as persons"
    assert "at persons_per_transfer = 0.9" in table.frame["comparison"][3]
    assert table.frame["external figure"][2] == "the same (transfers_2017)"
    for shown in (repr(table), table._repr_html_()):
        assert SIDE_BY_SIDE in shown
        assert CAVEAT in shown
    assert len(compare_table(study).frame) == len(compare(model))
    with pytest.raises(ModelError, match=r"'transfers_2018' is no external figure; did you mean 'transfers_20"):
        compare_table(study, "transfers_2018")


def run(*arguments: str) -> tuple[int, str, str]:
    """Status, output and errors of the command; the environment is as it was afterwards."""
    result = CliRunner().invoke(app, ["compare", *arguments], env={"ANALYSIS_DATA": ""})
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_a_table_that_ends_in_its_caveats() -> None:
    status, out, err = run()
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 150
    assert "not compared:" in out
    assert " ".join(out.split()).endswith(f"{SIDE_BY_SIDE} {CAVEAT}")


def test_a_narrow_terminal_gets_a_list(
    model: Model, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "console", lambda: terminal.Console(width=100))
    terminal.print_frame(frame_in_words(compare(model), model), {}, SIDE_BY_SIDE)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Transfers planned over five years (plan_13fyp_total)"
    assert lines[1].startswith(
        "    printed at least 11 million person-times (人次) [transfer]; period and scope 2016-2020"
    )
    assert lines[-1] == SIDE_BY_SIDE


def test_the_ratio_on_the_command_line(model: Model) -> None:
    for value in ("0.9", "1"):
        status, out, _ = run("--csv", "--set", f"persons_per_transfer={value}")
        assert status == 0
        rows = {(row["id"], row["beside"]): row for row in csv.DictReader(io.StringIO(out))}
        row = rows["transfers_2017", "total_2019"]
        assert row["at_ratio"] == f"persons_per_transfer={value}"
        assert float(row["compared"]) == pytest.approx(2_750_000 * float(value))
    status, out, _ = run("--set", "persons_per_transfer=0.9")
    assert "differs from the article in: persons_per_transfer = 0.9" in out


def test_a_reading_on_the_command_line() -> None:
    _, out, _ = run("--json", "--reading", "transfers_2019=from_difference")
    (row,) = [
        row for row in json.loads(out) if (row["id"], row["beside"]) == ("transfers_2019_xinhua", "transfers_2019")
    ]
    # 3.17 - 0.3 = 2.87 million.
    assert (row["ours"], row["ratio"], row["reading"], row["reason"]) == (2_870_000, 1.0, "from_difference", "")
    assert row["year_from"] == 2019


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "persons_per_transfer=2"], "lies outside 0.05 to 1"),
        (["--set", "persons_per_transfr=1"], "did you mean 'persons_per_transfer'"),
        (["--set", "overlap=0.5"], "overlap is unused"),
        (["--reading", "transfers_2019=nothing"], "'nothing' is no reading of transfers_2019"),
        (["--reading", "at_risk_total=at_risk_total_range"], "at_risk_total"),
        (["--json", "--csv"], "one choice"),
        (["--data", "no/such/folder"], "missing"),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(arguments: list[str], words: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_the_file_holds_base_units_and_ten_digits(model: Model, tmp_path: Path) -> None:
    write_tables(tmp_path, model, [], {}, external_frame(compare(model)))
    frame = pd.read_csv(tmp_path / EXTERNAL, dtype=str, keep_default_na=False)
    assert tuple(frame.columns) == COLUMNS
    assert set(frame["id"]) == set(model.register.external)
    row = frame[(frame["id"] == "transfers_2019_xinhua") & (frame["quantity"] == "transfers_2019")].iloc[0]
    assert list(row[["published", "published_low", "published_high", "unit", "seen"]]) == [
        "2870000", "2865000", "2875000", "labourer", "M",
    ]  # fmt: skip
    # 3.17 million / 1.105, and 2.87 million over that, to ten digits.
    assert list(row[["ours", "ours_unit", "ratio", "read_as"]]) == [
        "2868778.281", "transfer", "1.000425868", "read as transfers",
    ]  # fmt: skip
    assert b"\r" not in (tmp_path / EXTERNAL).read_bytes()


def test_every_error_is_bad_input() -> None:
    assert issubclass(ModelError, InputError)
