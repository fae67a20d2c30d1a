"""Persons at risk in 2019, in 2021, and together with former detainees.

The paragraphs named in brackets are those of the article's section ``scale``. The
article does not derive the number at risk in 2019, so the formulas for that number are
our own.
"""


def total_2019__transfers(labourers_2019, transfers_per_labourer, persons_per_transfer):
    """Labourers in 2019, times transfers per labourer, times persons per transfer
    (paragraph 1, if the printed labourers are transfers).

    >>> total_2019__transfers(1_000_000, 1, 0.5)
    500000.0
    """
    return labourers_2019 * transfers_per_labourer * persons_per_transfer


def south_2019__transfers(
    labourers_south_2019, transfers_per_labourer, persons_per_transfer
):
    """Labourers of southern Xinjiang in 2019, times transfers per labourer, times
    persons per transfer (paragraph 1, if the printed labourers are transfers).

    >>> south_2019__transfers(1_000_000, 1, 0.5)
    500000.0
    """
    return labourers_south_2019 * transfers_per_labourer * persons_per_transfer


def at_risk_2019__southern(south_2019, minority_share_south, at_risk_share_of_base):
    """Persons transferred in southern Xinjiang in 2019, times the share of ethnic
    minorities among them, times the share of these minorities at risk (paragraph 1).

    >>> at_risk_2019__southern(1_000_000, 0.5, 1)
    500000.0
    """
    return south_2019 * minority_share_south * at_risk_share_of_base


def at_risk_2019__composition(
    total_2019,
    south_2019,
    minority_share_south,
    minority_share_outside,
    at_risk_share_of_base,
):
    """Persons from ethnic minorities transferred in 2019, inside and outside southern
    Xinjiang, times the share of these persons at risk (paragraph 1).

    >>> at_risk_2019__composition(1_000_000, 600_000, 0.5, 0.25, 1)
    400000.0
    """
    minority = (
        south_2019 * minority_share_south
        + (total_2019 - south_2019) * minority_share_outside
    )
    return minority * at_risk_share_of_base


def at_risk_2019__constant_share(total_2019, at_risk_share_of_all):
    """All persons transferred in 2019, times the share of these persons at risk
    (paragraph 1).

    >>> at_risk_2019__constant_share(1_000_000, 0.5)
    500000.0
    """
    return total_2019 * at_risk_share_of_all


def at_risk_share_of_new__as_in_2019(at_risk_2019, total_2019):
    """Persons at risk in 2019, divided by persons transferred in 2019 (paragraphs 1 and
    3, if the share at risk is the same among persons added since 2019).

    >>> at_risk_share_of_new__as_in_2019(600_000, 1_000_000)
    0.6
    """
    return at_risk_2019 / total_2019


def at_risk_2021(at_risk_2019, net_new_persons, at_risk_share_of_new):
    """Persons at risk in 2019, plus the net increase in persons transferred since 2019
    times the share at risk among those added (paragraph 3).

    >>> at_risk_2021(600_000, 100_000, 0.5)
    650000.0
    """
    return at_risk_2019 + net_new_persons * at_risk_share_of_new


def at_risk_2021__from_low_end(at_risk_total_low, former_detainees, overlap):
    """The low end of the printed total minus former detainees who are not also counted
    as transferred (paragraph 3).

    >>> at_risk_2021__from_low_end(700_000, 200_000, 0.5)
    600000.0
    """
    return at_risk_total_low - former_detainees * (1 - overlap)


def at_risk_total(at_risk_2021, former_detainees, overlap):
    """Persons at risk through transfers, plus former detainees who are not also counted
    as transferred (paragraph 3).

    >>> at_risk_total(600_000, 100_000, 0.5)
    650000.0
    """
    return at_risk_2021 + former_detainees * (1 - overlap)


def former_detainees__from_low_end(at_risk_total_low, at_risk_2021, overlap):
    """The low end of the printed total minus persons at risk through transfers, divided
    by the share of former detainees not also counted as transferred (paragraphs 1 and
    3).

    >>> former_detainees__from_low_end(700_000, 600_000, 0.5)
    200000.0
    """
    return (at_risk_total_low - at_risk_2021) / (1 - overlap)


def former_detainees__from_high_end(at_risk_total_high, at_risk_2021, overlap):
    """The high end of the printed total minus persons at risk through transfers,
    divided by the share of former detainees not also counted as transferred (paragraphs
    1 and 3).

    >>> former_detainees__from_high_end(900_000, 600_000, 0.5)
    600000.0
    """
    return (at_risk_total_high - at_risk_2021) / (1 - overlap)
