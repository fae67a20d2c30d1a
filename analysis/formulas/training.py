"""Training sessions per year: held before the plan, planned, and held in 2021.

The paragraphs named in brackets are those of the article's section
``monitoring-2021-2025``. A session is one person in one course, so a person who takes
two courses counts as two sessions.
"""


def training_increase(training_planned, training_before):
    """Training sessions planned per year, divided by sessions held per year before the
    plan, minus one (paragraphs 3 and 5).

    >>> training_increase(3_000_000, 2_000_000)
    0.5
    """
    return training_planned / training_before - 1


def training_attainment(training_2021, training_planned):
    """Training sessions held in 2021, divided by sessions planned per year (paragraph
    5).

    >>> training_attainment(900_000, 1_000_000)
    0.9
    """
    return training_2021 / training_planned


def training_step_done(training_2021, training_before, training_planned):
    """Training sessions held in 2021 minus those held per year before the plan, divided
    by the planned increase per year (paragraphs 3 and 5).

    >>> training_step_done(1_900_000, 1_000_000, 2_000_000)
    0.9
    """
    return (training_2021 - training_before) / (training_planned - training_before)


def training_needed_2022_2025(training_planned, years_2021_2025, training_2021, a_year):
    """Training sessions needed per year from 2022 to 2025 for the whole plan to reach
    its planned yearly mean (paragraphs 1 and 5).

    >>> training_needed_2022_2025(1_000_000, 5, 800_000, 1)
    1050000.0
    """
    return (training_planned * years_2021_2025 - training_2021 * a_year) / (
        years_2021_2025 - a_year
    )
