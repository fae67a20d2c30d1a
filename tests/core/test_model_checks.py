"""What a model refuses of a register and its formulas, word for word: file, row, entry and field, and what would do."""

import dataclasses
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.core.model import ARTICLE, Cap, Model, ModelError, OutOfBounds, Setting
from analysis.core.published import Published
from analysis.core.register import External, Finding, Reading, RegisterError, Statement, Step
from tests.small import assumption, check, claim, module, small_model


def refused(*formulas: Callable[..., Any], **how: Any) -> str:
    with pytest.raises(RegisterError) as error:
        small_model(*formulas, **how)
    return str(error.value)


def q() -> float:
    return 3.0


def q__named() -> float:
    return 2.0


def q__other() -> float:
    return 1.0


def w__named() -> float:
    return 1.0


def w__other() -> float:
    return 1.0


#: q and w, each read as named or other, and both alike.
ONE_CHOICE: dict[str, Any] = {"defaults": {"q": "named", "w": "named"}, "linked_readings": (("q", "w"),)}


def double(base: Any) -> Any:
    return 2 * base


def row(quantity: str, reading: str, *, default: bool = False) -> Reading:
    return Reading(quantity, reading, "A label", "chosen", default, False, "", 7)


def external(id: str, *checks: str) -> External:
    texts = {"unit_as_printed": "things", "period": "2020", "scope": "all", "publisher": "P", "title": "T", "date": ""}
    return External(
        id=id, statement="S", published=Published("5"), year_from=2020, year_to=2020, address="", seen="primary",
        checks=checks, note="", row=4, **texts,
    )  # fmt: skip


def statement(quantity: str, other: str) -> Statement:
    return Statement("said", "A statement", quantity, ">=", other, row=3)


def finding(id: str, expression: str = "1") -> Finding:
    return Finding(id, "T", (), (), (), (Step("what", expression, "1", "dimensionless"),), "s", "c", "t")


# Names ----------------------------------------------------------------------------------------------------------------


def test_a_formula_needs_what_there_is() -> None:
    assert refused(double, claims=[claim("printed_bass", "1")]) == (
        "nowhere/datapackage.json, field analysis.formulas: the formula made_in_memory.double needs 'base', which no "
        "formula or row supplies; did you mean 'bass'?"
    )


def test_a_named_formula_has_a_row() -> None:
    made = small_model(q, q__named, defaults={"q": "named"})
    register = dataclasses.replace(made.register, readings={})
    with pytest.raises(RegisterError) as error:
        Model(register, [_module(made)])
    assert str(error.value) == (
        "nowhere/readings.csv: the formula made_in_memory.q__named has no row; each named reading has its label and "
        "grade there"
    )


def _module(made: Model) -> Any:
    return module(*[way.formula for ways in made.ways.values() for way in ways.values() if way.formula])


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (row("w", "named"), "row 7 (w, named), field quantity: 'w' is a quantity that no formula or row supplies"),
        (row("q", "nmed"), "row 7 (q, nmed), field reading: 'nmed' is no reading of q; did you mean 'named'?"),
    ],
)
def test_a_row_of_readings_names_a_reading(one: Reading, words: str) -> None:
    made = small_model(q, q__named, defaults={"q": "named"})
    readings = {**made.register.readings, (one.quantity, one.reading): one}
    register = dataclasses.replace(made.register, readings=readings)
    with pytest.raises(RegisterError) as error:
        Model(register, [_module(made)])
    assert str(error.value).startswith(f"nowhere/readings.csv, {words}")


def test_a_printed_quantity_starts_from_its_row() -> None:
    made = small_model(q, q__named, claims=[claim("printed_q", "1")])
    assert made.default("q") == "published"
    assert refused(q, q__named, claims=[claim("printed_q", "1")], defaults={"q": "named"}) == (
        "nowhere/readings.csv, row 2 (q, named), field default: q starts from its row printed_q, so its default is "
        "published"
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"percent": ("qq",)}, "percent"),
        ({"estimates": ("qq",)}, "estimates"),
        ({"linked_readings": (("q", "qq"),)}, "linked_readings"),
    ],
)
def test_settings_of_the_package_name_quantities(given: dict[str, Any], field: str) -> None:
    assert refused(q, **given) == (
        f"nowhere/datapackage.json, field analysis.{field}: 'qq' is no quantity; did you mean 'q'?"
    )


