"""Tests of many made-up inputs: few of them in an ordinary run, very many under the profile ``long``, counted there."""

import functools
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

RECORD = Path(__file__).resolve().parent / "long" / "fuzz.json"
#: How many examples each test has run in this session.
ran: Counter[str] = Counter()


def is_long() -> bool:
    return settings.get_current_profile_name() == "long"


def fuzz(*what: Any, short: int, long: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test of so many examples, by profile; each one that runs is counted."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @settings(
            max_examples=long if is_long() else short,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        )
        @given(*what)
        @functools.wraps(test)
        def counted(*args: Any, **kwargs: Any) -> None:
            ran[test.__name__] += 1
            test(*args, **kwargs)

        return counted

    return decorate


def record(passed: set[str]) -> None:
    """Write how many examples the tests that passed have run, beside what other runs have written of other tests."""
    before = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    counts = {**before, **{name: count for name, count in ran.items() if name in passed}}
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(dict(sorted(counts.items())), indent=1) + "\n", encoding="utf-8")


class Recorder:
    """What pytest hears of under the profile ``long``."""

    def __init__(self) -> None:
        self.passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid.rpartition("::")[2])

    def pytest_sessionfinish(self) -> None:
        if ran:
            record(self.passed)
