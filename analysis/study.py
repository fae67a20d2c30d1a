"""This module holds ``Study``: the article's numbers under one setting.

A setting is one complete set of assumptions, printed numbers and readings from which
the results are computed. A reading is one of several ways in which a quantity can get
its number. Python programs, notebooks and the command line all compute with studies.

>>> study = load().change(persons_per_transfer=0.55)
>>> round(study["net_new_persons"].value), study.differs
(165672, 'differs from the article in: persons_per_transfer = 0.55 person/transfer
in place of our 1')
"""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from analysis.core import arguments
from analysis.core.arguments import listed
from analysis.core.errors import InputError, display_path
from analysis.core.register import Register
from analysis.core.sentences import as_sentence, message, setting_words
from analysis.core.units import close_match, in_list, nearest
from analysis.model.model import ARTICLE, Estimate, Model, ModelError, Setting
from analysis.model.verdicts import Outcome, judge_all
from analysis.whatif import DRAWS

if TYPE_CHECKING:
    import pandas as pd

    from analysis.render.drawn import Drawn
    from analysis.render.steps import Steps
    from analysis.whatif.distributions import Distribution


_Call = TypeVar("_Call", bound=Callable[..., Any])


def _checked(name: str) -> Callable[[_Call], _Call]:
    """Make a function raise InputError for arguments that it does not take."""

    def decorated(function: _Call) -> _Call:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args: Any, **named: Any) -> Any:
            arguments.refuse_unless_taken(name, signature, args, named)
            return function(*args, **named)

        return cast(_Call, checked)

    return decorated


def _with_checked_methods(study: type[Study]) -> type[Study]:
    """Make each public method raise InputError for arguments that it does not take."""
    for name, method in [*vars(study).items()]:
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(study, name, _checked(f"study.{name}")(method))
    return study


@_checked("analysis.load")
def load(folder: Path | str | None = None) -> Study:
    """Return a study of the article's own numbers, in which nothing is changed.

    ``folder`` is the folder of a data package. Without ``folder``, the function reads
    the folder named in the environment variable ANALYSIS_DATA or, if that variable is
    not set, the data package that comes with the code. Raises InputError for a data
    package that can't be used; the message names the file, the row and the field.
    """
    from analysis.render import figure_rows
    from analysis.render.interactive import prepare

    model = Model(Register.read(folder))
    # A fault in the figures is named before anything is computed.
    figure_rows.read(model)
    prepare(model.quantities)
    return Study(model)


def _restored(
    folder: Path, setting: Setting, drawn: tuple[tuple[str, Distribution], ...]
) -> Study:
    """Restore a pickled study; all studies of one folder in a process share a model."""
    return Study(_model(folder), setting, dict(drawn))


@cache
def _model(folder: Path) -> Model:
    return Model(Register.read(folder))


def _flat(names: Iterable[Any]) -> list[Any]:
    """Join names, and lists of names, into a single list."""
    return [name for part in names for name in listed(part)]


def _named(quantities: Any) -> list[Any]:
    """Return names of quantities as a list. Raises ModelError for an empty list."""
    names = [*listed(quantities)]
    if not names:
        raise ModelError("no quantity is named; study.names() lists them")
    return names


