"""A study: the article's numbers under one setting, for Python, a notebook and the command line.

>>> article = load()
>>> round(article["at_risk_2021"].value)
1901222
>>> study = article.change(persons_per_transfer=0.55)
>>> round(study["net_new_persons"].value), study.differs
(165672, 'differs from the article in: persons_per_transfer = 0.55 person/transfer in place of 1')
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.core.model import ARTICLE, Estimate, Model, ModelError, Plan, Setting
from analysis.core.register import Register
from analysis.core.units import nearest
from analysis.core.verdicts import Outcome, judge_all

if TYPE_CHECKING:
    import pandas as pd


def load(folder: Path | str | None = None) -> Study:
    """The article's own numbers.

    folder: another data package; else the environment's ANALYSIS_DATA, else the one that comes with the package. Raises
    InputError, one sentence that names file, row and field.
    """
    return Study(Model(Register.read(folder)))


class Study:
    """The numbers under one setting. A study never changes; ``change`` makes another."""

    def __init__(self, model: Model, setting: Setting = ARTICLE) -> None:
        self.model, self.setting = model, setting

    def change(self, **given: Any) -> Study:
        """Another study with some assumptions, printed numbers or readings changed.

        given: by name, a number in base units, a text with a number and its unit, or the name of a reading. Raises
        InputError in one sentence for a wrong name, value, unit, type or combination.

        >>> load().change(at_risk_2019="southern", persons_per_transfer="0.8 person/transfer").setting.values
        {'persons_per_transfer': 0.8}
        >>> load().change(ovrelap=0.5)
        Traceback (most recent call last):
            ...
        analysis.core.plan.ModelError: 'ovrelap' is not a quantity; did you mean 'overlap'?
        """
        return Study(self.model, self.model.change(given, self.setting))

    def __getitem__(self, name: str) -> Estimate:
        """The estimate of ``quantity``, ``quantity.reading`` or a claim. Raises ModelError where there is none."""
        quantity, readings = self.model.named(name)
        return self.model.estimate(quantity, self.model.change(readings, self.setting))

    def plan(self, name: str) -> Plan:
        """The nodes that a quantity rests on here."""
        quantity, readings = self.model.named(name)
        return self.model.plan(quantity, self.model.change(readings, self.setting))

    def frame(self, names: Iterable[str]) -> pd.DataFrame:
        """Estimates as a table, a row each: value, low, high, unit, side; empty with the reason where there is none."""
        import pandas as pd

        rows: dict[str, dict[str, Any]] = {}
        for name in names:
            try:
                one = self[name]
                rows[name] = {"value": one.value, "low": one.low, "high": one.high, "unit": one.unit, "side": one.side}
            except ModelError as error:
                self.model.named(name)
                rows[name] = {"reason": str(error)}
        columns = ["value", "low", "high", "unit", "side"]
        columns += ["reason"] if any("reason" in row for row in rows.values()) else []
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("quantity")

    def differs_from(self, other: Study, names: Iterable[str] = ()) -> pd.DataFrame:
        """Estimates here beside those of another study, with the difference, absolute and in percent.

        names: else the estimates that the data package lists.
        """
        if not isinstance(other, Study):
            raise ModelError(f"{other!r} is not a study; analysis.load() gives one")
        wanted = [*names] or [*self.model.register.estimates]
        here, there = self.frame(wanted), other.frame(wanted)
        frame = there[["value"]].rename(columns={"value": "other"}).join(here[["value", "unit"]])
        frame["difference"] = frame["value"] - frame["other"]
        frame["percent"] = 100 * frame["difference"] / frame["other"].abs()
        return frame[["other", "value", "difference", "percent", "unit"]]

    def outcomes(self, checks: Iterable[str] | None = None) -> list[Outcome]:
        """The named checks, or all of them, judged here."""
        known = self.model.register.checks
        for name in checks or ():
            if name not in known:
                raise ModelError(f"'{name}' is not a check{nearest(name, known)}")
        return judge_all(self.model, checks, self.setting)

    def checks(self, quantity: str = "") -> pd.DataFrame:
        """The checks of a quantity, or all of them: published, recomputed, verdict, conditions."""
        import pandas as pd

        table = self.model.register.checks
        names = [name for name, row in table.items() if not quantity or row.quantity == self.model.known(quantity)]
        rows = {
            one.check.id: {
                "statement": one.check.statement, "published": one.published, "recomputed": one.recomputed,
                "low": one.recomputed_low, "high": one.recomputed_high, "verdict": one.verdict or "derived",
                "stays for": one.condition,
            }
            for one in self.outcomes(names)
        }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("check")

    def findings(self, quantity: str = "") -> pd.DataFrame:
        """The findings that rest on a claim of a quantity's, or all of them."""
        import pandas as pd

        found = self.model.register.findings.values()
        claims = self.plan(quantity).claims if quantity else frozenset[str]()
        shown = [one for one in found if not quantity or claims & {*one.claims}]
        rows = {one.id: {"title": one.title, "settled by": one.settle} for one in shown}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["title", "settled by"]).rename_axis("finding")

    @property
    def differs(self) -> str:
        """The differences from the article, in one line; says so where there are none."""
        return self.model.differences(self.setting) or "as in the article"

    def __repr__(self) -> str:
        return f"{self.model.register.title}: {self.differs}."
