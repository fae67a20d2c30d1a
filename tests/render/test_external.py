"""External figures beside the article's numbers: units by hand, refusals in one
sentence, and no figure that enters an estimate of the article's setting.
"""

import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.core.register import Register
from analysis.model.model import ARTICLE, Model
from analysis.model.verdicts import judge_all
from analysis.publish.tables import write_tables
from analysis.render.external import (
    COLUMNS,
    SEEN,
    compare,
    comparison,
    frame,
)
from analysis.render.frames import tables
from analysis.render.records import estimates
from tests.spoiling import cells, without

EXTERNAL = "external.csv"
Found = dict[tuple[str, str], SimpleNamespace]


def found(model: Model, **ratios: float) -> Found:
    rows = (SimpleNamespace(**row) for row in compare(model, model.setting(ratios)))
    return {(row.id, row.beside): row for row in rows}


@pytest.fixture(scope="module")
def article(model: Model) -> Found:
    return found(model)


def test_transfers_beside_transfers(article: Found) -> None:
    row = article["plan_13fyp_total", "planned_total_2016_2020"]
    # 2.2 million a year over five years are 11 million: the digits of the plan,
    # and at least them.
    assert (row.compared, row.ratio, row.difference) == pytest.approx((11e6, 1.0, 0.0))
    assert (row.rounding, row.words, row.read_as, row.at_ratio) == (
        "within",
        "within",
        "",
        "",
    )
    row = article["report_2021", "transfers_2021"]
    # 3.174 / 3.17 = 1.001262; 3.174 - 3.17 = 0.004 million.
    assert row.ratio == pytest.approx(1.001262, abs=5e-7)
    assert row.difference == pytest.approx(4_000)


@pytest.mark.parametrize(
    ("figure", "beside", "reason"),
    [
        (
            "transfers_2017",
            "transfers_2016_2020",
            "the figure's period is “2017”, and our number's is “2016-2020, a year”",
        ),
        (
            "transfers_2022",
            "transfers_2021",
            "the figure's period is “2022”, and our number's is “2021”",
        ),
        (
            "plan_14fyp_total",
            "per_year:planned_transfers_2021",
            "the figure's period is “2021-2025”, and our number's is “2021”",
        ),
        (
            "transfers_2017_2020_south",
            "southern_share_2019",
            "the figure's period is “2017-2020, as quoted”, and our number's is “2019”",
        ),
        (
            "cross_provincial_2017_2019_aspi",
            "cross_provincial_2017_2019",
            "the figure's place is “Uyghurs, Xinjiang to other provinces”, and our "
            "number's is “Xinjiang to other provinces”",
        ),
        (
            "persons_per_household_2010",
            "persons_per_household",
            "our number is an assum",
        ),
    ],
)
def test_another_period_or_scope_is_context_and_never_scored(
    model: Model, article: Found, figure: str, beside: str, reason: str
) -> None:
    row = article[figure, beside]
    scores = (row.compared, row.ratio, row.difference, row.rounding, row.words)
    assert scores == (None, None, None, "", "")
    assert row.published
    assert row.ours
    assert comparison(model, vars(row)).startswith(f"context only: {reason}")


def test_no_row_differs_where_the_check_of_the_same_two_numbers_matches(
    model: Model, article: Found
) -> None:
    for outcome in judge_all(model):
        if outcome.check.kind == "external" and outcome.verdict.startswith("matches"):
            for (figure, _), row in article.items():
                ours = outcome.published or outcome.recomputed
                same = (outcome.check.against, outcome.check.quantity, ours)
                if (figure, row.quantity, row.ours) == same:
                    assert "than ours" not in comparison(model, vars(row)), figure


def test_a_sum_over_five_years_is_divided_by_five_where_the_row_says_so(
    model: Model, article: Found
) -> None:
    row = article["report_2016_2020", "per_year:transfers_2016_2020"]
    # 14.33 / 5 = 2.866 million; over 2.87 it is 0.998606, and 4,000 less.
    assert row.divided_by_years == 5
    assert row.compared == pytest.approx(2_866_000)
    assert row.ratio == pytest.approx(2.866 / 2.87)
    assert row.difference == pytest.approx(-4_000)
    # 14.325 to 14.335 million are 2.865 to 2.867 a year, and 2.87 stands for 2.865 up.
    assert row.rounding == "overlap"
    said = "divided by 5 years; agrees within rounding"
    assert comparison(model, vars(row)) == said


