"""Training: person-sessions a year, before the plan, planned and held.

Places are paragraphs of section ``monitoring-2021-2025``. A session is one person in
one course; one person may take several.
"""


def training_increase(training_planned, training_before):
    """Sessions planned per year divided by sessions held per year before the plan, less
    one (paragraphs 3 and 5).

    >>> training_increase(3_000_000, 2_000_000)
    0.5
    """
    return training_planned / training_before - 1


def training_attainment(training_2021, training_planned):
    """Sessions held in 2021 divided by sessions planned per year (paragraph 5).

    >>> training_attainment(900_000, 1_000_000)
    0.9
    """
    return training_2021 / training_planned


def training_step_done(training_2021, training_before, training_planned):
    """Sessions held in 2021 less those held per year before, divided by the planned
    increase (paragraphs 3 and 5).

    >>> training_step_done(1_900_000, 1_000_000, 2_000_000)
    0.9
    """
    return (training_2021 - training_before) / (training_planned - training_before)


def training_needed_2022_2025(training_planned, years_2021_2025, training_2021, a_year):
    """Sessions per year needed in the rest of the plan to reach its planned mean
    (paragraphs 1 and 5).

    >>> training_needed_2022_2025(1_000_000, 5, 800_000, 1)
    1050000.0
    """
    return (training_planned * years_2021_2025 - training_2021 * a_year) / (
        years_2021_2025 - a_year
    )