def test_quantities_that_are_one_choice_have_readings_of_one_name() -> None:
    assert refused(q__named, w__named, w__other, **ONE_CHOICE) == (
        "nowhere/datapackage.json, field analysis.linked_readings: q and w are one choice, so their readings must have "
        "the same names"
    )
    made = small_model(q__named, q__other, w__named, w__other, **ONE_CHOICE)
    assert made.setting({"q": "other"}).readings == {"q": "other", "w": "other"}


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("q", "a quantity has this name already"),
        ("set", "a built-in reading has this name already"),
        ("published", "a built-in reading has this name already"),
        ("formula", "a built-in reading has this name already"),
        ("constant", "a built-in reading has this name already"),
        ("r", "a check has this name already"),
    ],
)
def test_a_row_of_claims_has_a_name_of_its_own(id: str, words: str) -> None:
    rows = [claim(id, "1", quantity="printed")]
    assert refused(q, claims=rows, checks=[check("r", "q")]) == (f"nowhere/claims.csv, row 2 ({id}), field id: {words}")


def test_a_check_has_a_name_of_its_own() -> None:
    assert refused(q, checks=[check("q", "q")]) == (
        "nowhere/checks.csv, row 2 (q), field id: a quantity has this name already"
    )


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("q", "a quantity"), ("floor", "a built-in reading"), ("r", "a check"), ("printed_w", "a row of claims.csv"),
    ],
)  # fmt: skip
def test_external_figures_and_findings_have_names_of_their_own(id: str, words: str) -> None:
    more: dict[str, Any] = {"claims": [claim("printed_w", "1")], "checks": [check("r", "q")]}
    assert refused(q, external={id: external(id)}, **more) == (
        f"nowhere/external.csv, row 4 ({id}), field id: {words} has this name already"
    )
    assert refused(q, findings={id: finding(id)}, **more) == (
        f"nowhere/findings.yaml, entry {id}, field id: {words} has this name already"
    )


def test_a_finding_has_another_name_than_an_external_figure() -> None:
    assert refused(q, external={"seen": external("seen")}, findings={"seen": finding("seen")}) == (
        "nowhere/findings.yaml, entry seen, field id: a row of external.csv has this name already"
    )


def test_two_formulas_of_one_name_are_refused() -> None:
    one, two = types.ModuleType("one"), types.ModuleType("two")
    for made in (one, two):

        def same() -> float:
            return 1.0

        same.__module__ = made.__name__
        made.same = same  # type: ignore[attr-defined]
    register = small_model(q).register
    with pytest.raises(RegisterError) as error:
        Model(register, [one, two])
    assert str(error.value) == (
        "nowhere/datapackage.json, field analysis.formulas: two things are called same: give the formula another name"
    )


# Units ----------------------------------------------------------------------------------------------------------------

PERSONS = {"unit": "person"}


def test_an_assumption_has_the_unit_of_its_claim() -> None:
    entry = assumption("base", 1, maximum=9, unit="transfer")
    assert refused(claims=[claim("printed_base", "1", **PERSONS)], assumptions=[entry]) == (
        "nowhere/assumptions.yaml, entry base, field unit: 'transfer' does not match its claim's unit, person"
    )


def test_formulas_that_need_each_other_are_refused() -> None:
    def a(b: Any) -> Any:
        return b

    def b(a: Any) -> Any:
        return a

    assert refused(a, b) == (
        "nowhere/datapackage.json, field analysis.formulas: the formulas of a, b need each other in a circle, so that "
        "nothing supplies them"
    )


def test_a_formula_and_a_row_of_one_quantity_are_in_one_unit() -> None:
    rows = [claim("printed_base", "1", **PERSONS), claim("printed_double", "1", unit="transfer")]
    assert refused(double, claims=rows) == (
        "nowhere/claims.csv, row 2 (printed_double), field unit: double is in transfer here, but the formula "
        "made_in_memory.double gives person"
    )


def test_two_formulas_of_one_quantity_are_in_one_unit() -> None:
    def w__one(base: Any) -> Any:
        return 2 * base

    def w__two(base: Any) -> Any:
        return base * base

    rows = [claim("printed_base", "1", **PERSONS)]
    assert refused(w__one, w__two, claims=rows, defaults={"w": "one"}) == (
        "nowhere/datapackage.json, field analysis.formulas: w is in person here, but the formula made_in_memory.w__two "
        "gives person²"
    )


def test_a_formula_that_adds_unlike_units_says_what_it_is_given() -> None:
    def both(base: Any, other: Any) -> Any:
        return base + other

    rows = [claim("printed_base", "1", **PERSONS), claim("printed_other", "1", unit="transfer")]
    assert refused(both, claims=rows) == (
        "nowhere/datapackage.json, field analysis.formulas: the formula made_in_memory.both adds or compares unlike "
        "units (person and transfer); it is given base in person, other in transfer"
    )


