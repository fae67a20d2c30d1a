"""Transfers, planned and made, 2016 to 2021, and the step from transfers to persons.

A total of several years counts person-times, not persons.
"""


def excess_over_plan_2016_2020(transfers_2016_2020, planned_transfers_2016_2020):
    """Transfers made per year divided by transfers planned per year, less one
    (mobilization-2016-2020, paragraph 6).

    >>> round(excess_over_plan_2016_2020(1_300_000, 1_000_000), 6)
    0.3
    """
    return transfers_2016_2020 / planned_transfers_2016_2020 - 1


def planned_transfers_2021(transfers_2021, excess_over_plan_2021):
    """Transfers made in 2021 divided by one plus their excess over the plan
    (mobilization-2016-2020, paragraph 6).

    >>> round(planned_transfers_2021(1_100_000, 0.1))
    1000000
    """
    return transfers_2021 / (1 + excess_over_plan_2021)


def planned_2021_over_mean_2016_2020(planned_transfers_2021, transfers_2016_2020):
    """The plan for 2021 divided by the yearly mean of transfers made in 2016 to 2020,
    less one (mobilization-2016-2020, paragraph 6).

    >>> round(planned_2021_over_mean_2016_2020(950_000, 1_000_000), 6)
    -0.05
    """
    return planned_transfers_2021 / transfers_2016_2020 - 1


def transfers_2019__from_rate(transfers_2021, growth_2019_2021):
    """Transfers in 2021 divided by one plus their growth since 2019 (scale, paragraph
    2).

    >>> round(transfers_2019__from_rate(1_100_000, 0.1))
    1000000
    """
    return transfers_2021 / (1 + growth_2019_2021)


def transfers_2019__from_difference(transfers_2021, net_new_transfers):
    """Transfers in 2021 less those added since 2019 (scale, paragraph 2).

    >>> transfers_2019__from_difference(1_100_000, 100_000)
    1000000
    """
    return transfers_2021 - net_new_transfers


def growth_2019_2021__from_difference(net_new_transfers, transfers_2021):
    """Transfers added since 2019, divided by the transfers of 2019 (those of 2021 less
    those added) (scale, paragraph 2).

    >>> round(growth_2019_2021__from_difference(100_000, 1_100_000), 6)
    0.1
    """
    return net_new_transfers / (transfers_2021 - net_new_transfers)


def net_new_transfers__from_base(transfers_2021, transfers_2019):
    """Transfers in 2021 less transfers in 2019 (scale, paragraph 2).

    >>> net_new_transfers__from_base(1_100_000, 1_000_000)
    100000
    """
    return transfers_2021 - transfers_2019


def persons_2019(transfers_2019, persons_per_transfer):
    """Transfers in 2019 times persons per transfer (note 4).

    >>> persons_2019(1_000_000, 0.5)
    500000.0
    """
    return transfers_2019 * persons_per_transfer


def persons_per_transfer_2021(persons_per_transfer, persons_per_transfer_drift):
    """Persons per transfer in 2019 times the change of that ratio to 2021 (note 4).

    >>> persons_per_transfer_2021(0.5, 1.5)
    0.75
    """
    return persons_per_transfer * persons_per_transfer_drift


def persons_2021(transfers_2021, persons_per_transfer_2021):
    """Transfers in 2021 times persons per transfer in 2021 (note 4).

    >>> persons_2021(1_000_000, 0.75)
    750000.0
    """
    return transfers_2021 * persons_per_transfer_2021


def net_new_persons(persons_2021, persons_2019):
    """Persons transferred in 2021 less persons transferred in 2019 (note 4).

    >>> net_new_persons(1_100_000, 1_000_000)
    100000
    """
    return persons_2021 - persons_2019


def persons_per_transfer__implied(total_2019, transfers_2019):
    """Persons in 2019 divided by transfers in 2019 (scale, paragraphs 1 and 2; note 4;
    if the labourers of 2019 are persons).

    >>> persons_per_transfer__implied(900_000, 1_000_000)
    0.9
    """
    return total_2019 / transfers_2019


def planned_total_2016_2020(planned_transfers_2016_2020, years_2016_2020, a_year):
    """Transfers planned a year times the years of the plan (mobilization-2016-2020,
    paragraph 6).

    >>> planned_total_2016_2020(1_000_000, 5, 1)
    5000000.0
    """
    return planned_transfers_2016_2020 * (years_2016_2020 / a_year)


def transfers_total_2016_2020(transfers_2016_2020, years_2016_2020, a_year):
    """Transfers made a year times the years of the mean (mobilization-2016-2020,
    paragraph 6).

    >>> transfers_total_2016_2020(1_000_000, 5, 1)
    5000000.0
    """
    return transfers_2016_2020 * (years_2016_2020 / a_year)


def planned_total_2021_2025(planned_transfers_2021, years_2021_2025, a_year):
    """Transfers planned for 2021 times the years of the plan, as if each year had the
    same plan (mobilization-2016-2020, paragraph 6; monitoring-2021-2025, paragraph 1).

    >>> planned_total_2021_2025(1_000_000, 5, 1)
    5000000.0
    """
    return planned_transfers_2021 * (years_2021_2025 / a_year)


def southern_share_2019(labourers_south_2019, labourers_2019):
    """Labourers of the south in 2019 divided by labourers of the whole region (scale,
    paragraph 1).

    >>> southern_share_2019(600_000, 1_000_000)
    0.6
    """
    return labourers_south_2019 / labourers_2019


def figures_of_2019_apart(transfers_2019, labourers_2019, transfers_per_labourer):
    """Transfers in 2019 less the labourers printed for 2019, each read as one transfer.

    Place: scale, paragraphs 1 and 2. The comparison is ours; the article does not
    equate the two.

    >>> figures_of_2019_apart(1_100_000, 1_000_000, 1)
    100000
    """
    return transfers_2019 - labourers_2019 * transfers_per_labourer
