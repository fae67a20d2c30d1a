"""One setting by every route; a wrong one is refused with the nearest right name."""

import pytest

import analysis
from analysis import SettingError

REFUSED = {
    "a mistyped name": ({"persons_per_tranfer": 0.6}, "persons_per_transfer"),
    "a mistyped reading": ({"at_risk_2019": "southrn"}, "southern"),
    "above its range": ({"persons_per_transfer": 1.2}, "persons_per_transfer"),
    "below its range": ({"overlap": -0.1}, "overlap"),
    "a negative count": ({"transfers_2021": -5}, "transfers_2021"),
    "a percentage as a number": ({"growth_2019_2021": 10.5}, "growth_2019_2021"),
    "millions without a unit": ({"at_risk_2019": 1.6}, "1.6 million"),
    "an unlike unit": ({"at_risk_2019": "1.5 million transfer"}, "person"),
    "a decimal comma": ({"persons_per_transfer": "0,6"}, "persons_per_transfer"),
    "not a number": ({"overlap": float("nan")}, "overlap"),
    "a truth value": ({"overlap": True}, "overlap"),
    "a list": ({"overlap": [0.1, 0.2]}, "overlap"),
    "another year's figure": ({"transfers_2021": "report_2022"}, "2022"),
    "a figure of another unit": (
        {"transfers_2019": "transfers_2019_xinhua"},
        "labourer",
    ),
    "far from a rate": ({"growth_of_the_rest_2022": 5}, "growth_of_the_rest_2022"),
    "a percentage twenty times the printed one": ({"growth_2019_2021": 5}, "5 percent"),
    "nothing follows from it": ({"hotan_out": 5}, "hotan"),
    "a circle": (
        {"labourers_2019": "from_base", "transfers_2019": "from_labourers"},
        "labourers_2019",
    ),
}


def refusal(ask):
    """The sentence with which something is refused."""
    with pytest.raises(SettingError) as refused:
        ask()
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert len(sentence) <= 400
    return sentence


@pytest.mark.parametrize("kind", REFUSED)
def test_a_wrong_setting_is_refused_in_one_sentence(article, kind):
    changes, named = REFUSED[kind]
    assert named in refusal(lambda: article.change(**changes))


PAST = {
    "more persons than transfers in 2021": (
        {"persons_per_transfer_drift": 1.2},
        "persons_per_transfer_2021",
    ),
    "more at risk in 2019 than transferred": (
        {"at_risk_2019": 2_040_000, "persons_per_transfer": 0.6},
        "1.721",
    ),
    "more added than the totals leave": ({"net_new_transfers": 306_000}, "305,000"),
    "a part above the whole": ({"labourers_south_2019": 2_700_000}, "2.59 million"),
    "a range the wrong way round": (
        {"at_risk_total_low": 2_400_000, "at_risk_total_high": 2_300_000},
        "2.3 million",
    ),
}


@pytest.mark.parametrize("kind", PAST)
def test_a_value_past_a_limit_is_refused_with_the_limit(article, kind):
    changes, limited = PAST[kind]
    assert limited in refusal(lambda: article.change(**changes))


def test_a_division_by_zero_is_refused(article):
    study = article.change(planned_transfers_2016_2020=0)
    assert "zero" in refusal(lambda: study["excess_over_plan_2016_2020"])


def test_a_number_that_is_set_has_no_rounding(article):
    estimate = article.change(at_risk_2019=1_500_000.0)["at_risk_2019"]
    assert (estimate.low, estimate.high) == (1_500_000, 1_500_000)


def test_a_number_that_equals_the_print_is_exact(article):
    study = article.change(at_risk_2019=1_600_000, persons_per_transfer=0.6)
    estimate = study["at_risk_2019"]
    assert (estimate.low, estimate.high) == (1_600_000, 1_600_000)
    # 1.6 million + 0.6 × 305,000 = 1.783 million.
    assert study.checks("at_risk_2021_sum")["verdict"][0] == "differs"


def test_a_figure_published_elsewhere_may_stand_for_a_quantity(article):
    # 14.33 million / 5 = 2.866 million; 2.866 / 2.2 - 1 = 30.27 percent.
    study = article.change(transfers_2016_2020="report_2016_2020")
    estimate = study["excess_over_plan_2016_2020"]
    assert estimate == pytest.approx(14.33 / 5 / 2.2 - 1)


def test_labourers_are_read_alike_in_the_south_and_in_the_whole(article):
    study = article.change(
        persons_per_labourer_as_read="transfers",
        persons_per_transfer=0.5,
        transfers_per_labourer=1,
        at_risk_2019=0,
    )
    # 1.65 million and 2.59 million transfers, times 0.5.
    assert (study["south_2019"], study["total_2019"]) == (825_000, 1.295e6)


def test_a_scenario_is_a_setting_with_a_name(article, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("why: Ours.\npersons_per_transfer: 0.6\n")
    by_name = article.change(persons_per_transfer=0.6)["at_risk_2021"]
    assert article.scenario(str(path))["at_risk_2021"] == by_name
    for name in article.book.texts["scenarios"]:
        assert article.scenario(name)["transfers_2021"] > 3e6


def test_a_scenario_keeps_what_is_set_or_is_refused(article):
    study = article.change(growth_2019_2021=0.12, at_risk_2019=1.2e6)
    changed = study.scenario("ratio_rises")
    # 2.59 million persons in 3.17 million ÷ 1.12 transfers, and 5 percent more of
    # 3.17 million.
    ratio = 2_590_000 / (3_170_000 / 1.12)
    added = ratio * (300_000 + 3_170_000 * 0.05)
    assert changed["at_risk_2021"] == pytest.approx(1_200_000 + added)
    assert "at_risk_2019" in refusal(lambda: study.scenario("southern"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("persons_per_tranfer: 0.6", "persons_per_transfer"),
        ("persons_per_transfer: [uniform, 0.6, 0.9]", "persons_per_transfer"),
        ("- 0.6", "own.yaml"),
        ("a: b: c", "own.yaml"),
        ("persons_per_transfer: {}", "persons_per_transfer"),
    ],
)
def test_a_wrong_scenario_is_refused(article, tmp_path, text, named):
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=named):
        article.scenario(str(path))


def test_an_unknown_scenario_is_refused_with_the_nearest(article):
    with pytest.raises(SettingError, match="southern"):
        article.scenario("southren")


def test_studies_do_not_change(article):
    article.change(persons_per_transfer=0.6)
    assert article.setting == {}
    assert analysis.load()["at_risk_2021"] == article["at_risk_2021"]