def test_a_formula_that_breaks_says_how() -> None:
    def broken(base: Any) -> Any:
        raise ZeroDivisionError("so")

    assert refused(broken, claims=[claim("printed_base", "1")]) == (
        "nowhere/datapackage.json, field analysis.formulas: the formula made_in_memory.broken can't be computed "
        "(ZeroDivisionError: so)"
    )


def test_a_formula_may_divide_by_a_difference_of_what_it_needs() -> None:
    """No two trial values are alike, and none is one: no division by nought in a formula that is right."""

    def ratio(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any) -> Any:
        shares = [a, b, c, d, e, f]
        found = 1.0
        for i, one in enumerate(shares):
            for two in shares[:i]:
                found = found / (one - two) / (1 - one - two)
            found = found / (1 - one)
        return found

    made = small_model(ratio, claims=[claim(f"printed_{name}", f"0.{i}") for i, name in enumerate("abcdef", 1)])
    assert made.units["ratio"] == "dimensionless"


def test_a_plain_number_is_without_a_unit() -> None:
    assert small_model(q).units["q"] == "dimensionless"


# Caps -----------------------------------------------------------------------------------------------------------------


def caps(most: str, quantity: str = "double", **more: Any) -> dict[str, Any]:
    return {
        "claims": [claim("printed_base", "4", **PERSONS)],
        "caps": ({"quantity": quantity, "at_most": most, **more},),
    }


def test_a_cap_is_a_quantity_or_an_expression_over_rows() -> None:
    made = small_model(double, **caps("base"))
    assert [(cap.quantity, cap.most, str(cap)) for cap in made.caps] == [("double", "base", "double at most base")]
    ((cap),) = small_model(double, **caps("printed_base * 3", label="three bases")).caps
    assert (cap.most, cap.limit, str(cap)) == ("three bases", 12.0, "double at most three bases")
    ((plain),) = small_model(double, **caps("printed_base * 3")).caps
    assert plain.most == "printed_base * 3"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (caps("base", "doubl"), "'doubl' is no quantity; did you mean 'double'?"),
        (caps("q"), "double is in person, and q in dimensionless"),
    ],
)
def test_a_cap_that_is_none_is_refused(given: dict[str, Any], words: str) -> None:
    assert refused(double, q, **given) == f"nowhere/datapackage.json, field analysis.caps: {words}"


def test_what_exceeds_its_cap_has_no_value() -> None:
    for given, most in ((caps("base"), "base of 4"), (caps("printed_base * 3 / 2", label="more"), "more of 6")):
        made = small_model(double, **given)
        plan = made.graph(("double",), capped=True)
        with pytest.raises(OutOfBounds) as error:
            made.point(plan)
        assert str(error.value) == f"double comes to 8, above {most}, which it can't exceed"
        # Without its caps it has one.
        assert made.point(made.plan("double")) == 8
    # What it equals it does not exceed.
    made = small_model(double, **caps("printed_base * 2", label="twice"))
    assert made.point(made.graph(("double",), capped=True)) == 8


def test_room_is_what_is_left_below_a_cap() -> None:
    assert Cap("double", "base").room({"double": 3.0, "base": 4.0}) == 1.0
    assert Cap("double", "seven", 7.0).room({"double": 9.0}) == -2.0


# Checks, figures from elsewhere, statements ------------------------------------------------------------------------


def related(**how: Any) -> str:
    given = {"quantity": "double", **how}
    rows = [claim("printed_base", "4"), claim("printed_double", "8", input=False), claim("printed_w", "1")]
    return refused(double, claims=rows, checks=[check("r", **given)])


@pytest.mark.parametrize(
    ("how", "field", "words"),
    [
        (
            {"quantity": "doubel"}, "quantity",
            "'doubel' is a quantity that no formula or row supplies; did you mean 'double'?",
        ),
        ({"readings": {"bas": "published"}}, "readings", "'bas' is no quantity; did you mean 'base'?"),
        ({"readings": {"base": "publishd"}}, "readings", "'publishd' is no reading of base; did you mean 'published'?"),
        ({"readings": {"w": "published"}}, "readings", "w is unused: double does not depend on it here"),
        ({"solve": ("w",)}, "solve", "w is unused: double does not depend on it here"),
        (
            {"claim": "printed_base"}, "claim",
            "the check is circular: it starts from printed_base, which it checks",
        ),
    ],
)  # fmt: skip
def test_a_check_that_is_none_is_refused(how: dict[str, Any], field: str, words: str) -> None:
    assert related(**how) == f"nowhere/checks.csv, row 2 (r), field {field}: {words}"


