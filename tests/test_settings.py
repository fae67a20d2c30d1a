"""One setting by every route; a wrong one is refused with the nearest right name."""

import pytest

from analysis import SettingError

REFUSED = {
    "a mistyped reading": ({"at_risk_2019": "southrn"}, "southern"),
    "a percentage as a number": ({"growth_2019_2021": 10.5}, "growth_2019_2021"),
    "millions without a unit": ({"at_risk_2019": 1.6}, "1.6 million"),
    "a decimal comma": ({"persons_per_transfer": "0,6"}, "persons_per_transfer"),
    "not a number": ({"overlap": float("nan")}, "overlap"),
    "a share as a percentage": ({"investigated_share": 62}, "62 percent"),
    "a list": ({"overlap": [0.1, 0.2]}, "overlap"),
    "another year's figure": ({"transfers_2021": "report_2022"}, "2022"),
    "a figure of another unit": (
        {"transfers_2019": "transfers_2019_xinhua"},
        "labourer",
    ),
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


def test_a_division_by_zero_is_refused(article):
    study = article.change(planned_transfers_2016_2020=0)
    name = "excess_over_plan_2016_2020"
    assert name in refusal(lambda: study[name])


def test_labourers_are_read_alike_in_the_south_and_in_the_whole(article):
    study = article.change(
        persons_per_labourer_as_read="transfers",
        persons_per_transfer=0.5,
        transfers_per_labourer=1,
        at_risk_2019=0,
    )
    # 1.65 million and 2.59 million transfers, times 0.5.
    assert (study["south_2019"], study["total_2019"]) == (825_000, 1.295e6)


def test_every_scenario_can_be_taken(article):
    for name in article.book.texts["scenarios"]:
        assert article.scenario(name).setting


def test_a_scenario_keeps_what_is_set_or_is_refused(article):
    study = article.change(growth_2019_2021=0.12, at_risk_2019=1.2e6)
    changed = study.scenario("ratio_rises")
    # 2.59 million persons in 3.17 million ÷ 1.12 transfers, and 5 percent more of
    # 3.17 million.
    ratio = 2_590_000 / (3_170_000 / 1.12)
    added = ratio * (300_000 + 3_170_000 * 0.05)
    assert changed["at_risk_2021"] == pytest.approx(1_200_000 + added)
    assert "at_risk_2019" in refusal(lambda: study.scenario("southern"))


def test_an_unknown_scenario_is_refused_with_the_nearest(article):
    assert "half_at_risk" in refusal(lambda: article.scenario("half_at_risks"))


def test_names_are_found_by_name_or_label(article):
    names = {*article.names("Former Detainees").quantity}
    # The first by its label alone.
    assert {"overlap", "former_detainees"} <= names
    assert "transfers_2021" not in names
