"""A ledger of checks and solutions worked out by hand, and the test that compares each
with the package's own result.

``passing`` is a share of the numbers v from nine to eleven tenths of the printed
number. It counts the numbers v that would have passed, had the article printed them
with the same words and places. An exact v, "about" v, or an end v of a range passes if
some value within half a place of v lies from ``low`` to ``high``. "Over" v passes if v
is below ``high``. "Approaches" v passes if v is above ``low`` and ``value`` is no more
than a tenth below v.
"""

import pytest

from analysis.model.solutions import solution
from analysis.model.verdicts import judge


class Ledger:
    """Called with a check's id, its value with bounds, and its verdict; ``solution``
    with an assumption's value.

    finer: the verdict at the finer places, where it differs. by: the value less the
    printed number. A bound that is None, and a share or a difference that is left out,
    is not compared.
    """

    def __init__(self):
        self.entries = {}

    def __call__(
        self,
        id,
        value,
        low,
        high,
        verdict="",
        *,
        side="",
        finer="",
        barely=False,
        by=None,
        passing=None,
        passing_rounded=None,
    ):
        assert id not in self.entries

        def compare(model):
            found = judge(model, model.register.checks[id])
            assert found.recomputed == close(value)
            assert low is None or found.recomputed_low == close(low)
            assert high is None or found.recomputed_high == close(high)
            assert (found.verdict, found.finer, found.side, found.barely) == (
                verdict,
                finer,
                side,
                barely,
            )
            assert by is None or found.difference == close(by)
            assert passing is None or found.passing == close(passing)
            assert passing_rounded is None or found.passing_rounded == close(
                passing_rounded
            )

        self.entries[id] = compare

    def solution(self, id, value, status):
        assert id not in self.entries

        def compare(model):
            found = solution(model, model.register.solutions[id])
            assert (found.value, found.status) == (close(value), status)

        self.entries[id] = compare

    def test(self):
        @pytest.mark.parametrize("id", self.entries)
        def test_by_hand(model, id):
            self.entries[id](model)

        return test_by_hand


def close(number):
    return number if number is None else pytest.approx(number, rel=1e-9, abs=1e-9)