def test_a_row_is_an_input_or_reported_or_checked() -> None:
    left = dataclasses.replace(claim("printed_w", "1", input=False), reported=False)
    assert refused(claims=[left]) == (
        "nowhere/claims.csv, row 2 (printed_w): no check checks this row; give it one in checks.csv, or mark it "
        "as input or reported"
    )
    rows = [claim("printed_base", "4"), dataclasses.replace(left, quantity="double", id="printed_double")]
    made = small_model(double, claims=rows, checks=[check("r", "double", "printed_double")])
    assert made.point(made.plan("double")) == 8


def test_a_figure_from_elsewhere_stands_beside_what_there_is() -> None:
    rows = [claim("printed_base", "4")]
    for good in ("double", "double.formula", "printed_base", "per_year:base"):
        small_model(double, claims=rows, external={"seen": external("seen", good)})
    for bad, words in (
        ("doubl", "'doubl' is no quantity and no row of claims.csv; did you mean 'double'?"),
        ("double.form", "'form' is no reading of double; did you mean 'formula'?"),
    ):
        assert refused(double, claims=rows, external={"seen": external("seen", bad)}) == (
            f"nowhere/external.csv, row 4 (seen), field checks: {words}"
        )


def test_a_row_that_is_no_one_number_is_named_as_such() -> None:
    vague = claim("printed_several", "", input=False, qualifier="vague")
    made = small_model(double, claims=[claim("printed_base", "4"), vague])
    with pytest.raises(ModelError) as error:
        made.named("printed_several")
    assert str(error.value) == "'printed_several' is vague, so it is not one number"


@pytest.mark.parametrize(
    ("one", "field", "words"),
    [
        (
            statement("doubl", "base"),
            "quantity",
            "'doubl' is no quantity and no row of claims.csv; did you mean 'double'?",
        ),
        (statement("double", "bas"), "other", "'bas' is no quantity and no row of claims.csv; did you mean 'base'?"),
        (statement("double", "w"), "other", "double is in person, and w in dimensionless"),
    ],
)
def test_a_statement_that_is_none_is_refused(one: Statement, field: str, words: str) -> None:
    rows = [claim("printed_base", "4", **PERSONS), claim("printed_w", "1")]
    assert refused(double, claims=rows, statements={"said": one}) == (
        f"nowhere/statements.csv, row 3 (said), field {field}: {words}"
    )
    small_model(double, claims=rows, statements={"said": statement("double", "printed_base")})


# Settings -------------------------------------------------------------------------------------------------------------


def test_values_are_kept_within_what_has_a_meaning() -> None:
    made = small_model(
        double,
        claims=[claim("printed_base", "4", **PERSONS), claim("printed_w", "1")],
        assumptions=[assumption("share", 0.5, unit="person/transfer")],
    )
    for name, number, words in (
        ("share", 1.5, "share = 1.5 lies outside 0 to 1, which is what has a meaning (in person/transfer)"),
        ("base", -1, "base = -1 lies below 0 (in person)"),
        ("w", -1.5, "w = -1.5 lies below -1, and nothing falls by more than the whole"),
        ("base", float("inf"), "base = inf is not a finite number"),
    ):
        with pytest.raises(ModelError) as error:
            made.setting(values={name: number})
        assert str(error.value) == words
    assert made.setting(values={"w": -1, "base": 0, "share": 0}).values == {"w": -1, "base": 0, "share": 0}


def test_a_circle_names_its_members() -> None:
    def a__back(b: Any) -> Any:
        return b

    def b__back(a: Any) -> Any:
        return a

    def a__plain() -> float:
        return 1.0

    def b__plain() -> float:
        return 1.0

    made = small_model(a__back, a__plain, b__back, b__plain, defaults={"a": "plain", "b": "plain"})
    with pytest.raises(ModelError) as error:
        made.plan("a", Setting({"a": "back", "b": "back"}))
    assert str(error.value) == (
        "these readings make a circle: a (back) needs b (back), which needs a (back); choose another reading of one of "
        "them"
    )


