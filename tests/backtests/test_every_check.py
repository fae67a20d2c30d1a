"""Every check and every solution has hand arithmetic."""

from importlib import import_module
from pathlib import Path


def test_every_check_and_solution_is_worked_out_by_hand_once(model):
    files = [
        path.stem
        for path in Path(__file__).parent.glob("test_*.py")
        if path.stem != Path(__file__).stem
    ]
    modules = [import_module(f"tests.backtests.{name}") for name in files]
    found = [
        id
        for module in modules
        if hasattr(module, "hand")
        for id in module.hand.entries
    ]
    assert sorted(found) == sorted([*model.register.checks, *model.register.solutions])
