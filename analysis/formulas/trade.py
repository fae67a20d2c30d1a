"""These formulas compute growth, shares and values of the trade of Xinjiang.

The paragraphs named in brackets are those of the article's section ``trade``.
"""

from analysis.core.units import maximum, minimum


def labour_intensive_share_2020(
    labour_intensive_share_2021, export_growth_2021, labour_intensive_growth_2021
):
    """The share of labour-intensive products in exports in 2021, times one plus the
    growth rate of exports, divided by one plus the growth rate of exports of these
    products (paragraph 1).

    >>> round(labour_intensive_share_2020(0.5, 0.2, 0.5), 6)
    0.4
    """
    return (
        labour_intensive_share_2021
        * (1 + export_growth_2021)
        / (1 + labour_intensive_growth_2021)
    )


def labour_intensive_share_2022__share_growth(share_base, labour_intensive_figure_2022):
    """The share of labour-intensive products in early 2021, times one plus the growth
    rate of that share, with the figure printed for early 2022 read as this growth rate
    (paragraph 1).

    >>> labour_intensive_share_2022__share_growth(0.5, 0.5)
    0.75
    """
    return share_base * (1 + labour_intensive_figure_2022)


def labour_intensive_share_2022__value_growth(
    share_base, labour_intensive_figure_2022, export_growth_2022
):
    """The share of labour-intensive products in early 2021, times one plus the growth
    rate of these products' value, divided by one plus the growth rate of all exports,
    with the figure printed for early 2022 read as the growth rate of the value
    (paragraph 1).

    >>> labour_intensive_share_2022__value_growth(0.5, 0.5, 0.25)
    0.6
    """
    return share_base * (1 + labour_intensive_figure_2022) / (1 + export_growth_2022)


def labour_intensive_growth_2022__share(
    labour_intensive_figure_2022, share_base, export_growth_2022
):
    """The share of labour-intensive products in early 2022, divided by their share in
    early 2021, times one plus the growth rate of exports, minus one, with the figure
    printed for early 2022 read as the share in early 2022 (paragraph 1).

    >>> labour_intensive_growth_2022__share(0.6, 0.5, 0.25)
    0.5
    """
    return labour_intensive_figure_2022 / share_base * (1 + export_growth_2022) - 1


def labour_intensive_growth_2022__share_growth(
    labour_intensive_figure_2022, export_growth_2022
):
    """One plus the growth rate of exports, times one plus the growth rate of the share
    of labour-intensive products, minus one, with the figure printed for early 2022 read
    as the growth rate of the share (paragraph 1).

    >>> labour_intensive_growth_2022__share_growth(0.5, 0.5)
    1.25
    """
    return (1 + labour_intensive_figure_2022) * (1 + export_growth_2022) - 1


def largest_share_base__share_growth(labour_intensive_figure_2022):
    """One divided by one plus the growth rate of the share of labour-intensive
    products, with the figure printed for early 2022 read as this growth rate (paragraph
    1).

    >>> largest_share_base__share_growth(0.6)
    0.625
    """
    return 1 / (1 + labour_intensive_figure_2022)


def largest_share_base__value_growth(labour_intensive_figure_2022, export_growth_2022):
    """One plus the growth rate of exports, divided by one plus the growth rate of the
    value of labour-intensive products, with the figure printed for early 2022 read as
    the growth rate of the value (paragraph 1).

    >>> round(largest_share_base__value_growth(0.6, 0.2), 6)
    0.75
    """
    return (1 + export_growth_2022) / (1 + labour_intensive_figure_2022)


def trade_us_2020(trade_us_2021, trade_decline_us_2021, yuan_per_dollar_2021_over_2020):
    """Trade with the United States in 2021, divided by one minus the rate of its
    decline; if the decline is measured in yuan, the result is also multiplied by the
    ratio of yuan per dollar in 2021 to yuan per dollar in 2020 (paragraph 2).

    >>> trade_us_2020(400_000_000, 0.5, 2)
    1600000000.0
    """
    return trade_us_2021 * yuan_per_dollar_2021_over_2020 / (1 - trade_decline_us_2021)


def trade_eu_2020(trade_eu_2021, trade_growth_eu_2021, yuan_per_dollar_2021_over_2020):
    """Trade with the European Union in 2021, divided by one plus its growth rate; if
    the growth rate is measured in yuan, the result is also multiplied by the ratio of
    yuan per dollar in 2021 to yuan per dollar in 2020 (paragraph 2).

    >>> trade_eu_2020(1_250_000_000, 0.25, 2)
    2000000000.0
    """
    return trade_eu_2021 * yuan_per_dollar_2021_over_2020 / (1 + trade_growth_eu_2021)


