"""Every check has hand arithmetic, once."""

from importlib import import_module
from pathlib import Path


def test_every_check_is_worked_out_by_hand_once(article):
    found = []
    for path in Path(__file__).parent.glob("test_*.py"):
        module = import_module(f"tests.backtests.{path.stem}")
        found += getattr(module, "CASES", ())
    assert sorted(found) == sorted(article.book.checks)
