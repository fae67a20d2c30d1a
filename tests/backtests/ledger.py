"""A ledger of checks worked out by hand, and the test that compares each with the package's own result.

Power is 1 minus the share of the values v from p/2 to 3p/2 (the second: 0.9p to 1.1p) that the claim could have printed
in place of p and still have passed: those v whose half rounding unit on either side meets `low` to `high`.
"""

import pytest

from analysis.core.verdicts import judge

#: What the reason of a solution says.
SAID = {"inside": "the solution lies within the range", "outside": ", outside ", "impossible": "which is impossible"}


class Ledger:
    """Called with a check's id, its value and its bounds, and what follows from them.

    Between two calls, a name keeps its number until it is set again. rests_on: not compared where it is left out. said:
    what the reason says of a solution.
    """

    def __init__(self):
        self.entries = {}

    def __call__(self, id, *numbers, **more):
        assert id not in self.entries
        self.entries[id] = (numbers, more)

    def test(self):
        @pytest.mark.parametrize("id", self.entries)
        def test_by_hand(model, id):
            numbers, more = self.entries[id]
            compare(judge(model, model.register.checks[id]), *numbers, **more)

        return test_by_hand


def compare(
    r, point, low, high, verdict="", *, other="", kind="point", rests_on=None, power=None, solved=(), needed=None,
    said="",
):  # fmt: skip
    assert (r.recomputed, r.recomputed_low, r.recomputed_high) == pytest.approx((point, low, high), rel=1e-9)
    assert (r.verdict, r.verdict_other, r.kind) == (verdict, other, kind)
    assert rests_on in (None, r.rests_on)
    found = None if r.power is None else (r.power, r.power_10)
    assert found == (power and pytest.approx(power, rel=1e-9, abs=1e-9))
    assert r.needed == (needed and pytest.approx(needed, rel=1e-9))
    wanted = solved if isinstance(solved, (list, tuple)) else [(solved,)]
    assert [len(one) for one in r.solved] == [len(one) for one in wanted]
    values = [value for one in r.solved for _, value in one]
    assert values == pytest.approx([value for one in wanted for value in one], rel=1e-9)
    assert SAID.get(said, "") in r.reason
