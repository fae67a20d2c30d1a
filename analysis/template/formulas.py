"""The article's sums; each function has the name of the quantity that it computes."""


def coverage(children_reached, children_due):
    """Children reached, divided by children due.

    >>> coverage(50, 100)
    0.5
    """
    return children_reached / children_due


def missed_2023(children_due, children_reached):
    """Children due, less children reached.

    >>> missed_2023(100, 50)
    50
    """
    return children_due - children_reached


def unprotected(missed_2023, missed_before_2023, still_missed):
    """Children missed in 2023, plus those missed before who are still without a dose.

    >>> unprotected(10, 20, 0.5)
    20.0
    """
    return missed_2023 + missed_before_2023 * still_missed