@_with_checked_methods
class Study(arguments.NearAttributes):
    """The article's numbers under one setting.

    A study never changes; ``change`` makes another study. A study maps the name of each
    quantity to its estimate. A study supports ``in``, iteration, ``len``, ``keys`` and
    ``[...]``, as a mapping does. A study has no ``items`` and no ``get``, because
    ``[...]`` raises InputError for a quantity without a single value. Two studies are
    equal if they have the same data package and equal settings. Studies can be pickled.

    >>> article = load()
    >>> "at_risk_2021" in article, "at_risk_2022" in article
    (True, False)
    >>> article.change(overlap=0.5).change(overlap=0) == article
    True
    """

    def __init__(
        self,
        model: Model,
        setting: Setting = ARTICLE,
        distributions: Mapping[str, Distribution] | None = None,
    ) -> None:
        self.model, self.setting = model, setting
        self.distributions = distributions or {}

    def __iter__(self) -> Iterator[str]:
        return iter(self.model.quantities)

    def __len__(self) -> int:
        return len(self.model.quantities)

    def keys(self) -> list[str]:
        """Return the names of all quantities; ``dict(study)`` calls this method.

        If a quantity has no single value, ``dict(study)`` raises InputError, but
        ``study.frame(study)`` gives the reason in the row of that quantity.
        """
        return [*self]

    def __contains__(self, name: object) -> bool:
        try:
            self.model.quantity_and_reading(name)
        except ModelError:
            return False
        return True

    # A type checker must go on to refuse unknown attributes.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            # A study that is still being restored has no model yet.
            if "model" in vars(self) and name in self.model.quantities:
                sentence = f"'{name}' is a quantity: write study[\"{name}\"]"
                raise AttributeError(sentence, name=name, obj=None)
            super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in ("model", "setting", "distributions") or name in vars(self):
            how = f"; write study.change({name}=…)" if name in self else ""
            sentence = f"a study never changes, so '{name}' can't be set{how}"
            raise AttributeError(sentence, name=name, obj=None)
        super().__setattr__(name, value)

    def _ipython_key_completions_(self) -> list[str]:
        return [*self]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Study) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, self._identity

    @property
    def _identity(self) -> tuple[Path, Setting, tuple[tuple[str, Distribution], ...]]:
        folder = self.model.register.folder.absolute()
        return folder, self.setting, tuple(sorted(self.distributions.items()))

    def change(self, /, *mappings: Mapping[str, Any], **changes: Any) -> Study:
        """Return another study, with changed assumptions, printed numbers or readings.

        ``study.names()`` lists the names of the quantities, with their units and
        readings. The new value of a quantity is a number in base units, a text with a
        number and its unit, the name of a reading, or a distribution in the form that
        the method ``draws`` takes. Changes may also be given as a mapping, as in
        ``study.change({"overlap": 0.5})``. If you give a distribution, the quantity is
        set to the median of that distribution. A change replaces an earlier change of
        the same quantity. A number without a unit is refused if it is at least fifty
        times as large as the usual numbers of its quantity, or at most a fiftieth of
        them, because a word such as "million" may be missing. For former_detainees, 0.6
        is refused and "0.6 person" is accepted. Raises InputError for a wrong name,
        value, unit, type or combination, and for a change that affects no check.

        >>> study = load().change(
        ...     at_risk_2019="southern", persons_per_transfer="0.8 person/transfer"
        ... )
        >>> dict(study.setting.choices)
        {'at_risk_2019': 'southern', 'persons_per_transfer': 0.8}
        """
        from analysis.whatif.distributions import settled

        example = "study.change(overlap=0.5)"
        changes = arguments.named("change", mappings, changes, example)
        setting, drawn = settled(self.model, changes, self.setting)
        return self._under(setting, changes, drawn)

    def changed_by_texts(self, scenario: str, texts: Mapping[str, str]) -> Study:
        """Return the study that a command asks for, under a scenario and with changes.

        If ``scenario`` is empty, only the changes apply. Raises InputError for whatever
        the methods ``scenario`` and ``change`` refuse, and if the changes replace
        everything that the scenario changes.
        """
        study = self.scenario(scenario) if scenario else self
        if not texts:
            return study
        replaced = sorted(study.setting.choices)
        if replaced and texts.keys() >= {*replaced}:
            names = ", ".join(replaced)
            raise ModelError(message("scenario_replaced", names=names))
        return study.change(**texts)

    def from_notebook(
        self, namespace: Mapping[str, Any], *, other: Sequence[str] = ()
    ) -> Study:
        """Return this study with the parameters of a notebook applied.

        ``namespace`` maps the names in the notebook to their values, as ``globals()``
        returns them. A name whose value is a number, a text, a list or a mapping counts
        as a parameter. If the notebook's parameters are not quantities, give the names
        of all parameters as ``other``; the method then checks the names and returns
        this study unchanged. Raises InputError for any parameter with an unknown name,
        so that a mistyped parameter never passes unnoticed. If the namespace already
        holds a study, a name that a reader has defined for another purpose is ignored,
        unless the name resembles that of a parameter.
        """
        if not isinstance(namespace, Mapping):
            raise ModelError(f"{namespace!r} holds no names; write globals()")
        known = [arguments.text("a name in other", name) for name in listed(other)]
        names = [arguments.text("a name in the notebook", name) for name in namespace]
        annotated = namespace.get("__annotations__", {})
        if not isinstance(annotated, Mapping):
            annotated = {}
        for name in annotated.keys() - {*names}:
            raise ModelError(
                f"'{name}' has an annotation and no value; write the value after an "
                "equals sign"
            )
        parameters = self._parameters(namespace, known)
        for name in parameters:
            if known and name not in known:
                raise ModelError(
                    f"'{name}' is not a parameter of the notebook{nearest(name, known)}"
                )
        return self if known else self.change(**self._settled(parameters))

    def _parameters(
        self, namespace: Mapping[str, Any], other: Sequence[str]
    ) -> dict[str, Any]:
        """Return the parameters in a notebook's namespace, with their values.

        If the namespace holds a study, a name counts as a parameter only if the name is
        that of a quantity, or resembles that of a parameter.
        """
        kinds = (Real, Decimal, str, list, tuple, dict, type(None))
        known = self.model.quantities
        parameters = {}
        has_study = False
        for name, value in namespace.items():
            # IPython keeps its cells in In and Out. A callable may be an imported
            # formula, which has the name of its quantity.
            is_hidden = name.startswith("_") or name in ("In", "Out")
            if is_hidden or callable(value):
                continue
            has_study = has_study or isinstance(value, Study)
            if isinstance(value, kinds) or name in known:
                parameters[name] = value
        if not has_study:
            return parameters
        return {
            name: value
            for name, value in parameters.items()
            if name in known or close_match(name, other or known)
        }

    def _settled(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Drop each default reading that differs from the reading of a linked quantity.

        Linked quantities must take the same reading. If two linked quantities are given
        different readings, the parameter that gives the article's own reading is
        dropped.
        """
        settled = dict(parameters)
        for group in self.model.register.linked_readings:
            chosen = {name: str(settled[name]) for name in group if name in settled}
            if len({*chosen.values()}) > 1:
                for name, reading in chosen.items():
                    if reading == self.model.default(name):
                        del settled[name]
        return settled

    def __getitem__(self, name: str) -> Estimate:
        """Return the estimate for ``quantity``, ``quantity.reading`` or a claim's id.

        Raises InputError if the name is unknown or if the quantity has no single value.
        """
        return self.model.estimate(*self.model.quantity_and_setting(name, self.setting))

    def steps(self, *names: str, depth: int | None = None) -> Steps:
        """Show step by step how some quantities are calculated.

        A step shows a formula, the formula with its numbers, and the result. The
        formula of a quantity needs other quantities, whose own formulas may need
        further ones. ``depth`` is the number of levels of needed quantities to show;
        without ``depth``, all levels are shown.

        >>> load().change(persons_per_transfer=0.5).steps("net_new_persons", depth=0)
        net new persons = persons 2021 − persons 2019
                        = 1.585 million − 1.434 million
                        = 151,000
            printed: "approximately 300,000 persons" (note 4): differs by 149,000
        """
        from analysis.render.steps import Steps

        if depth is not None:
            depth = arguments.whole("depth", depth, 0)
        return Steps(self.model, self.setting, _named(_flat(names)), depth)

    def frame(self, names: str | Iterable[str]) -> pd.DataFrame:
        """Return the estimates of some quantities as a table, with a row for each.

        The columns are value, low, high, unit and side. If a quantity has no estimate,
        its cells are empty and a further column gives the reason.

        >>> load().frame("net_new_persons").value.round().tolist()
        [301222.0]
        """
        columns = ["value", "low", "high", "unit", "side"]
        rows: dict[str, Any] = {}
        for name in _named(names):
            try:
                rows[name] = vars(self[name])
            except ModelError as error:
                self.model.quantity_and_setting(name)
                rows[name] = {"reason": str(error)}
        if any("reason" in row for row in rows.values()):
            columns.append("reason")
        return self._framed(rows, columns, "quantity")

    def _framed(
        self, rows: dict[str, Any], columns: list[str], index: str
    ) -> pd.DataFrame:
        import pandas as pd

        frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return self._with_differs(frame.rename_axis(index))

    def differs_from(
        self, other: Study, names: str | Iterable[str] = ()
    ) -> pd.DataFrame:
        """Compare this study's estimates with those of another study.

        Each row has the difference between the two estimates, absolute and in percent,
        or the reason why no difference can be computed. Without ``names``, the table
        has the estimates that the data package lists. ``attrs["differs"]`` says how
        this study differs from the article, and ``attrs["other_differs"]`` says how the
        other study differs from the article.

        >>> half = load().change(persons_per_transfer=0.5)
        >>> half.differs_from(load(), ["net_new_persons"]).percent.tolist()
        [-50.0]
        """
        self._refuse_other_package(other)
        from analysis.render.tables import in_words
        from analysis.render.whatif_tables import beside_table

        wanted = [*listed(names)] or [*self.model.register.estimates]
        here, there = self.frame(wanted), other.frame(wanted)
        frame = there[["value"]].rename(columns={"value": "other"}).join(here["value"])
        frame["difference"] = frame["value"] - frame["other"]
        frame["percent"] = 100 * frame["difference"] / frame["other"].abs()
        frame = frame.join(here["unit"])
        reasons = [
            estimates["reason"] for estimates in (here, there) if "reason" in estimates
        ]
        if reasons:
            frame = frame.assign(reason=reasons[0].combine_first(reasons[-1]))
        printed = [
            name
            for name in frame.index[frame["value"].notna() & frame["other"].notna()]
            if self._is_printed(name) and other._is_printed(name)
        ]
        words = beside_table(self.model, frame, other.differs, printed)
        return self._beside(other, in_words(frame, words))

    def _refuse_other_package(self, other: Any) -> None:
        """Refuse anything but a study of the same data package."""
        if not isinstance(other, Study):
            raise ModelError(f"{other!r} is not a study; analysis.load() gives one")
        here, there = self._identity[0], other._identity[0]
        if here != there:
            raise ModelError(
                "the other study is of another data package, so the two can't be "
                f"compared: {display_path(there)}, not {display_path(here)}"
            )

    def _is_printed(self, name: str) -> bool:
        """Return whether a quantity's value in this study is a printed number."""
        quantity, setting = self.model.quantity_and_setting(name, self.setting)
        plan = self.model.plan(quantity, setting)
        return plan.by_name[plan.target].source.claim is not None

    def _beside(self, other: Study, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame whose ``attrs`` describe the settings of both studies."""
        frame = self._with_differs(frame)
        frame.attrs["other_differs"] = other.differs
        return frame

    def verdict_changes(self, other: Study) -> pd.DataFrame:
        """Show each check whose verdict differs between this study and another.

        The column ``before`` has the verdict in the other study, and ``after`` has the
        verdict in this study. If a check has no verdict in one of the studies, the cell
        for that study is empty and ``reason`` says why. The text below the table counts
        the article's results by verdict, in the other study and in this one.

        >>> half = load().change(persons_per_transfer=0.5)
        >>> changes = half.verdict_changes(load())
        >>> changes.loc["at_risk_2021_sum", ["before", "after"]].tolist()
        ['matches', 'compatible']
        """
        self._refuse_other_package(other)
        from analysis.render import frames

        changed = frames.verdict_changes(
            self.model,
            other.outcomes(),
            self.outcomes(),
            self.setting,
            other.setting,
        )
        return self._beside(other, changed.to_pandas().set_index("check"))

    def scenario(self, name: str | Path) -> Study:
        """Apply a scenario of the package or of a file, and return the new study.

        The scenario's changes replace earlier changes of the same quantities.
        ``study.names("scenarios")`` lists the package's scenarios. Raises InputError
        for an unknown scenario.

        >>> dict(load().scenario("half_overlap").setting.choices)
        {'former_detainees': 'set', 'overlap': 0.5}
        """
        from analysis.whatif.scenarios import find

        text = str(name) if isinstance(name, Path) else arguments.text("name", name)
        scenario = find(text, self.model)
        setting = scenario.setting(self.model, self.setting)
        drawn = scenario.distributions(self.model)
        return self._under(setting, scenario.values, drawn)

    def _under(
        self,
        setting: Setting,
        changes: Mapping[str, Any],
        drawn: Mapping[str, Distribution],
    ) -> Study:
        """Return a study under another setting, and add the distributions in ``drawn``.

        This study's distributions are kept, except those of changed quantities.
        """
        kept = {
            name: earlier
            for name, earlier in self.distributions.items()
            if name not in changes
        }
        # A value that equals the article's own need not affect anything.
        changed = Setting(setting.choices, frozenset(setting.choices))
        self.model.check_used(changed, self.model.judged(setting))
        distributions = {**kept, **drawn}
        words = {name: str(shape) for name, shape in distributions.items()}
        return Study(self.model, replace(setting, drawn=words), distributions)

    def _under_reading(self, text: str) -> tuple[str, Study]:
        """Return the quantity that a text names, and a study with the named reading."""
        quantity, setting = self.model.quantity_and_setting(text, self.setting)
        return quantity, Study(self.model, setting, self.distributions)

    def sensitivity(self, quantity: str) -> pd.DataFrame:
        """Show how far assumptions and rounding move a quantity, alone and together.

        The quantity may be named with one of its readings, as ``quantity.reading``. The
        column ``moved`` names what moves the quantity. In the row of an assumption,
        ``low`` and ``high`` are the ends of the range over which the assumption is
        varied; the limits of the model may cut this range. The columns ``at_low`` and
        ``at_high`` have the quantity's values, in base units, when the assumption is at
        ``low`` and at ``high``. The assumption that moves the quantity most is in the
        first row.

        In the rows ``rounding`` and ``all``, ``at_low`` and ``at_high`` are the
        smallest and the largest value of the quantity. In the row ``rounding``, printed
        numbers move over all values that round to their digits; in the row ``all``,
        printed numbers and assumptions move together. In the row ``lowest``, every
        assumption is at the value that makes the quantity lowest; in the row
        ``highest``, every assumption is at the value that makes the quantity highest.

        >>> at_low = load().sensitivity("at_risk_2021").at_low
        >>> at_low.round().astype(int)["persons_per_transfer"].item()
        1708440
        """
        from analysis.whatif.sensitivity import ranges

        # A quantity without a value is refused here, with the reason.
        name, study = self._under_reading(quantity)
        self.model.estimate(name, study.setting)
        rounding, *others, everything = ranges(self.model, name, study.setting)
        rows = {row.moved: vars(row) for row in (*others, rounding, everything)}
        columns = ["low", "high", "at_low", "at_high"]
        return study._framed(rows, columns, "moved")

    def draws(
        self,
        quantities: str | Iterable[str],
        /,
        *,
        n: float = DRAWS,
        seed: int = 0,
        percentiles: Sequence[float] | float = (5, 50, 95),
        rounding: bool = True,
        **distributions: Any,
    ) -> Drawn:
        """Draw quantities at random, from distributions of some of their inputs.

        An input may be an assumption or a printed number. Give each input a shape and
        the numbers of that shape, in base units or as texts with their unit:
        ``("uniform", low, high)``, ``("triangular", low, mode, high)``, ``("normal",
        mean, sd)``, ``("lognormal", median, sd of the logarithm)``, ``("beta", a, b)``
        or ``("discrete", values, weights)``. Each distribution is cut at the ends of
        the allowed range of its quantity. If this study is under a scenario with
        distributions, the quantities of these distributions are drawn, too. A printed
        number without a distribution is drawn uniformly over the values that round to
        its digits, unless ``rounding`` is false.

        ``percentiles`` are numbers from 0 to 100. ``n`` is the number of draws.
        Whatever ``n`` is, the Sobol indices are computed from 16,384 separate base
        points. The interval of a Sobol index reaches 1.96 standard deviations to each
        side of the index; bootstrap resamples of the base points give the standard
        deviation.

        Returns a ``Drawn``, whose attributes ``frame``, ``sample``, ``indices`` and
        ``inputs`` are DataFrames, whose ``table`` and ``indices_table`` are tables for
        readers, and whose method ``plot`` draws a figure. Raises InputError if a shape,
        number or name is wrong, or if there are fewer than 2 or more than 10^6 draws.
        InputError is also raised if no input would be drawn, or if none of the
        quantities depends on an input that you name.

        >>> half = load().change(former_detainees=300_000)
        >>> drawn = half.draws("at_risk_total", overlap=("uniform", 0, 0.5), n=1024)
        >>> drawn.frame.loc["at_risk_total", "mean"].round(-4).item()
        2130000.0
        """
        from analysis.render.drawn import Drawn
        from analysis.whatif.draws import Draws

        options = ("n", "seed", "percentiles", "rounding")
        arguments.refuse_misspelt(distributions, options, self.model.quantities)
        study = self.change(**distributions)
        draws = Draws(
            self.model,
            tuple(_named(quantities)),
            study.setting,
            study.distributions,
            arguments.whole("n", n),
            arguments.whole("seed", seed),
            arguments.numbers("percentiles", percentiles),
            arguments.yes_or_no("rounding", rounding),
        )
        # A quantity named in this call must be used; a quantity that a scenario changes
        # may be unused.
        named = Setting({}, frozenset(distributions))
        self.model.check_used(named, [draws.plan])
        return Drawn(draws)

    def break_even(self, statement: str) -> pd.DataFrame:
        """Show for which values of each assumption a statement holds.

        One assumption at a time moves over its allowed range, and the table has a row
        for each assumption. ``statement`` is the id of a statement in the data package,
        or a statement written out. A statement on a quantity is written as the
        quantity, a sign (``>=``, ``>``, ``<=``, ``<`` or ``=``), and either a number
        with its unit or another quantity. A statement on a check is written as the
        check and a verdict (matches, matches_within_rounding, compatible or differs),
        such as ``at_risk_2021_sum matches``. The column ``value`` has the assumption's
        value in this study, and ``holds`` has the spans of values for which the
        statement holds. If a statement on a quantity needs another input that the
        article gives only in words, no span can be computed, and ``waits_for`` names
        that input.

        >>> turned = load().break_even("at_risk_2021 >= 1.9 million person")
        >>> turned.holds["persons_per_transfer"]
        ((0.9959..., 1.0),)
        """
        from analysis.render.tables import in_words
        from analysis.render.whatif_tables import break_even_table, by_name
        from analysis.whatif.break_even import break_even, statement_of

        asked = statement_of(self.model, statement)
        turned = break_even(self.model, asked, self.setting).break_evens
        rows = {row.assumption: vars(row) for row in turned}
        frame = self._framed(rows, ["value", "holds", "waits_for"], "assumption")
        words = break_even_table(self.model, [asked], self.setting)
        return self._with_differs(in_words(frame, by_name(words)))

    def sweep(
        self,
        quantities: str | Iterable[str],
        /,
        *,
        out: Path | str | None = None,
        scheduler: str = "",
        **over: Any,
    ) -> pd.DataFrame | None:
        """Compute quantities over a grid of values, with a row for each combination.

        ``over`` maps the name of each varied quantity to a list of values, or to one
        value; a value is a number, a text or a reading, as ``change`` takes it. Each
        row has the values of one combination, remarks, and the reason for each cell
        that is empty. ``attrs["differs"]`` says how the values that are not varied
        differ from the article. If ``out`` names a CSV file, the method writes the
        sweep to that file, whole or not at all, shows a progress bar, and returns None.
        If the values that are not varied differ from the article, the last column of
        the file, ``differs``, says how. The rows are computed by threads of this
        machine or, if ``scheduler`` is an address, by the Dask cluster whose scheduler
        has that address. Raises InputError for a wrong name, value, type or file.

        >>> grid = load().sweep(["net_new_persons"], persons_per_transfer=[0.5, 1])
        >>> grid.net_new_persons.round().tolist()
        [150611.0, 301222.0]
        """
        from analysis.render.progress import progress
        from analysis.whatif import sweep

        options = ("out", "scheduler")
        arguments.refuse_misspelt(over, options, self.model.quantities)
        address = arguments.text("scheduler", scheduler)
        file = None if out is None else arguments.path("out", out)
        grid = sweep.Sweep.over(self.model, _named(quantities), over, self.setting)
        if file is None:
            frame = sweep.compute(self.model, grid, address)
            return self._with_differs(frame, grid.differs)
        with progress("rows") as done:
            sweep.write(self.model, grid, file, scheduler=address, done=done)
        return None

    def specification_curve(self) -> pd.DataFrame:
        """Compute the headline estimates under each combination of listed choices.

        Each row is one combination, as in ``sweep``; the rows are sorted by the first
        estimate. ``specification.yaml`` lists the choices that are combined; all other
        values are those of this study. The curve is not a distribution, and a share of
        its rows is not a probability.
        """
        from analysis.whatif import sweep

        grid = sweep.specification(self.model, self.setting)
        frame = sweep.compute(self.model, grid)
        frame = frame.sort_values(grid.quantities[0], kind="stable", ignore_index=True)
        return self._with_differs(frame, grid.differs)

    def scenarios(self, *names: str | Path) -> pd.DataFrame:
        """Tabulate the headline estimates under some scenarios, and in this study.

        If no name is given, the table has all scenarios that come with the package.
        Each row is an estimate under one scenario, in base units, with its difference
        from the article's estimate. If this study changes anything, its own estimates
        are under the name "yours".
        """
        from analysis.render.estimates import AS_PRINTED, Under, yours
        from analysis.render.whatif_tables import scenarios_table
        from analysis.whatif.scenarios import find, shipped

        wanted = _flat(names) or shipped(self.model)
        rows = [Under.of(find(str(name), self.model), self.model) for name in wanted]
        if own := yours(self.model, self.setting):
            rows.append(own)
        table = scenarios_table(self.model, rows, AS_PRINTED)
        frame = self._with_differs(table.to_pandas())
        setting = "What a scenario changes stands beside its name."
        if self.model.differences(self.setting):
            setting = f'The scenario "yours" {self.differs}. {setting}'
        frame.attrs["setting"] = setting
        return frame

    def ranges(self, quantity: str) -> pd.DataFrame:
        """Tabulate in words how far a quantity moves; ``sensitivity`` has the numbers.

        >>> load().ranges("net_new_persons")["moved"][0]
        'rounding of the printed digits'
        """
        from analysis.render.whatif_tables import ranges_table

        name, study = self._under_reading(quantity)
        self.model.estimate(name, study.setting)
        table = ranges_table(self.model, [name], study.setting)
        return study._with_differs(table.to_pandas())

    def statements(self) -> pd.DataFrame:
        """Tabulate in words for which values of each assumption a statement holds.

        The statements are those of the data package.
        """
        from analysis.render.whatif_tables import break_even_table

        statements = self.model.register.statements.values()
        table = break_even_table(self.model, statements, self.setting)
        return self._with_differs(table.to_pandas())

    def _with_differs(
        self, frame: pd.DataFrame, differs: str | None = None
    ) -> pd.DataFrame:
        """Return a frame whose ``attrs`` say how its setting differs from the article.

        For a sweep, ``differs`` is about the values that the sweep does not vary.
        """
        from analysis.render.tables import ShownFrame

        shown = ShownFrame(frame)
        words = setting_words(self.differs if differs is None else differs)
        shown.attrs = {**frame.attrs, "differs": words}
        # A column of another study may have brought its setting.
        for name in ("setting", "settings"):
            shown.attrs.pop(name, None)
        return shown

    def outcomes(self, checks: str | Iterable[str] | None = None) -> list[Outcome]:
        """Judge the named checks, or all checks, under this study's setting."""
        known = self.model.register.checks
        names = None if checks is None else [*listed(checks)]
        for name in names or ():
            if not isinstance(name, str) or name not in known:
                hint = nearest(name, known, in_list("checks"))
                raise ModelError(f"'{name}' is not a check{hint}")
        return judge_all(self.model, names, self.setting)

    def headlines(self) -> pd.DataFrame:
        """Return the headline numbers of the article as a table.

        Each row has the article's words, the calculation, the verdict, and a sentence
        of explanation.

        >>> load().headlines().verdict[4]
        'matches, if four assumptions hold'
        """
        from analysis.render import frames

        return frames.headlines(self.model, self.setting).to_pandas()

    def cite(self) -> pd.DataFrame:
        """Return what may be cited for each headline, as a table.

        A row has a sentence to quote, its caveat, the check that recomputes the number,
        and official figures to compare the number with. The table is computed under the
        article's own setting, whatever this study changes. References for the article
        and for this package are below the table and in ``attrs["references"]``. The
        reference for this package names what this study changes. ``attrs["bibtex"]``
        has BibTeX entries for the article, this package and the official figures.

        >>> print(load().cite()["caveat"][5])
        The range of two to two and a half million is an estimate. The article gives the
        number of former detainees in words only, so no total can be recomputed.
        """
        from analysis.render import frames
        from analysis.render.citations import cite_bibtex, references

        frame = frames.cite(self.model, self.setting).to_pandas()
        frame.attrs["references"] = references(self.model, self.setting)
        frame.attrs["bibtex"] = cite_bibtex(self.model, self.setting)
        return frame

    def checks(self, *names: str) -> pd.DataFrame:
        """Return the checks of some quantities, or all checks, as a table.

        ``names`` are names of quantities, ids of checks, or both.

        Each row has the printed number, the recomputed number and the verdict.

        >>> load().checks("at_risk_2021").verdict_words[0]
        'matches, at least 99,000 or 4.95 percent short'
        """
        from analysis.render import frames
        from analysis.render.names import other_kind

        table = self.model.register.checks
        known = [*self.model.quantities, *table]
        asked = _flat(names)
        for name in asked:
            if not isinstance(name, str) or name not in known:
                hint = other_kind(self.model, str(name), in_python=True)
                hint = hint or nearest(name, known, in_list("quantities", "checks"))
                raise ModelError(f"'{name}' is neither a quantity nor a check{hint}")
        wanted = set(asked)
        ids = [
            check.id
            for check in table.values()
            if not wanted or not wanted.isdisjoint({check.id, check.quantity})
        ]
        outcomes = self.outcomes(ids)
        return frames.checks(self.model, outcomes, self.setting).to_pandas()

    def solutions(self, *quantities: str) -> pd.DataFrame:
        """Find the values of assumptions at which claims on some quantities hold.

        A solution shows what one would have to assume for the claim to hold. If you
        name an assumption, the table has the solutions for that assumption. Without
        names, all solutions are listed.

        >>> load().solutions("at_risk_2019").status.tolist()[:3]
        ['in_range', 'impossible', 'out_of_range']
        """
        from analysis.render import frames

        wanted = [self.model.checked_name(name) for name in _flat(quantities)]
        return frames.solutions(self.model, self.setting, wanted).to_pandas()

    def findings(self, *quantities: str) -> pd.DataFrame:
        """Return the findings on claims of some quantities, or all findings.

        Each finding has a title and two views, a sceptical and a charitable one; on a
        page, a reader opens the finding to see the views. The findings are computed
        under the article's own setting, whatever this study changes; if the study
        changes anything, a sentence below the table says so.

        >>> print(load().findings("net_new_persons").title[0])
        The increase since 2019 is about 300,000 both in transfers and in persons,
        although the article states no ratio of persons to transfers.
        """
        from analysis.render import frames

        wanted = [self.model.checked_name(name) for name in _flat(quantities)]
        is_changed = bool(self.setting.choices)
        return frames.findings(self.model, wanted, is_changed=is_changed).to_pandas()

    def names(self, kind: str = "quantities") -> pd.DataFrame:
        """List the names that other methods of a study take, with a row for each name.

        ``kind`` is quantities, claims, checks, solutions, readings, assumptions,
        findings, external, statements, scenarios, figures or columns. The row of a
        quantity has the quantity's name in words, its unit, its value under this
        study's setting, and its readings, of which the article's own comes first. The
        value of a quantity without a single value is empty. For every other kind, a row
        has the name and a description. Raises InputError for an unknown kind.

        >>> names = load().names().set_index("name")
        >>> names.loc["transfers_2019", ["unit", "readings"]].tolist()
        ['transfer', 'from_rate, from_labourers, from_difference, report_2019']
        >>> print(load().names("figures").head(1))
        name                words
        ...
        """
        from analysis.render.names import names

        return names(self.model, arguments.text("kind", kind), self.setting).to_pandas()

    def figure(self, name: str, quantity: str | None = None) -> Any:
        """Draw a figure of this study with matplotlib.

        ``study.names("figures")`` lists the names of the figures. Only the figure
        "tornado" takes a ``quantity``, which may be named with a reading, as
        ``quantity.reading``. The tornado shows how each assumption moves the quantity,
        which is at_risk_2021 unless you name another. The caption of a figure says how
        this study's setting differs from the article's, and so do the metadata of an
        SVG, PNG or PDF file of the figure. Raises InputError for an unknown name, and
        for a ``quantity`` that the figure does not take, that has no single value, or
        that no assumption moves. For the figure "specification_curve", InputError is
        also raised if this study changes anything that the figure varies.

        >>> figure = load().change(overlap=0.25).figure("waterfall")
        >>> caption = " ".join(figure.get_supxlabel().split())
        >>> "Differs from the article in: overlap = 0.25" in caption
        True
        """
        from analysis.render.figures import draw_figure

        return draw_figure(name, self.model, self.setting, quantity)

    def to_latex(
        self, table: str, *, caption: str | tuple[str, str] | None = "", **how: Any
    ) -> str | None:
        r"""Return a table of this study for a paper, in LaTeX, or write it to a file.

        ``table`` is headlines, estimates, checks, solutions or scenarios. The table's
        caption starts with your ``caption``, written in LaTeX, or with the default
        caption of the table if you give none. The caption ends by saying how this
        study's setting differs from the article's, or that nothing is changed. A table
        that would fill a page is a longtable. Other keyword arguments, such as
        ``label``, are passed to pandas. If ``buf`` names a file, the table is written
        to that file and nothing is returned. Texts are escaped for LaTeX. Your LaTeX
        document needs the packages array, booktabs and longtable.

        ``columns`` chooses columns by their headings or by their names in the
        DataFrame. A column that the DataFrame displays is written in words, whatever
        other columns you choose. A column that the DataFrame does not display is
        written with the DataFrame's values, and a note below the table says that its
        numbers are in base units. The names of groups and of rows always come first.

        Each DataFrame that a study returns has its own method ``to_latex``, which
        formats a table as ``study.to_latex`` does. If you first select columns of a
        study's DataFrame, the columns' values are written in place of words, as in
        ``study.checks()[["id", "recomputed"]].to_latex()``. Raises InputError for an
        unknown table or column.

        >>> table = load().to_latex("headlines", label="tab:headlines")
        >>> r"\caption{Headline numbers of the article, recomputed. All of" in table
        True
        """
        from analysis.render import frames

        captions = {
            "headlines": "Headline numbers of the article, recomputed",
            "estimates": "Estimates, with their bounds by rounding",
            "checks": "Printed numbers beside recomputed ones",
            "solutions": "What one would have to assume for a claim to hold",
            "scenarios": "Estimates under scenarios",
        }
        if arguments.text("table", table) not in captions:
            raise InputError(f"'{table}' is not a table{nearest(table, captions)}")
        if table == "estimates":
            frame = frames.estimates(self.model, self.setting).to_pandas()
        else:
            frame = getattr(self, table)()
        made: str | None = frame.to_latex(caption=caption or captions[table], **how)
        return made

    @property
    def differs(self) -> str:
        """One line that names the differences from the article, or says there are none.

        A quantity that is drawn is named with its distribution and its median.
        """
        return setting_words(self.model.differences(self.setting))

    def __repr__(self) -> str:
        from analysis.render.headlines import ours
        from analysis.render.wording import UNCHANGED

        changed = self.model.differences(self.setting)
        if changed:
            return as_sentence(changed)
        return f"{UNCHANGED} {ours(self.model, self.setting)}".strip()

    def __str__(self) -> str:
        """Return the study's differences from the article, and its headline numbers."""
        from analysis.render import frames, show
        from analysis.render.paragraphs import WIDTH

        first = textwrap.fill(repr(self), WIDTH, break_on_hyphens=False)
        table = frames.summary(self.model, self.setting)
        return f"{first}\n\n{show.text(table, WIDTH)}".strip()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from html import escape

        from analysis.render import frames

        table = frames.summary(self.model, self.setting)._repr_html_()
        if not table:
            return f"<p>{escape(repr(self))}</p>"
        # If nothing is changed, readers know the headline numbers, so they are folded.
        details = "details open" if self.model.differences(self.setting) else "details"
        folded = f"<summary>The headline numbers under this setting</summary>{table}"
        return f"<p>{escape(repr(self))}</p><{details}>{folded}</details>"