def test_labourers_are_set_beside_transfers_and_persons_only_as_a_reading(
    model: Model, article: Found
) -> None:
    row = article["transfers_2019_xinhua", "transfers_2019"]
    # 3.17 / 1.105 = 2.868778 million lies within 2.865 to 2.875;
    # over 2.87 is met only by the bounds, up to 2.8746.
    assert (row.read_as, row.rounding, row.words) == (
        "read as transfers",
        "within",
        "overlap",
    )
    assert row.ratio == pytest.approx(2.87 / (3.17 / 1.105))
    said = "read as transfers; agrees within rounding"
    assert comparison(model, vars(row)) == said
    # 2.87 - 2.59 = 0.28 million, and 2.59 is not over 2.87.
    row = article["transfers_2019_xinhua", "labourers_2019"]
    said = "280,000 higher than ours; “over 2.87 million” excludes our number"
    assert comparison(model, vars(row)) == said


def test_a_growth_is_compared_in_points(model: Model) -> None:
    row = found(model, trade_growth_2021=0.08)[
        "trade_2021_report_growth", "trade_growth_2021"
    ]
    # 5.8 percent less 8 are -2.2 points.
    assert row.difference == pytest.approx(0.058 - 0.08)
    assert comparison(model, vars(row)) == "2.2 points lower than ours"


def test_person_times_are_compared_with_persons_only_at_a_ratio_that_is_given(
    model: Model, article: Found
) -> None:
    row = article["report_2019", "total_2019"]
    assert (row.compared, row.ratio, row.difference, row.rounding, row.words) == (
        None,
        None,
        None,
        "",
        "",
    )
    assert (
        row.reason
        == "not compared: the units differ (transfer and person); a comparison needs "
        "persons_per_transfer"
    )
    at = found(model, persons_per_transfer=0.9)["report_2019", "total_2019"]
    # 2.86 million x 0.9 = 2.574 million persons; over 2.59 million 0.993822.
    assert at.compared == pytest.approx(2_574_000)
    assert at.ratio == pytest.approx(0.993822, abs=5e-7)
    assert at.at_ratio == "persons_per_transfer=0.9"
    assert "at persons_per_transfer = 0.9" in comparison(model, vars(at))
    # So are households with persons.
    row = article["monitored_2021", "flagged_as_printed"]
    assert (
        row.reason
        == "not compared: the units differ (person and household); a comparison needs "
        "persons_per_household"
    )
    at = found(model, persons_per_household=3.5)["monitored_2021", "flagged_as_printed"]
    assert at.compared == pytest.approx(769_000 / 3.5)


def test_no_external_figure_is_an_input_to_an_estimate(package: Path) -> None:
    def computed() -> tuple[object, ...]:
        model = Model(Register.read(package))
        own = [one for one in judge_all(model) if one.check.kind != "external"]
        made = tables(model, own)
        figures = model.register.external
        found = {
            key: estimate
            for key, estimate in estimates(model, ARTICLE).items()
            if key.partition(".")[2] not in figures
        }
        return found, made["checks"].texts(), made["derived"].texts()

    before = computed()
    without(EXTERNAL, "transfers_2007")(package)
    for digit, name in enumerate(
        ("transfers_2017", "transfers_2019_xinhua", "report_2019", "report_2021"),
        start=1,
    ):
        cells(EXTERNAL, name, printed=f"9.9{digit}")(package)
    assert computed() == before


def test_figures_are_listed_side_by_side_and_never_averaged(
    model: Model, article: Found
) -> None:
    rows = [row for row in article.values() if row.quantity == "labourers_2019"]
    assert len({row.id for row in rows}) == len(rows) >= 3
    shown = frame(model).texts()
    for row in [row for row in shown if row["compared"]]:
        assert float(row["compared"]) == pytest.approx(
            float(row["published"]) / float(row["divided_by_years"] or 1)
        )


