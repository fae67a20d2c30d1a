"""The numbers printed in one article, recomputed under settings of your own.

>>> import analysis
>>> article = analysis.load()
>>> study = article.change(persons_per_transfer=0.55, at_risk_2019="southern")
>>> round(study["at_risk_2021"].value)
1733172

In the example above, ``article`` holds the article's own numbers, and ``study`` holds
the numbers after two changes. A study never changes: a method that changes something
returns another study. An input that the article does not print is our own, and is
marked as an assumption. The package refuses a wrong name or value in one sentence, with
`analysis.InputError`, which is a ValueError.

You import each formula, which is a function, from its module. A formula takes numbers
in base units, numpy arrays of one shape, or columns of pandas, and returns the same
kind. The result of one formula can be an argument of the next. A formula neither
computes nor checks a limit: a study refuses a share above 1, but a formula accepts such
a share. The modules of ``analysis.formulas`` are ``labour_transfers``, ``at_risk``,
``training``, ``monitoring``, ``other_provinces`` and ``trade``. The next example turns
numbers of transfers into numbers of persons, at three ratios of persons to transfers,
and computes the increase in persons and the persons at risk in 2021:

>>> import pandas as pd
>>> from analysis.formulas import at_risk, labour_transfers as lt
>>> ratio = pd.Series([0.5, 0.8, 1.0], name="persons_per_transfer")
>>> transfers_2019 = lt.transfers_2019__from_rate(3_170_000, 0.105)
>>> persons_2019 = lt.persons_2019(transfers_2019, ratio)
>>> persons_2021 = lt.persons_2021(3_170_000, ratio)
>>> added = lt.net_new_persons(persons_2021, persons_2019)
>>> added.round().tolist()
[150611.0, 240977.0, 301222.0]
>>> (100 * added / persons_2019).round(1).tolist()  # in percent, the same at any ratio
[10.5, 10.5, 10.5]
>>> at_risk.at_risk_2021(1_600_000, added, 1).round().tolist()
[1750611.0, 1840977.0, 1901222.0]

Look a number up:
    study["at_risk_2021"]        its value, bounds, unit and remarks
    study.frame([...])           several numbers as a DataFrame
    study.steps("at_risk_2021")  the calculation, down to the printed numbers
    study.names("checks")        the ids of checks, which other methods take

See whether the numbers agree with what is printed:
    study.headlines()            the six headline numbers
    study.checks()               every comparison, with its verdict
    study.solutions()            what one would have to assume for a claim to hold
    study.findings()             what stands out, read sceptically and charitably

Change an assumption, a printed number or a reading:
    study.change(name=value)     one or several changes
    study.scenario("southern")   a named set of changes, or one from your own file
    study.from_notebook(...)     the parameters of a notebook

See what moves:
    study.differs_from(article)     the numbers in both studies
    study.verdict_changes(article)  the verdicts that differ
    study.sensitivity("at_risk_2021")  each assumption over its varied range
    study.ranges("at_risk_2021")    each assumption, rounding, and all of them at once
    study.specification_curve()     every combination of readings and values
    study.scenarios("southern")     estimates under scenarios, side by side
    study.break_even("at_risk_2021 >= 1.8 million person")  for which values it holds
    study.statements()              for which values each statement holds
    study.sweep([...], name=[...])  the numbers over a grid of values
    study.draws([...], name=(...))  random draws, with percentiles and Sobol indices

Show and cite the results:
    study.figure("waterfall")    a figure, whose caption names the setting
    study.to_latex("headlines")  a table for a paper
    study.cite()                 a sentence to quote, its caveat, the official figure
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"
__all__ = ["InputError", "Study", "load"]

if TYPE_CHECKING:
    from analysis.core.errors import InputError
    from analysis.study import Study, load


def __getattr__(name: str) -> Any:
    # The libraries load with the first name that needs them.
    if name in __all__:
        from analysis import study

        return getattr(study, name)
    raise AttributeError(
        f"module 'analysis' has no attribute '{name}'; it has {', '.join(__all__)}"
    )


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
