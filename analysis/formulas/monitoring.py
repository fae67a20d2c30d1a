"""Monitoring: cadres, households and persons, and the share under real-time monitoring.

Place in the article: section ``early-warning``, paragraphs 2 and 6. Households as printed can also be read as persons;
then they are persons, and households by way of the persons in one. What does not belong here: labour transfers.
"""

from analysis.core.units import Value


def rural_households__households(households_as_printed: Value) -> Value:
    """Households as printed.

    households_as_printed: households, any shape. Returns households. Place: early-warning, paragraph 2.

    >>> rural_households__households(2_000_000)
    2000000
    """
    return households_as_printed


def rural_households__persons(
    households_as_printed: Value, persons_per_household_as_printed: Value, persons_per_household: Value
) -> Value:
    """Households as printed, read as persons, over persons per household.

    households_as_printed: households; persons_per_household_as_printed, which is one, and persons_per_household:
    persons per household; any shape. Returns households. Place: early-warning, paragraph 2, if persons were meant.

    >>> rural_households__persons(2_000_000, 1, 4)
    500000.0
    """
    return households_as_printed * persons_per_household_as_printed / persons_per_household


def rural_persons__households(households_as_printed: Value, persons_per_household: Value) -> Value:
    """Households as printed times persons per household.

    households_as_printed: households; persons_per_household: persons per household; any shape. Returns persons.
    Place: early-warning, paragraph 2.

    >>> rural_persons__households(2_000_000, 4)
    8000000
    """
    return households_as_printed * persons_per_household


def rural_persons__persons(households_as_printed: Value, persons_per_household_as_printed: Value) -> Value:
    """Households as printed, read as persons.

    households_as_printed: households; persons_per_household_as_printed: persons per household, which is one; any
    shape. Returns persons. Place: early-warning, paragraph 2, if persons were meant.

    >>> rural_persons__persons(2_000_000, 1)
    2000000
    """
    return households_as_printed * persons_per_household_as_printed


def flagged_households__households(flagged_as_printed: Value) -> Value:
    """Households under real-time monitoring, as printed.

    flagged_as_printed: households, any shape. Returns households. Place: early-warning, paragraph 2.

    >>> flagged_households__households(100_000)
    100000
    """
    return flagged_as_printed


def flagged_households__persons(
    flagged_as_printed: Value, persons_per_household_as_printed: Value, persons_per_household: Value
) -> Value:
    """Households under real-time monitoring as printed, read as persons, over persons per household.

    flagged_as_printed: households; persons_per_household_as_printed, which is one, and persons_per_household: persons
    per household; any shape. Returns households. Place: early-warning, paragraph 2, if persons were meant.

    >>> flagged_households__persons(100_000, 1, 4)
    25000.0
    """
    return flagged_as_printed * persons_per_household_as_printed / persons_per_household


def households_per_cadre(rural_households: Value, cadres: Value) -> Value:
    """Rural households over cadres.

    rural_households: households; cadres: cadres; any shape. Returns households per cadre.
    Place: early-warning, paragraph 2.

    >>> households_per_cadre(2_000_000, 100_000)
    20.0
    """
    return rural_households / cadres


def persons_per_cadre(rural_persons: Value, cadres: Value) -> Value:
    """Rural persons over cadres.

    rural_persons: persons; cadres: cadres; any shape. Returns persons per cadre. Place: early-warning, paragraph 2.

    >>> persons_per_cadre(2_000_000, 100_000)
    20.0
    """
    return rural_persons / cadres


def flagged_share(flagged_households: Value, rural_households: Value) -> Value:
    """Households under real-time monitoring over rural households.

    flagged_households, rural_households: households, any shape. Returns a share. Place: early-warning, paragraph 2.

    >>> flagged_share(100_000, 2_000_000)
    0.05
    """
    return flagged_households / rural_households


def households_checked__nested(households_visited: Value) -> Value:
    """Households visited, those investigated among them.

    households_visited: households, any shape. Returns households. Place: early-warning, paragraph 6.

    >>> households_checked__nested(2_000)
    2000
    """
    return households_visited


def households_checked__apart(households_visited: Value, households_investigated: Value) -> Value:
    """Households visited and households investigated, none of them both.

    households_visited, households_investigated: households, any shape. Returns households.
    Place: early-warning, paragraph 6.

    >>> households_checked__apart(2_000, 500)
    2500
    """
    return households_visited + households_investigated


def investigated_share(households_investigated: Value, households_checked: Value) -> Value:
    """Households investigated over households visited or investigated.

    households_investigated, households_checked: households, any shape. Returns a share.
    Place: early-warning, paragraph 6.

    >>> investigated_share(500, 2_000)
    0.25
    """
    return households_investigated / households_checked