def test_what_is_unused_says_what_supplies_it() -> None:
    made = small_model(double, q, q__named, claims=[claim("printed_base", "4")], defaults={"q": "named"})
    plans = [made.plan("double"), made.plan("q")]
    made.check_used(ARTICLE, plans, values=["base"], readings=["q"])
    with pytest.raises(ModelError) as error:
        made.check_used(ARTICLE, plans, values=["q"])
    assert str(error.value) == "q is unused: its reading named supplies it under these readings"
    with pytest.raises(ModelError) as error:
        made.check_used(ARTICLE, plans[:1], values=["q"])
    assert str(error.value) == "q is unused: nothing computed here depends on it under these readings"
    with pytest.raises(ModelError) as error:
        made.check_used(ARTICLE, plans[:1], readings=["q"])
    assert str(error.value) == "q is unused: nothing computed here depends on it under these readings"


def test_what_differs_is_said_with_what_it_takes_the_place_of() -> None:
    model = small_model(
        q__named, q__other, claims=[claim("printed_base", "7")],
        assumptions=[assumption("base", 5, maximum=9, claim="printed_base")],
        defaults={"q": "named"},
    )  # fmt: skip
    rows = model.register.readings
    rows["q", "other"] = dataclasses.replace(rows["q", "other"], reconstruction=True)
    both = Setting({"q": "other", "base": "published"}, {"base": 6.0})
    assert model.differences(both) == (
        "differs from the article in: q: Label of other (other, a reconstruction); "
        "base: as printed (published); base = 6 in the place of 7"
    )
    assert model.differences(Setting({"base": "set"}, {"base": 6.0})).endswith("base = 6 in the place of 5")


def test_of_what_is_one_choice_one_that_is_used_is_enough() -> None:
    made = small_model(q__named, q__other, w__named, w__other, **ONE_CHOICE)
    setting = made.setting({"w": "other"})
    made.check_used(setting, [made.plan("q", setting)], readings=["w"])
    with pytest.raises(ModelError, match=r"^w is unused"):
        made.check_used(setting, [])


def test_a_choice_with_two_answers_is_refused() -> None:
    made = small_model(q__named, q__other, w__named, w__other, **ONE_CHOICE)
    with pytest.raises(ModelError) as error:
        made.setting({"q": "other", "w": "named"})
    assert str(error.value) == "q and w are one choice and can't have the readings named, other"


# Where formulas come from ---------------------------------------------------------------------------------------------


def importing(name: str, folder: Path = Path("nowhere")) -> Model:
    return Model(dataclasses.replace(small_model(q).register, formulas=name, folder=folder))


def test_formulas_are_imported_by_the_name_of_their_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "kept_formulas").mkdir()
    (tmp_path / "kept_formulas" / "__init__.py").write_text("from kept_formulas import part\n", encoding="utf-8")
    (tmp_path / "kept_formulas" / "part.py").write_text("def seven():\n    return 7.0\n", encoding="utf-8")
    for name in ("kept_formulas", "kept_formulas.part"):
        made = importing(name)
        assert made.point(made.plan("seven")) == 7


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a-b", "", "'a-b' is not the name of a module"),
        ("a..b", "", "'a..b' is not the name of a module"),
        (
            "no_such_thing",
            "",
            "the module 'no_such_thing' can't be imported (ModuleNotFoundError: No module named 'no_such_thing')",
        ),
        ("ends_at_once", "raise SystemExit(3)", "the module 'ends_at_once' can't be imported (SystemExit: 3)"),
        (
            "breaks_at_once",
            "1 / 0",
            "the module 'breaks_at_once' can't be imported (ZeroDivisionError: division by zero)",
        ),
    ],
)
def test_a_module_that_is_none_is_refused(
    name: str, content: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    if content:
        (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
    with pytest.raises(RegisterError) as error:
        importing(name)
    assert str(error.value) == f"nowhere/datapackage.json, field analysis.formulas: {words}"


@pytest.mark.parametrize("name", ["lying_in_data", "package_in_data.part"])
def test_no_module_of_the_data_package_is_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    mark = "open(__file__ + '.ran', 'w').close()"
    (tmp_path / "lying_in_data.py").write_text(mark, encoding="utf-8")
    (tmp_path / "package_in_data").mkdir()
    for part in ("__init__", "part"):
        (tmp_path / "package_in_data" / f"{part}.py").write_text(mark, encoding="utf-8")
    with pytest.raises(RegisterError) as error:
        importing(name, tmp_path)
    assert str(error.value) == (
        f"{tmp_path.name}/datapackage.json, field analysis.formulas: the module '{name}' lies in the data package, "
        "from where no code is run"
    )
    assert list(tmp_path.rglob("*.ran")) == []