def test_every_figure_has_a_publisher_a_date_an_address_and_a_grade(
    model: Model,
) -> None:
    for row in model.register.external.values():
        assert row.seen in SEEN
        assert row.publisher
        assert row.date
        # Only reports of a government were seen without an address.
        assert row.address or "collection of reports" in row.publisher, row.id
        assert re.fullmatch(r"([a-z0-9.-]+\.[a-z]+(/[\w./?=-]*)?)?", row.address), (
            row.id
        )
        # The noun decides the unit.
        assert "人次" not in row.unit_as_printed or row.unit in (
            "transfer",
            "session",
        ), row.id
        if re.match(
            r"jobs|placements|citizens placed|(rural )?labour transfers",
            row.unit_as_printed,
        ):
            assert row.unit == "labourer", row.id


def test_the_passage_as_printed_holds_the_digits(model: Model) -> None:
    scales = {"万": 10**4, "亿": 10**8, "%": Decimal("0.01"), "": 1}
    for row in model.register.external.values():
        numbers = re.findall(r"(\d+(?:\.\d+)?)(万|亿|%|)", row.as_printed)
        held = [float(Decimal(digits) * scales[scale]) for digits, scale in numbers]
        assert row.published.value() in held or not row.as_printed, row.id
        # Words for a floor and for a forecast.
        if row.as_printed:
            assert (row.qualifier in ("over", "at_least")) == (
                "以上" in row.as_printed
            ), row.id
            assert (row.qualifier == "expected") == ("预计" in row.as_printed), row.id


def test_the_table_in_words(model: Model) -> None:
    compared = compare(model, model.setting({"persons_per_transfer": 0.9}))
    table = frame(model, model.setting({"persons_per_transfer": 0.9})).rows
    names = ("placement_2019_2020_report", "report_2019")
    rows = {
        name: [
            row for one, row in zip(compared, table, strict=True) if one["id"] == name
        ]
        for name in names
    }
    # 2.6 / 2.59; 2.86 / (3.17 / 1.105), 2.86 / 2.59, and 0.9 x 2.86 / 2.59.
    (placed,), reported = rows.values()
    ratios = [row["ratio_words"] for row in [placed, *reported]]
    assert ratios == ["1.004", "0.997", "1.1", "0.994"]
    assert (
        reported[0]["seen_words"]
        == "copy: Xinjiang government, in a collection of reports, 2020-01-06"
    )
    assert (
        reported[0]["printed_words"]
        == "expected 2.86 million person-times (人次) [transfer]"
    )
    assert (
        placed["printed_words"]
        == "2.6 million citizens placed in jobs [labourer, unit not stated]"
    )
    assert (
        reported[2]["ours_words"]
        == "2.59 million persons: total_2019, implied: labourers read as persons"
    )
    assert "at persons_per_transfer = 0.9" in reported[2]["comparison_words"]


def test_the_file_holds_base_units_and_ten_digits(model: Model, tmp_path: Path) -> None:
    write_tables(tmp_path, model, [], {}, frame(model))
    written = pd.read_csv(tmp_path / EXTERNAL, dtype=str, keep_default_na=False)
    assert tuple(written.columns) == COLUMNS
    assert set(written["id"]) == set(model.register.external)
    row = written[
        (written["id"] == "transfers_2019_xinhua")
        & (written["quantity"] == "transfers_2019")
    ].iloc[0]
    assert list(
        row[["published", "published_low", "published_high", "unit", "seen"]]
    ) == [
        "2870000",
        "2865000",
        "2875000",
        "labourer",
        "M",
    ]
    # 3.17 million / 1.105, and 2.87 million over that, to ten digits.
    assert list(row[["ours", "ours_unit", "ratio", "read_as"]]) == [
        "2868778.281",
        "transfer",
        "1.000425868",
        "read as transfers",
    ]
    assert b"\r" not in (tmp_path / EXTERNAL).read_bytes()
