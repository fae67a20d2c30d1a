"""Formulas of the invented package on evening classes: plain operators, base units."""


def sessions(households, sessions_per_household):
    """Households times the sessions held for each of them.

    >>> sessions(10, 3)
    30
    """
    return households * sessions_per_household


def day_per_evening(evening_share):
    """Households that came by day for each in the evening: the rest over the share.

    >>> day_per_evening(0.25)
    3.0
    """
    return (1 - evening_share) / evening_share


def attendance(households, villagers_per_household):
    """Households times the villagers of each who came.

    >>> attendance(10, 4)
    40
    """
    return households * villagers_per_household


def helpers__from_sessions(sessions, sessions_per_helper):
    """Sessions held over the sessions that one helper can hold.

    >>> helpers__from_sessions(300, 100)
    3.0
    """
    return sessions / sessions_per_helper


def sessions_of_a_helper(sessions, helpers):
    """Sessions held over the cadres who helped.

    >>> sessions_of_a_helper(300, 3)
    100.0
    """
    return sessions / helpers
