"""What-if beside loops, closed forms and other libraries."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from analysis import SettingError
from tests import truth

#: The transfers added, and those of 2019.
ADDED, BASE = 300_000, 3_170_000 / 1.105


# Arrays -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sum_2021(article):
    return article.function("at_risk_2021")


def test_a_sweep_is_a_loop(article):
    ratios, shares = np.linspace(0.4, 1.2, 21), np.linspace(0, 1, 20)
    grid = article.sweep(
        "at_risk_2021", persons_per_transfer=ratios, at_risk_share_of_new=shares
    )
    for ratio in ratios:
        for share in shares:
            at = {"persons_per_transfer": ratio, "at_risk_share_of_new": share}
            # No more are at risk than were transferred.
            by_hand = min(1_600_000, BASE * ratio) + ADDED * ratio * share
            if ratio > 1:
                by_hand = np.nan
            near = pytest.approx(by_hand, rel=1e-12, nan_ok=True)
            assert grid["at_risk_2021"].sel(at) == near
    assert int(grid["at_risk_2021"].isnull().sum()) == 5 * 20


@pytest.mark.parametrize("kind", ["series", "xarray"])
def test_all_kinds_of_arrays_give_the_numbers_of_floats(sum_2021, kind):
    ratios = np.array([0.56, 0.6, 0.8, 1.0])
    kinds = {
        "series": pd.Series(ratios, index=list("abcd")),
        "xarray": xr.DataArray(ratios, coords={"ratio": ratios}),
    }
    found = sum_2021(persons_per_transfer=kinds[kind])
    assert type(found) is type(kinds[kind])
    floats = [sum_2021(persons_per_transfer=float(ratio)) for ratio in ratios]
    assert np.asarray(found).tolist() == floats


def test_a_function_goes_to_another_process(sum_2021):
    sent = pickle.loads(pickle.dumps(sum_2021))
    # 1.6 million + 0.8 × 300,000
    assert sent(persons_per_transfer=0.8) == 1_840_000


def test_whole_numbers_go_below_zero(article):
    # 2.5 million − 2.59 million × 1
    apart = article.function("figures_of_2019_apart", limits="ignore")
    found = apart(
        transfers_2019=np.uint32([2_500_000]),
        labourers_2019=np.uint32([2_590_000]),
        transfers_per_labourer=1,
    )
    assert found.tolist() == [-90_000]


@pytest.mark.parametrize("kind", [float, lambda number: np.array([0.5, number])])
def test_limits_are_ignored_refused_or_nan_for_numbers_and_arrays_alike(article, kind):
    # More than one person per transfer.
    ratio = kind(1.5)
    ignored = article.function("at_risk_2021", limits="ignore")
    by_hand = 1.6e6 + 1.5 * ADDED
    found = np.ravel(ignored(persons_per_transfer=ratio))[-1]
    assert found == pytest.approx(by_hand)
    usual = article.function("at_risk_2021")(persons_per_transfer=ratio)
    assert np.isnan(np.ravel(usual)[-1])
    with pytest.raises(SettingError, match="persons_per_transfer"):
        article.function("at_risk_2021", limits="refuse")(persons_per_transfer=ratio)


def test_one_entry_that_may_not_be_set_is_refused(article):
    total = article.function("at_risk_total", limits="refuse")
    given = {"former_detainees": np.array([4e5, 5e5])}
    # 1.6 + 0.3 million, and the former detainees.
    assert total(**given).tolist() == [2.3e6, 2.4e6]
    for name, entries in (
        ("persons_per_transfer", [0.01, 0.5]),
        # Less than a twentieth of the print.
        ("net_new_transfers", [1e4, 3e5]),
        ("former_detainees", [4e5, 1e8]),
    ):
        with pytest.raises(SettingError, match=name):
            total(**given | {name: np.array(entries)})
    excess = article.function("excess_over_plan_2016_2020", limits="refuse")
    # More than twenty times the print; nothing is a multiple of none.
    for plans in [2.2e6, 4.5e7], [0, 2.2e6]:
        with pytest.raises(SettingError, match=r"excess|planned"):
            excess(planned_transfers_2016_2020=np.array(plans))


def test_what_is_masked_is_nan_and_series_that_differ_are_refused(sum_2021):
    ratios = np.ma.masked_array([0.6, 1.0], mask=[False, True])
    found = sum_2021(persons_per_transfer=ratios)
    assert np.isnan(found).tolist() == [False, True]
    assert found[0] == pytest.approx(1_600_000 + 0.6 * ADDED)
    series = pd.Series([0.6, 1.0])
    with pytest.raises(SettingError, match="Series"):
        sum_2021(
            persons_per_transfer=series,
            at_risk_share_of_new=series.rename({0: 5}),
        )


# Sensitivity --------------------------------------------------------------------------


def test_sensitivity_by_hand(article):
    table = article.sensitivity("at_risk_2021").set_index("input")
    by_hand = {
        # "Up to 1.6 million" may be none.
        "at_risk_2019": (ADDED, 1_600_000 + ADDED),
        # 0.36 x 2,868,778 + 0.36 x 300,000
        "persons_per_transfer": (0.36 * (BASE + ADDED), 1_600_000 + ADDED),
        # 3,170,000 x 0.05 less; above 1 the ratio would pass its limit.
        "persons_per_transfer_drift": (
            1_600_000 + ADDED - 0.05 * 3_170_000,
            1_600_000 + ADDED,
        ),
        "at_risk_share_of_new": (1_600_000 + 0.62 * ADDED, 1_600_000 + ADDED),
        "net_new_transfers": (1_600_000 + 295_000, 1_600_000 + 305_000),
    }
    assert list(table.index) == list(by_hand)
    assert list(table)[:5] == ["kind", "value", "from", "to", "at_from"]
    for name, ends in by_hand.items():
        row = table.loc[name]
        assert (row.at_from, row.at_to) == pytest.approx(ends, rel=1e-9)
    assert table.loc["persons_per_transfer_drift", "to"] == pytest.approx(1)


def test_words_without_a_number_are_refused_with_what_to_set(article):
    for ask in (
        lambda: article.draws("at_risk_total", overlap=stats.uniform(0, 0.5)),
        lambda: article.sweep("at_risk_total", overlap=[0.0]),
        lambda: article.break_even("at_risk_total >= 2e6"),
    ):
        with pytest.raises(SettingError, match="former_detainees"):
            ask()


# Draws --------------------------------------------------------------------------------


def test_draws_come_close_to_the_truth(article):
    study = article.change(**truth.READINGS)
    drawn = study.draws("at_risk_total", **truth.shapes())["at_risk_total"]
    percentiles = drawn.quantile([0.05, 0.5, 0.95]).to_list()
    assert percentiles == pytest.approx(truth.percentiles(), abs=1500)


def test_another_seed_gives_other_draws(article):
    shape = stats.uniform(0.5, 0.5)
    tables = [
        article.draws("at_risk_2021", n=64, seed=seed, persons_per_transfer=shape)
        for seed in (0, 1, np.random.default_rng(1))
    ]
    one, other, again = [table["at_risk_2021"].to_list() for table in tables]
    assert one != other == again


def test_newer_distributions_of_scipy_are_taken(article):
    shape = stats.Uniform(a=0.6, b=1.0)
    table = article.draws("at_risk_2021", n=9, persons_per_transfer=shape)
    assert len(table) == 9
    for n in (0, 9.5):
        with pytest.raises(SettingError, match="n "):
            article.draws("at_risk_2021", n=n, persons_per_transfer=shape)
    assert table["persons_per_transfer"].between(0.6, 1).all()
    by_hand = 1_600_000 + ADDED * table["persons_per_transfer"]
    assert table["at_risk_2021"].to_numpy() == pytest.approx(by_hand)


def test_a_share_of_draws_has_each_verdict(article):
    # r uniform on 0.05 to 1: matches from 2/3, and within rounding from 1.8 ÷ (2.874604
    # + 0.305), where all who were transferred in 2019 are at risk.
    shape = stats.uniform(0.05, 0.95)
    table = article.draws(
        "at_risk_2021_sum",
        persons_per_transfer=shape,
        n=8192,
        seed=np.random.default_rng(3),
    )
    shares = table["verdict"].value_counts(normalize=True).to_dict()
    by_hand = {
        "matches": (1 - 2 / 3) / 0.95,
        "matches within rounding": (2 / 3 - 0.566108) / 0.95,
        "differs": (0.566108 - 0.05) / 0.95,
    }
    assert shares == pytest.approx(by_hand, abs=1e-3)
    assert "0.05, 0.95" in table.attrs["drawn"]["persons_per_transfer"]


def test_a_sweep_of_a_check_has_verdicts_and_their_places_as_codes(article):
    # The first may not be set.
    grid = article.sweep("at_risk_2021_sum", persons_per_transfer=[0.01, 0.5])
    assert list(grid["verdict"].values) == ["not computed", "differs"]
    ratios = [0.5, 0.6, 0.7]
    grid = article.sweep("at_risk_2021_sum", persons_per_transfer=ratios)
    meanings = grid["code"].attrs["flag_meanings"].split()
    for code, verdict in zip(grid["code"].values, grid["verdict"].values, strict=True):
        place = grid["code"].attrs["flag_values"].index(code)
        assert meanings[place] == verdict.replace(" ", "_")
    swept = article.sweep("at_risk_2021 > 1.79 million", persons_per_transfer=ratios)
    # 1.434 + 0.150, 1.6 + 0.180 and 1.6 + 0.210 million.
    assert list(swept["verdict"].values) == ["does not hold", "does not hold", "holds"]


def test_where_nothing_is_computed_a_break_even_has_no_part(article):
    # No transfers in 2019: any number at risk then is too many.
    table = article.change(transfers_2019=0).break_even("at_risk_2021_sum")
    assert "at_risk_2019" not in [*table["input"]]


# Verdicts on arrays, and points moved to their limits ---------------------------------


@pytest.mark.parametrize("kind", [np.array, pd.Series, list, xr.DataArray])
@pytest.mark.parametrize("limits", ["nan", "ignore", "clip"])
def test_a_verdict_on_an_array_is_that_of_each_study(article, kind, limits):
    rng = np.random.default_rng(7)
    ratios, shares = rng.uniform(0.05, 1, 40), rng.uniform(0, 1, 40)
    f = article.function("at_risk_2021_sum", limits=limits)
    codes = f.verdict(
        persons_per_transfer=kind(ratios), at_risk_share_of_new=kind(shares)
    )
    for code, ratio, share in zip(np.asarray(codes), ratios, shares, strict=True):
        study = article.change(persons_per_transfer=ratio, at_risk_share_of_new=share)
        (verdict,) = study.checks("at_risk_2021_sum")["verdict"]
        assert f.verdicts[code] == verdict
    assert len({*np.asarray(codes).tolist()}) == 3


def test_codes_of_a_case_are_those_of_a_function(article):
    # A number that is given is exact: it is not lowered to 1.434 million.
    given = {
        "at_risk_2019": np.array([1.2e6, 1.5e6, 1.6e6]),
        "persons_per_transfer": np.array([1.0, 1.0, 0.5]),
    }
    codes = article.case("at_risk_2021_sum").codes(given)
    function = article.function("at_risk_2021_sum")
    assert codes.tolist() == function.verdict(**given).tolist()
    verdicts = [function.verdicts[code] for code in codes]
    assert verdicts == ["differs", "matches", "not computed"]
    # Moved to the limit, the last is 1.434 + 0.15 million.
    clipped = article.function("at_risk_2021_sum", limits="clip").verdict(**given)
    assert function.verdicts[clipped[2]] == "differs"


def test_a_statement_has_a_verdict_and_no_value(article):
    f = article.function("at_risk_2021 > 1.8 million")
    # 1.6 + 0.18, 1.6 + 0.21 million, and more than one person per transfer.
    codes = f.verdict(persons_per_transfer=[0.6, 0.7, 1.1])
    found = [f.verdicts[code] for code in codes]
    assert found == ["does not hold", "holds", "not computed"]
    with pytest.raises(SettingError, match="verdict"):
        f(persons_per_transfer=0.6)
    with pytest.raises(SettingError, match="claims nothing"):
        article.function("at_risk_2021").verdict(persons_per_transfer=0.6)


def test_a_point_past_a_limit_is_moved_to_it(article):
    rng = np.random.default_rng(5)
    ratios, at_risk = rng.uniform(0.2, 1.3, 99), rng.uniform(1.5e6, 1.7e6, 99)
    drifts = rng.uniform(0.9, 1.2, 99)
    found = article.function("at_risk_2021", limits="clip")(
        persons_per_transfer=ratios,
        at_risk_2019=at_risk,
        persons_per_transfer_drift=drifts,
    )
    for value, ratio, number, drift in zip(found, ratios, at_risk, drifts, strict=True):
        here = min(ratio, 1)
        in_2021 = min(here * drift, 1)
        # 3.17 million more or fewer people for each change of the ratio.
        added = ADDED * here + 3_170_000 * (in_2021 - here)
        assert value == pytest.approx(min(number, BASE * here) + added, rel=1e-9)


def test_ranges_are_those_of_sensitivity(article):
    for study in (article, article.change(persons_per_transfer=0.6)):
        function = study.function("at_risk_2021")
        table = study.sensitivity("at_risk_2021").set_index("input")
        for name, row in table.iterrows():
            assert function.ranges[name] == (row["from"], row["to"])
            assert function.kinds[name] == row["kind"]
            assert name in repr(function)


def test_a_sweep_of_a_check_has_the_bounds_of_each_study(article):
    ratios = [0.5, 0.8, 1.0, 1.1]
    grid = article.sweep("at_risk_2021_sum", persons_per_transfer=ratios)
    for ratio in ratios[:3]:
        value = article.change(persons_per_transfer=ratio)["at_risk_2021"]
        here = grid.sel(persons_per_transfer=ratio)
        assert float(here["low"]) == pytest.approx(value.low)
        assert float(here["high"]) == pytest.approx(value.high)
    assert np.isnan(grid["low"].values[3])
    assert grid["at_risk_2021"].attrs["units"] == "person"
    assert grid.attrs["setting"] == {"persons_per_transfer": "varied"}


def test_draws_come_in_the_order_given_and_name_the_limit(article):
    shapes = {
        "at_risk_share_of_new": stats.uniform(0, 1),
        "persons_per_transfer_drift": stats.uniform(loc=0.8, scale=0.3),
    }
    with pytest.warns(UserWarning, match="persons_per_transfer_2021"):
        table = article.draws("at_risk_2021", n=64, **shapes)
    assert [*table][:2] == [*shapes]
    assert table.attrs["setting"]["persons_per_transfer_drift"] == (
        "uniform(loc=0.8, scale=0.3)"
    )


@pytest.mark.parametrize("limits", ["nan", "clip", "refuse", "ignore"])
def test_an_entry_may_be_all_that_up_to_allows_and_0(article, limits):
    f = article.function("at_risk_2021", limits=limits)
    found = f(at_risk_2019=np.array([0, 4e4, 1.6e6]))
    assert found.tolist() == [ADDED, 4e4 + ADDED, 1.6e6 + ADDED]
    assert f(net_new_transfers=0) == 1.6e6


def test_no_number_stands_in_two_intervals(article):
    compared = 0
    for check in article.checks().itertuples():
        if not (check.quantity and check.kind):
            continue
        for row in article.break_even(check.id).itertuples():
            # As in "differs: at most 0.566 or 0.7 to 0.8".
            listed = re.sub(r"(^|; )[a-z ]+: ", " or ", row.intervals).split(" or ")
            ends = [part.split(" to ")[-1] for part in listed if " to " in part]
            ends += [p.removeprefix("at most ") for p in listed if "at most " in p]
            starts = [p.removeprefix("at least ") for p in listed if "at least " in p]
            assert not {*ends} & {*starts}, row
            compared += bool(ends and starts)
    assert compared > 10


def test_the_ends_of_what_is_printed_stand_in_the_table_of_checks(article):
    table = article.checks().set_index("id")
    # "Over 30 percent", "at least 2.2 million".
    over, floor = table.loc["excess_over_goal"], table.loc["plan_printed_twice"]
    assert (over["from"], over["excludes_from"], over["to"]) == (0.3, True, np.inf)
    assert (floor["from"], floor["excludes_from"], floor["to"]) == (
        2.2e6,
        False,
        np.inf,
    )
