"""A figure published elsewhere can take the place of a number, and does so alike in a
file, on the command line, in Python and with papermill.
"""

import json
import re
from pathlib import Path

import papermill
import pytest
from typer.testing import CliRunner

import analysis
from analysis.cli import app
from analysis.core.errors import InputError
from analysis.model.verdicts import judge
from tests.conftest import ROOT

#: 14.33 million in five years are 2.866 million a year.
MEAN = 14_330_000 / 5
EXCESS = MEAN / 2_200_000 - 1  # 0.302727
SOURCE = "published elsewhere: Work report of the regional government"

#: Figures that a quantity cannot be set to, and a part of the reason.
REFUSED = [
    (
        "transfers_2021",
        "report_2022",
        "The period of report_2022 is '2022', but that of transfers_2021 is '2021',",
    ),
    (
        "transfers_2021",
        "report_2016_2020",
        "The period of report_2016_2020 is '2016-2020', but that of transfers_2021",
    ),
    (
        "transfers_2019",
        "transfers_2019_xinhua",
        "is in the unit 'labourer', but transfers_2019 is in 'transfer'",
    ),
    (
        "persons_2021",
        "report_2021",
        "is in the unit 'transfer', but persons_2021 is in 'person'",
    ),
    (
        "trade_growth_2021",
        "report_2021",
        "is '2021', but that of trade_growth_2021 is '2021 over 2020',",
    ),
    (
        "transfers_2016_2020",
        "plan_13fyp_a_year",
        "can take the place of planned_transfers_2016_2020 only, so transfers_2016",
    ),
    # These figures are compared, so the reason is in the note on each.
    ("labourers_2019", "placement_2019_2020_report", "prints no year .* assume 2019"),
    ("labourers_2019", "transfers_2019_xinhua", "counts jobs rather than transfers"),
    ("training_2021", "training_2021_report", "may differ in scope or period"),
    ("transfers_2019", "target_2019", "target_2019 is a goal, so transfers_2019"),
    (
        "at_risk_total",
        "publisher_over_two_million",
        "is 'undated, as seen in November 2026', but that of at_risk_total is",
    ),
]


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner(env={"COLUMNS": "300"}).invoke(
        app, [str(one) for one in arguments]
    )
    return done.exit_code, " ".join(done.stdout.split()), " ".join(done.stderr.split())


def scenario(folder: Path, quantity: str, figure: str) -> Path:
    path = folder / "official.yaml"
    path.write_text(
        "name: official\ndescription: Official.\nreason: To compare.\n"
        f"values: {{{quantity}: {figure}}}\n",
        encoding="utf-8",
    )
    return path


def notebook(folder: Path, quantity: str, figure: str) -> str:
    """The output of a notebook with a parameter, by papermill itself."""
    cells = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {"tags": tags},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for name, tags, source in (
            ("one", ["parameters"], f"{quantity} = 'published'"),
            (
                "two",
                [],
                "import analysis\n"
                "study = analysis.load().from_notebook(globals())\n"
                "print(study.steps('excess_over_plan_2016_2020'))",
            ),
        )
    ]
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "", "language": "python"}
        },
        "cells": cells,
    }
    path = folder / "in.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    done = papermill.execute_notebook(
        str(path),
        str(folder / "out.ipynb"),
        parameters={quantity: figure},
        progress_bar=False,
        cwd=str(ROOT),
    )
    return " ".join(str(done.cells[-1].outputs[0]["text"]).split())


def test_it_is_divided_by_its_years_and_names_its_source_by_every_route(
    tmp_path: Path,
) -> None:
    quantity, figure = "transfers_2016_2020", "report_2016_2020"
    study = analysis.load().change(transfers_2016_2020=figure)
    found = study["excess_over_plan_2016_2020"]
    assert study[quantity].value == pytest.approx(MEAN)
    assert found.value == pytest.approx(EXCESS)
    # 14.33 million stands for 14.325 to 14.335 million.
    assert found.low == pytest.approx(14_325_000 / 5 / 2_200_000 - 1)
    assert figure in found.depends_on
    named = ("explain", "excess_over_plan_2016_2020")
    path = scenario(tmp_path, quantity, figure)
    texts = [" ".join(repr(study.steps("excess_over_plan_2016_2020")).split())]
    for arguments in (("--set", f"{quantity}={figure}"), ("--scenario", path)):
        status, out, errors = run(*named, *arguments)
        assert (status, errors) == (0, "")
        texts.append(out)
    texts.append(notebook(tmp_path, quantity, figure))
    for text in texts:
        assert "= 30.3 percent" in text
        assert "= 14.33 million ÷ 5 years = 2.866 million" in text
        assert SOURCE in text
        assert "2021-02-01, seen in a copy" in text


@pytest.mark.parametrize("number", [14_330_000, "14.33 million transfer"])
def test_the_total_of_five_years_is_no_number_a_year(number: object) -> None:
    # Taken so, it would be 551 percent above the plan.
    with pytest.raises(InputError, match="Write transfers_2016_2020=report_2016_2020"):
        analysis.load().change(transfers_2016_2020=number)


@pytest.mark.parametrize(("quantity", "figure", "reason"), REFUSED)
def test_another_figure_is_refused_with_the_reason(
    tmp_path: Path, quantity: str, figure: str, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        analysis.load().change(**{quantity: figure})
    path = scenario(tmp_path, quantity, figure)
    for arguments in (("--set", f"{quantity}={figure}"), ("--scenario", path)):
        status, _, errors = run("verify", *arguments)
        assert status == 2
        assert re.search(reason, errors)
        assert re.search(f"{quantity} cannot be set to (this figure|{figure})", errors)
        assert "context only" not in errors


def test_explain_says_what_a_figure_may_be_used_for() -> None:
    _, text, _ = run("explain", "plan_13fyp_total")
    use = "may be used for planned_transfers_2016_2020, as 11 million ÷ 5 years"
    assert use in " ".join(text.split())
    _, text, _ = run("explain", "report_2018")
    assert "may be used" not in text
    assert "shown as context only, beside no number of the article" in text
    # The word of a percentage is its unit.
    _, text, _ = run("explain", "trade_2021_report_growth")
    assert "printed: 5.8 percent (" in text


def test_papermill_refuses_it_in_one_sentence(tmp_path: Path) -> None:
    quantity, figure, reason = REFUSED[0]
    with pytest.raises(papermill.PapermillExecutionError, match=reason):
        notebook(tmp_path, quantity, figure)


def test_a_verdict_rests_on_it() -> None:
    study = analysis.load().change(transfers_2016_2020="report_2016_2020")
    check = study.model.register.checks["excess_over_goal"]
    found = judge(study.model, check, study.setting)
    assert (found.verdict, found.rests_on) == ("matches", "published elsewhere")


def test_a_stated_end_of_a_sum_is_the_end_that_is_shown() -> None:
    study = analysis.load().change(transfers_2019="report_2019")
    (headline,) = [
        row for row in study.headlines().itertuples() if "10.5 percent" in row.title
    ]
    # 3.17 - 2.86 = 0.31 million; no other base stands beside it.
    assert headline.working == "3.17 million − 2.86 million = 310,000"
