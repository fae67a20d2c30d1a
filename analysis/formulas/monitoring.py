"""Monitoring: cadres, households and persons, and the share under real-time monitoring.

Places are paragraphs of section ``early-warning``. A printed number of households can
also be read as a number of persons; it then gives households by way of the persons per
household.
"""


def rural_households__persons(
    households_as_printed, persons_per_household_as_printed, persons_per_household
):
    """Households as printed, read as persons, divided by persons per household
    (paragraph 2).

    >>> rural_households__persons(2_000_000, 1, 4)
    500000.0
    """
    return (
        households_as_printed * persons_per_household_as_printed / persons_per_household
    )


def rural_persons__households(households_as_printed, persons_per_household):
    """Households as printed times persons per household (paragraph 2).

    >>> rural_persons__households(2_000_000, 4)
    8000000
    """
    return households_as_printed * persons_per_household


def flagged_households__persons(
    flagged_as_printed, persons_per_household_as_printed, persons_per_household
):
    """Households under real-time monitoring as printed, read as persons, divided by
    persons per household (paragraph 2).

    >>> flagged_households__persons(100_000, 1, 4)
    25000.0
    """
    return flagged_as_printed * persons_per_household_as_printed / persons_per_household


def households_per_cadre(rural_households, cadres):
    """Rural households divided by cadres (paragraph 2).

    >>> households_per_cadre(2_000_000, 100_000)
    20.0
    """
    return rural_households / cadres


def persons_per_cadre(rural_persons, cadres):
    """Rural persons divided by cadres (paragraph 2).

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
    """Households visited and households investigated, none of them both (paragraph 6).

    >>> households_checked__apart(2_000, 500)
    2500
    """
    return households_visited + households_investigated


def investigated_share(households_investigated, households_checked):
    """Households investigated divided by households visited or investigated (paragraph
    6).

    >>> investigated_share(500, 2_000)
    0.25
    """
    return households_investigated / households_checked
