"""The article's sums, worked by hand: a slip in a formula is found here."""

import unittest
from pathlib import Path

import analysis

STUDY = analysis.load(Path(__file__).resolve().parents[1])
#: For each check what it gives, by hand, and its verdict.
SUMS = {
    # 171 of 184 thousand.
    "coverage_check": (171 / 184, "matches"),
    # 184 - 171 = 13, and 13 + 26 = 39 thousand.
    "unprotected_check": (39_000, "matches"),
}


class Sums(unittest.TestCase):
    """Compares what is computed with what was worked by hand."""

    def test_every_check_has_its_sum(self):
        """A check that nobody worked by hand is named."""
        self.assertEqual(sorted(STUDY.book.checks), sorted(SUMS))

    def test_the_checks_give_the_sums(self):
        """Values agree, and so do verdicts."""
        checks = STUDY.checks().set_index("id")
        for name, (value, verdict) in SUMS.items():
            with self.subTest(name):
                self.assertAlmostEqual(checks.loc[name, "value"] / value, 1)
                self.assertEqual(checks.loc[name, "verdict"], verdict)


if __name__ == "__main__":
    unittest.main()
