"""These formulas compute how many labourers were moved to other provinces per year.

The paragraphs named in brackets are those of the article's section ``other-provinces``.
The article's figures for other provinces come from different papers and cover different
spans of years. To subtract one of the article's figures from another, we assume that
both figures count labourers in the same way.
"""


def cross_provincial_mean_2017_2019(
    cross_provincial_2017_2019, years_2017_2019, a_year
):
    """Labourers moved to other provinces from 2017 to 2019, divided by the number of
    these years (paragraph 1).

    >>> cross_provincial_mean_2017_2019(60_000, 3, 1)
    20000.0
    """
    return cross_provincial_2017_2019 * a_year / years_2017_2019


def cross_provincial_mean_2014_mid_2020(
    cross_provincial_2014_mid_2020, years_2014_mid_2020, a_year
):
    """Labourers moved to other provinces from 2014 to the middle of 2020, divided by
    the number of years in that span (paragraph 1).

    >>> cross_provincial_mean_2014_mid_2020(65_000, 6.5, 1)
    10000.0
    """
    return cross_provincial_2014_mid_2020 * a_year / years_2014_mid_2020


def cross_provincial_other_years(
    cross_provincial_2014_mid_2020, cross_provincial_2017_2019
):
    """Labourers moved to other provinces from 2014 to the middle of 2020, minus those
    moved from 2017 to 2019 (paragraph 1).

    >>> cross_provincial_other_years(100_000, 60_000)
    40000
    """
    return cross_provincial_2014_mid_2020 - cross_provincial_2017_2019


def cross_provincial_mean_other_years(
    cross_provincial_other_years, years_2014_mid_2020, years_2017_2019, a_year
):
    """Labourers moved to other provinces from 2014 to 2016 and in the first half of
    2020, divided by the number of these years (paragraph 1).

    >>> cross_provincial_mean_other_years(35_000, 6.5, 3, 1)
    10000.0
    """
    return (
        cross_provincial_other_years * a_year / (years_2014_mid_2020 - years_2017_2019)
    )


def cross_provincial_mean_2014_2016(
    cross_provincial_other_years,
    cross_provincial_planned_2020,
    share_of_plan_2020_done,
    years_2014_mid_2020,
    years_2017_2019,
    part_of_2020,
    a_year,
):
    """Labourers moved to other provinces from 2014 to 2016, divided by the number of
    these years; the labourers are those moved by the middle of 2020, minus those moved
    from 2017 to 2019 and minus the part of the plan for 2020 that we assume was carried
    out (paragraph 1).

    >>> cross_provincial_mean_2014_2016(40_000, 20_000, 0.5, 6.5, 3, 0.5, 1)
    10000.0
    """
    left = (
        cross_provincial_other_years
        - cross_provincial_planned_2020 * share_of_plan_2020_done
    )
    return left * a_year / (years_2014_mid_2020 - years_2017_2019 - part_of_2020)


def mean_2017_2019_over_quota(
    cross_provincial_mean_2017_2019, transfers_per_labourer, cross_provincial_quota
):
    """Mean number of labourers moved to other provinces per year from 2017 to 2019,
    with each labourer counted as one transfer, divided by the yearly quota, minus one
    (paragraphs 1 and 2).

    >>> mean_2017_2019_over_quota(20_000, 1, 10_000)
    1.0
    """
    return (
        cross_provincial_mean_2017_2019
        * transfers_per_labourer
        / cross_provincial_quota
        - 1
    )