def trade_vietnam_2020(
    trade_vietnam_2021, trade_growth_vietnam_2021, yuan_per_dollar_2021_over_2020
):
    """Trade with Vietnam in 2021, divided by one plus its growth rate; if the growth
    rate is measured in yuan, the result is also multiplied by the ratio of yuan per
    dollar in 2021 to yuan per dollar in 2020 (paragraph 2).

    >>> trade_vietnam_2020(400_000_000, 1, 2)
    400000000.0
    """
    return (
        trade_vietnam_2021
        * yuan_per_dollar_2021_over_2020
        / (1 + trade_growth_vietnam_2021)
    )


def trade_change_three_partners(
    trade_us_2021,
    trade_us_2020,
    trade_eu_2021,
    trade_eu_2020,
    trade_vietnam_2021,
    trade_vietnam_2020,
):
    """Trade in 2021 minus trade in 2020, added up over the United States, the European
    Union and Vietnam (paragraph 2).

    >>> trade_change_three_partners(4, 8, 6, 5, 3, 1)
    -1
    """
    return (
        (trade_us_2021 - trade_us_2020)
        + (trade_eu_2021 - trade_eu_2020)
        + (trade_vietnam_2021 - trade_vietnam_2020)
    )


def south_growth_2022__slowest(
    trade_growth_kashgar_2022,
    trade_growth_hotan_2022,
    trade_growth_kizilsu_2022,
    trade_growth_aksu_2022,
):
    """The smallest of the growth rates of trade in the four southern prefectures
    (paragraph 4).

    >>> float(south_growth_2022__slowest(0.25, 2.0, 3.0, 0.5))
    0.25
    """
    three = minimum(
        minimum(trade_growth_kashgar_2022, trade_growth_hotan_2022),
        trade_growth_kizilsu_2022,
    )
    return minimum(three, trade_growth_aksu_2022)


def south_growth_2022__equal(
    trade_growth_kashgar_2022,
    trade_growth_hotan_2022,
    trade_growth_kizilsu_2022,
    trade_growth_aksu_2022,
):
    """The mean of the growth rates of trade in the four southern prefectures, as if
    each had traded the same amount in early 2021 (paragraph 4).

    >>> south_growth_2022__equal(1.0, 2.0, 3.0, 0.5)
    1.625
    """
    together = (
        trade_growth_kashgar_2022
        + trade_growth_hotan_2022
        + trade_growth_kizilsu_2022
        + trade_growth_aksu_2022
    )
    return together / 4


def south_growth_2022__fastest(
    trade_growth_kashgar_2022,
    trade_growth_hotan_2022,
    trade_growth_kizilsu_2022,
    trade_growth_aksu_2022,
):
    """The largest of the growth rates of trade in the four southern prefectures
    (paragraph 4).

    >>> float(south_growth_2022__fastest(1.0, 4.0, 3.0, 0.5))
    4.0
    """
    three = maximum(
        maximum(trade_growth_kashgar_2022, trade_growth_hotan_2022),
        trade_growth_kizilsu_2022,
    )
    return maximum(three, trade_growth_aksu_2022)


def south_trade_share_2021(
    trade_growth_2022, growth_of_the_rest_2022, south_growth_2022
):
    """The difference between the growth rates of trade in all of Xinjiang and outside
    its four southern prefectures, divided by the difference between the growth rates of
    trade inside and outside these prefectures (paragraph 4).

    >>> south_trade_share_2021(0.75, 0.5, 1.5)
    0.25
    """
    return (trade_growth_2022 - growth_of_the_rest_2022) / (
        south_growth_2022 - growth_of_the_rest_2022
    )


def south_trade_share_2022(
    south_trade_share_2021, south_growth_2022, trade_growth_2022
):
    """The combined share of the four southern prefectures in trade in early 2021, times
    one plus the growth rate of their trade, divided by one plus the growth rate of all
    trade (paragraph 4).

    >>> south_trade_share_2022(0.25, 1.0, 0.25)
    0.4
    """
    return south_trade_share_2021 * (1 + south_growth_2022) / (1 + trade_growth_2022)


def trade_growth_hotan_2018_2020(
    trade_growth_hotan_2019, trade_growth_hotan_2020, hotan_year_over_eleven_months
):
    """One plus the growth rate of Hotan's trade in 2019, times one plus its growth rate
    in the first eleven months of 2020, times a factor that turns eleven months into the
    whole year, minus one (paragraph 5).

    >>> trade_growth_hotan_2018_2020(1.0, 0.5, 2)
    5.0
    """
    return (1 + trade_growth_hotan_2019) * (
        1 + trade_growth_hotan_2020
    ) * hotan_year_over_eleven_months - 1
