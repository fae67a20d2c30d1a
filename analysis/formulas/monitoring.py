"""Cadres, households and persons visited, and the share under real-time monitoring.

The paragraphs named in brackets are those of the article's section ``early-warning``. A
printed number of households may in fact count persons. The number of households would
then be the printed number divided by persons per household.
"""


def rural_households__persons(
    households_as_printed, persons_per_household_as_printed, persons_per_household
):
    """The printed number of households, read as a number of persons, divided by persons
    per household (paragraph 2).

    >>> rural_households__persons(2_000_000, 1, 4)
    500000.0
    """
    return (
        households_as_printed * persons_per_household_as_printed / persons_per_household
    )


def rural_persons__households(households_as_printed, persons_per_household):
    """The printed number of households times persons per household (paragraph 2).

    >>> rural_persons__households(2_000_000, 4)
    8000000
    """
    return households_as_printed * persons_per_household


def flagged_households__persons(
    flagged_as_printed, persons_per_household_as_printed, persons_per_household
):
    """The printed number of households under real-time monitoring, read as a number of
    persons, divided by persons per household (paragraph 2).

    >>> flagged_households__persons(100_000, 1, 4)
    25000.0
    """
    return flagged_as_printed * persons_per_household_as_printed / persons_per_household


def households_per_cadre(rural_households, cadres):
    """Rural households divided by the number of cadres (paragraph 2).

    >>> households_per_cadre(2_000_000, 100_000)
    20.0
    """
    return rural_households / cadres


def persons_per_cadre(rural_persons, cadres):
    """Rural persons divided by the number of cadres (paragraph 2).

    >>> persons_per_cadre(2_000_000, 100_000)
    20.0
    """
    return rural_persons / cadres


def flagged_share(flagged_households, rural_households):
    """Households under real-time monitoring divided by rural households (paragraph 2).

    >>> flagged_share(100_000, 2_000_000)
    0.05
    """
    return flagged_households / rural_households


def households_checked__apart(households_visited, households_investigated):
    """Households visited plus households investigated, if no household was both visited
    and investigated (paragraph 6).

    >>> households_checked__apart(2_000, 500)
    2500
    """
    return households_visited + households_investigated


def investigated_share(households_investigated, households_checked):
    """Households investigated, divided by households that were visited or investigated
    (paragraph 6).

    >>> investigated_share(500, 2_000)
    0.25
    """
    return households_investigated / households_checked
