"""These formulas compute transfers, planned or carried out, and persons transferred.

One person who is transferred twice counts as two transfers, so a total over several
years is a number of transfers, not of persons.
"""


def excess_over_plan_2016_2020(transfers_2016_2020, planned_transfers_2016_2020):
    """Mean yearly transfers from 2016 to 2020, divided by the transfers planned per
    year, minus one (mobilization-2016-2020, paragraph 6).

    >>> round(excess_over_plan_2016_2020(1_300_000, 1_000_000), 6)
    0.3
    """
    return transfers_2016_2020 / planned_transfers_2016_2020 - 1


def planned_transfers_2021(transfers_2021, excess_over_plan_2021):
    """Transfers in 2021, divided by one plus the share by which they exceeded the plan
    (mobilization-2016-2020, paragraph 6).

    >>> round(planned_transfers_2021(1_100_000, 0.1))
    1000000
    """
    return transfers_2021 / (1 + excess_over_plan_2021)


def planned_transfers_2021__from_total(planned_total_2021_2025, years_2021_2025):
    """Transfers planned for 2021–2025, divided by the number of these years
    (mobilization-2016-2020, paragraph 6; monitoring-2021-2025, paragraph 1).

    >>> planned_transfers_2021__from_total(5_000_000, 5)
    1000000.0
    """
    return planned_total_2021_2025 / years_2021_2025


def excess_over_plan_2021__from_plan(transfers_2021, planned_transfers_2021):
    """Transfers in 2021, divided by the transfers planned for 2021, minus one
    (mobilization-2016-2020, paragraph 6).

    >>> round(excess_over_plan_2021__from_plan(1_100_000, 1_000_000), 6)
    0.1
    """
    return transfers_2021 / planned_transfers_2021 - 1


def planned_2021_over_mean_2016_2020(planned_transfers_2021, transfers_2016_2020):
    """Transfers planned for 2021, divided by mean yearly transfers from 2016 to 2020,
    minus one (mobilization-2016-2020, paragraph 6).

    >>> round(planned_2021_over_mean_2016_2020(950_000, 1_000_000), 6)
    -0.05
    """
    return planned_transfers_2021 / transfers_2016_2020 - 1


def transfers_2019__from_rate(transfers_2021, growth_2019_2021):
    """Transfers in 2021, divided by one plus the growth rate of transfers from 2019 to
    2021 (scale, paragraph 2).

    >>> round(transfers_2019__from_rate(1_100_000, 0.1))
    1000000
    """
    return transfers_2021 / (1 + growth_2019_2021)


def transfers_2019__from_difference(transfers_2021, net_new_transfers):
    """Transfers in 2021 minus the transfers added since 2019 (scale, paragraph 2).

    >>> transfers_2019__from_difference(1_100_000, 100_000)
    1000000
    """
    return transfers_2021 - net_new_transfers


def transfers_2019__from_labourers(labourers_2019, transfers_per_labourer):
    """Labourers printed for 2019, times transfers per labourer (scale, paragraph 1).

    >>> transfers_2019__from_labourers(1_000_000, 1)
    1000000
    """
    return labourers_2019 * transfers_per_labourer


def labourers_2019__from_base(transfers_2019, transfers_per_labourer):
    """Transfers in 2019, divided by transfers per labourer (scale, paragraphs 1 and 2).

    >>> labourers_2019__from_base(1_000_000, 1)
    1000000.0
    """
    return transfers_2019 / transfers_per_labourer


def growth_2019_2021__from_difference(net_new_transfers, transfers_2021):
    """Transfers added since 2019, divided by the difference between transfers in 2021
    and transfers added since 2019 (scale, paragraph 2).

    >>> round(growth_2019_2021__from_difference(100_000, 1_100_000), 6)
    0.1
    """
    return net_new_transfers / (transfers_2021 - net_new_transfers)


def growth_of_transfers_2019_2021(transfers_2021, transfers_2019):
    """Transfers in 2021 divided by transfers in 2019, minus one (scale, paragraph 2).

    If the number of transfers in 2019 was itself computed from the growth rate, the
    result is that rate.

    >>> round(growth_of_transfers_2019_2021(1_100_000, 1_000_000), 6)
    0.1
    """
    return transfers_2021 / transfers_2019 - 1


def net_new_transfers__from_base(transfers_2021, transfers_2019):
    """Transfers in 2021 minus transfers in 2019 (scale, paragraph 2).

    >>> net_new_transfers__from_base(1_100_000, 1_000_000)
    100000
    """
    return transfers_2021 - transfers_2019


def persons_2019(transfers_2019, persons_per_transfer):
    """Transfers in 2019 times persons per transfer in 2019 (note 4).

    >>> persons_2019(1_000_000, 0.5)
    500000.0
    """
    return transfers_2019 * persons_per_transfer


def persons_per_transfer_2021(persons_per_transfer, persons_per_transfer_drift):
    """Persons per transfer in 2019, times the factor by which this ratio changed from
    2019 to 2021 (note 4).

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
    """Persons transferred in 2021 minus persons transferred in 2019 (note 4).

    >>> net_new_persons(1_100_000, 1_000_000)
    100000
    """
    return persons_2021 - persons_2019


def persons_per_transfer__implied(total_2019, transfers_2019):
    """Persons transferred in 2019, divided by transfers in 2019, on the assumption that
    the labourers printed for 2019 are persons (scale, paragraphs 1 and 2; note 4).

    >>> persons_per_transfer__implied(900_000, 1_000_000)
    0.9
    """
    return total_2019 / transfers_2019


def planned_total_2016_2020(planned_transfers_2016_2020, years_2016_2020):
    """Transfers planned per year, times the number of years from 2016 to 2020
    (mobilization-2016-2020, paragraph 6).

    >>> planned_total_2016_2020(1_000_000, 5)
    5000000
    """
    return planned_transfers_2016_2020 * years_2016_2020


def transfers_total_2016_2020(transfers_2016_2020, years_2016_2020):
    """Mean yearly transfers from 2016 to 2020, times the number of these years
    (mobilization-2016-2020, paragraph 6).

    >>> transfers_total_2016_2020(1_000_000, 5)
    5000000
    """
    return transfers_2016_2020 * years_2016_2020


def planned_total_2021_2025(planned_transfers_2021, years_2021_2025):
    """Transfers planned for 2021, times the number of years from 2021 to 2025, on the
    assumption that the plan is the same for each year (mobilization-2016-2020,
    paragraph 6; monitoring-2021-2025, paragraph 1).

    >>> planned_total_2021_2025(1_000_000, 5)
    5000000
    """
    return planned_transfers_2021 * years_2021_2025


def southern_share_2019(labourers_south_2019, labourers_2019):
    """Labourers of southern Xinjiang in 2019, divided by labourers of the whole region
    in 2019 (scale, paragraph 1).

    >>> southern_share_2019(600_000, 1_000_000)
    0.6
    """
    return labourers_south_2019 / labourers_2019


def figures_of_2019_apart(transfers_2019, labourers_2019, transfers_per_labourer):
    """Transfers in 2019 minus the labourers printed for 2019, with each labourer
    counted as one transfer.

    The numbers come from the section ``scale``, paragraphs 1 and 2. The comparison of
    transfers with labourers is our own; the article does not say that the two numbers
    of 2019 are equal.

    >>> figures_of_2019_apart(1_100_000, 1_000_000, 1)
    100000
    """
    return transfers_2019 - labourers_2019 * transfers_per_labourer
