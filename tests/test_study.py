"""A study in Python: what it computes, what a change is, and what is refused with the
sentences of the command line.
"""

import contextlib
import inspect
import io
import math
import pickle
import subprocess
import sys
import traceback
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd
import pytest
import yaml

import analysis
from analysis import load
from analysis.core.errors import InputError
from analysis.core.rows import SETTABLE
from analysis.formulas.labour_transfers import persons_2021
from analysis.model.model import assignments
from analysis.render.explained import explained
from tests.changing import offered
from tests.conftest import ROOT
from tests.spoiling import cells

STEP = 3_170_000 - 3_170_000 / 1.105  # 301,222 transfers added since 2019
NO_TOTAL = (
    "at_risk_total has no single value, because the article gives former_detainees "
    "only in words. Set former_detainees to a number."
)

MINE = {"name": "mine", "description": "Mine.", "reason": "Mine."}


def refused(call, *args, **given):
    with pytest.raises(InputError) as error:
        call(*args, **given)
    said = str(error.value)
    assert said.endswith((".", "?"))
    return said.removesuffix(".")


@pytest.mark.parametrize(
    ("method", "arguments", "said"),
    [
        ("figure", {"nam": "tornado"}, "no argument 'nam'. Did you mean 'name'?"),
        ("steps", {"dpth": 1}, "no argument 'dpth'. Did you mean 'depth'?"),
        ("headlines", {"full": True}, "no argument 'full'"),
        ("draws", {"n": 10}, "takes quantities first and without their name"),
        ("verdict_changes", {}, "missing a required argument: 'other'"),
    ],
)
def test_arguments_that_a_method_does_not_take_are_refused(method, arguments, said):
    sentence = refused(getattr(load(), method), **arguments)
    assert sentence.startswith(f"study.{method} ")
    assert said in sentence


def test_load_names_its_argument():
    assert refused(load, foldr="x") == (
        "analysis.load has no argument 'foldr'. Did you mean 'folder'?"
    )


def test_every_public_method_has_its_own_signature_and_words():
    for name, method in vars(analysis.Study).items():
        if callable(method) and not name.startswith("_"):
            assert "self" in inspect.signature(method).parameters
            assert method.__doc__


def test_a_misspelt_option_of_a_sweep_is_named():
    sweep = partial(load().sweep, ["at_risk_2021"], overlap=[0, 1])
    assert refused(sweep, ouput="x.csv") == "'ouput' is unknown. Did you mean out=?"


def test_sensitivity_takes_a_quantity_with_its_reading():
    article = load()
    chosen = article.change(at_risk_2019="southern").sensitivity("at_risk_2019")
    named = article.sensitivity("at_risk_2019.southern")
    pd.testing.assert_frame_equal(pd.DataFrame(named), pd.DataFrame(chosen))
    assert "southern" in named.attrs["differs"]


def test_solutions_are_found_by_the_assumption_that_they_solve_for():
    found = load().solutions("former_detainees")
    assert {*found["solve"]} == {"former_detainees"}
    assert {*found["quantity"]} == {"at_risk_total"}


def test_names_are_found_where_they_are_needed():
    assert {"InputError", "Study", "load"} <= set(dir(analysis))
    said = "module 'analysis' has no attribute 'laod'; it has InputError, Study, load"
    with pytest.raises(AttributeError, match=said):
        _ = analysis.laod


def test_a_package_is_named_or_the_shipped_one(package):
    cells("claims.csv", "mean_2016_2020", printed="2.88")(package)
    assert [load(one)["transfers_2016_2020"].value for one in (None, str(package))] == [
        2_870_000,
        2_880_000,
    ]
    assert refused(load, "nowhere") == "nowhere/datapackage.json: the file is missing"


def test_a_change_makes_another_study_and_leaves_this_one(article):
    before = repr(article), article["at_risk_2021"]
    study = article.change(
        persons_per_transfer=0.5,
        former_detainees="0.3 million person",
        at_risk_2019="southern",
    )
    # 1,650,000 x 0.95 and half of the step; with 300,000 former detainees in all
    assert study["at_risk_2021"].value == pytest.approx(1_650_000 * 0.95 + STEP / 2)
    assert study["at_risk_total"].value == pytest.approx(
        1_650_000 * 0.95 + STEP / 2 + 300_000
    )
    assert (repr(article), article["at_risk_2021"]) == before
    # A further change starts from it, and one back to the article's own value
    # undoes it.
    further = study.change(overlap=0.5, persons_per_transfer=1)
    assert further["at_risk_total"].value == pytest.approx(
        1_650_000 * 0.95 + STEP + 150_000
    )
    assert study.setting.values == {
        "persons_per_transfer": 0.5,
        "former_detainees": 300_000,
    }


def test_a_study_is_asked_by_quantity_reading_or_row(article):
    # 3,170,000 - 300,000
    assert article["transfers_2019.from_difference"].value == 2_870_000
    assert article["figure_2019_all"].value == 2_590_000
    # A printed number by the name of its row is the article's own reading.
    same = article.change(at_risk_2019="at_risk_2019_up_to")
    assert same.differs == "as in the article"
    fewer = article.change(labourers_2019=1_000_000)
    assert fewer["figure_2019_all"].value == 2_590_000
    # 1,650,000 x 0.95
    half = article.change(overlap=0.5)
    assert half["at_risk_2019.southern"].value == 1_567_500


REFUSED = [
    ({"ovrelap": 0.5}, "'ovrelap' is not a quantity. Did you mean 'overlap'?"),
    (
        {"overlap": "0.8 person"},
        "overlap: '0.8 person' is in the unit 'person', but this number has no unit",
    ),
    (
        {"transfers_2019": "from_rates"},
        "transfers_2019 has no reading 'from_rates'. Did you mean 'from_rate'?",
    ),
    (
        {"persons_per_transfer_2021": 0.6, "persons_per_transfer_drift": 1.1},
        "persons_per_transfer_drift does not affect anything here under these "
        "readings. Leave it out",
    ),
    (
        {"transfers_2021": -1},
        "transfers_2021 cannot be −1. It must be 0 transfers or more",
    ),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_a_wrong_change_is_refused_in_one_sentence_from_python_and_from_texts(
    article, given, said
):
    assert refused(article.change, **given) == said
    texts = assignments(f"{name}={one}" for name, one in given.items())
    assert refused(article.change, **texts) == said


@pytest.mark.parametrize(
    "one", [True, None, [0.5], np.array([0.5, 0.6]), {"value": 1}, 1j, b"0.5"]
)
def test_a_value_of_another_type_is_refused(article, one):
    assert refused(article.change, overlap=one) == " ".join(
        f"overlap must be a finite number, not {one!r}".split()
    )


@pytest.mark.parametrize(
    "one", [(0, 6), None, [0.6], {"value": 0.6}, np.array([0.6, 0.7]), {0.6}]
)
def test_a_parameter_of_a_notebook_with_a_value_of_another_type_is_refused(
    article, one
):
    for name in ("persons_per_transfer", "total_2019"):
        said = refused(article.from_notebook, {name: one, "south_2019": "persons"})
        assert said == f"{name} must be a finite number, not {one!r}"
    if not isinstance(one, np.ndarray | set):
        assert "Did you mean 'overlap'" in refused(
            article.from_notebook, {"ovrelap": one}
        )


def test_a_readers_own_names_do_not_hinder_once_the_cell_has_run(article):
    again = {"persons_per_transfer": 0.6, "study": article, "x": 1.9, "rows": [1]}
    assert (
        article.from_notebook(again).setting
        == article.change(persons_per_transfer=0.6).setting
    )
    assert "Did you mean 'overlap'" in refused(
        article.from_notebook, again | {"ovrelap": 0.1}
    )
    assert "'x' is not a quantity" in refused(article.from_notebook, {"x": 1.9})
    # No known name resembles "zzz", although one of them has "mean" in it.
    other = ["mean_size"]
    assert article.from_notebook({"zzz": 1, "s": article}, other=other) == article


def test_a_notebook_may_have_any_number_and_names_of_its_own_kind(article):
    for one in (Decimal("0.6"), np.float32(0.6), "0.6"):
        found = article.from_notebook(
            {"persons_per_transfer": one, "In": [""], "Out": {}, "_": 5, "np": np}
        )
        assert found["net_new_persons"].value == pytest.approx(0.6 * STEP, rel=1e-7)
        assert "Did you mean" in refused(
            article.from_notebook, {"persons_per_transfr": one}
        )
    formula = {"persons_2021": persons_2021, "persons_per_transfer": 0.6}
    assert (
        article.from_notebook(formula).setting
        == article.change(persons_per_transfer=0.6).setting
    )


def test_a_parameter_with_an_annotation_and_no_value_is_refused(article):
    namespace = {}
    exec("persons_per_transfer: 0.6\noverlap: float = 0.5", namespace)
    said = (
        "'persons_per_transfer' has an annotation and no value; write the value after "
        "an equals sign"
    )
    # From 3.14 on, Python keeps no annotations among the names.
    if "__annotations__" in namespace:
        assert refused(article.from_notebook, namespace) == said


def test_a_wrong_name_is_refused_with_the_nearest(article):
    said = "is not a quantity and not a row of claims.csv. Did you mean 'at_risk_2021'?"
    assert refused(article.__getitem__, "at_rsk_2021") == f"'at_rsk_2021' {said}"
    assert refused(article.frame, ["overlap", "at_rsk_2021"]) == f"'at_rsk_2021' {said}"
    said = "'same_shar' is not a check. Did you mean 'same_share'?"
    assert refused(article.outcomes, ["same_shar"]) == said
    said = (
        "'at_rsk_2021' is neither a quantity nor a check. Did you mean 'at_risk_2021'?"
    )
    assert refused(article.checks, "at_rsk_2021") == said


def test_frames_have_a_row_for_each_name(article):
    frame = article.frame(["transfers_2019", "at_risk_2019"])
    assert [*frame.index] == ["transfers_2019", "at_risk_2019"]
    assert [*article.frame("at_risk_2019").index] == ["at_risk_2019"]
    assert frame.loc["at_risk_2019"].tolist() == [
        1_600_000,
        1_550_000,
        1_650_000,
        "person",
        "at most",
    ]
    study = article.change(persons_per_transfer="implied", labourers_2019=3_000_000)
    out = study.frame(["transfers_2021", "persons_2019"])
    # "At least several hundred thousand" is not a number, so the total is none.
    total = article.frame(["at_risk_total"]).loc["at_risk_total", "reason"]
    assert total == NO_TOTAL
    # 3,000,000 x 1.105 / 3,170,000 persons per transfer: more than one.
    assert out["value"].isna().tolist() == [False, True]
    reason = out.loc["persons_2019", "reason"]
    assert "would be 1.05, but must be between" in reason


def test_two_studies_are_set_side_by_side(article):
    study, other = (
        article.change(former_detainees=number) for number in (400_000, 350_000)
    )
    frame = study.differs_from(other, ["at_risk_total", "at_risk_2021"])
    assert frame["difference"].tolist() == [50_000, 0]  # 400,000 less 350,000
    assert frame["percent"].tolist() == pytest.approx(
        [100 * 50_000 / (1_950_000 + STEP), 0]
    )
    # In words, there is none.
    assert study.differs_from(article, ["at_risk_total"])["difference"].isna().all()
    assert [*study.differs_from(article).index] == [*article.model.register.estimates]
    assert (study.differs, article.differs) == (
        "differs from the article in: former_detainees = 400,000 persons",
        "as in the article",
    )


def test_checks_and_findings_of_a_quantity_or_all(article):
    named, rows = article.checks("at_risk_2021"), article.model.register.checks
    of_2021 = {
        name: row.statement
        for name, row in rows.items()
        if row.quantity == "at_risk_2021"
    }
    assert [*named["statement"]] == [*of_2021.values()]
    half = article.change(persons_per_transfer=0.5).checks("at_risk_2021")
    verdicts = [
        frame.set_index("id").loc["at_risk_2021_sum", "verdict_words"]
        for frame in (named, half)
    ]
    # 2 - 1.901 = 0.099 million, which is 4.95 percent of it; 2 - 1.751 = 0.249 million,
    # 12.45 percent, and 1.751 million is below 1.8.
    assert verdicts == [
        "matches, at least 99,000 or 4.95 percent short",
        "compatible, at least 249,000 or 12.5 percent short",
    ]
    assert len(article.checks()) == len(rows)
    assert [*article.checks("same_share", "net_persons")["id"]] == [
        name for name in rows if name in {"same_share", "net_persons"}
    ]
    assert [
        one.check.id for one in article.outcomes(["same_share", "net_persons"])
    ] == ["same_share", "net_persons"]
    everything = article.findings()
    assert [*everything["id"]] == [*article.model.register.findings]
    # Those that list a row on the total of 2021, and none on trade.
    some = set(article.findings("transfers_2021")["id"])
    assert {"two_values_of_2019", "base_equals_mean"} <= some < set(everything["id"])


def test_solutions_of_a_quantity_or_all(article):
    rows = article.model.register.solutions.values()
    found = article.solutions("at_risk_2019")
    assert [*found["statement"]] == [
        row.statement for row in rows if row.quantity == "at_risk_2019"
    ]
    # 1.6 / 1.65 of the south; 1,600,000 / 1,567,500 of its minority;
    # 32,500 / 940,000 outside; 1,600,000 / 2,037,500.
    assert [*found["value_words"]][:4] == ["0.97", "1.02", "0.0346", "0.785"]
    assert [*found["status"]][:4] == [
        "in_range",
        "impossible",
        "out_of_range",
        "in_range",
    ]
    assert len(article.solutions()) == len(rows)


def test_what_was_drawn_can_be_pickled_after_use(article):
    half = ("uniform", 0.5, 1)
    drawn = article.draws("at_risk_2021", n=64, persons_per_transfer=half)
    assert not drawn.sample.empty
    assert not drawn.indices.empty
    again = pickle.loads(pickle.dumps(drawn))
    pd.testing.assert_frame_equal(again.frame, drawn.frame)


def test_what_may_be_cited_says_that_it_does_not_follow_a_change(article):
    said = "The sentences are about the article's own numbers"
    assert said in str(article.change(persons_per_transfer=0.5).cite())
    assert said not in str(article.cite())


def test_changes_of_verdicts_name_the_setting_before(article):
    before = article.change(persons_per_transfer=0.9)
    after = article.change(persons_per_transfer=0.5)
    said = "The setting before the change differs from the article in: persons_per"
    assert said in str(after.verdict_changes(before))
    assert said not in str(after.verdict_changes(article))


def test_a_mistyped_check_is_told_the_nearest_check(article):
    with pytest.raises(InputError, match="Did you mean 'at_risk_2021_sum'"):
        article.checks("at_risk_2021_summ")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "detainees_for_low_end",
            "solution: write study.solutions('at_risk_total').",
        ),
        ("two_values_of_2019", "finding: write study.findings()."),
        (
            "report_2019",
            "figure published elsewhere: write study.names('external').",
        ),
        ("official_series", "scenario: write study.scenarios('official_series')."),
        (
            "rests_on",
            "column of the results, which docs/results.md describes: write "
            "study.checks().",
        ),
        (
            "two_million_in_all",
            "statement: write study.break_even('two_million_in_all').",
        ),
    ],
)
def test_a_row_of_another_kind_is_named_with_the_method_that_shows_it(
    article, name, said
):
    with pytest.raises(InputError) as refused:
        article.checks(name)
    assert str(refused.value).endswith(f"nor a check. It is a {said}")
    # The method that the sentence names shows the row.
    method = str(refused.value).partition("write ")[2].rstrip(".")
    assert len(eval(method, {"study": article})) > 0


def test_an_estimate_says_percent_where_screens_do(article):
    growth = article["growth_rate_2019_2021"]
    # 10.5 percent stands for 10.45 to 10.55; the number itself stays 0.105.
    assert str(growth) == "10.5 percent, 10.45 to 10.55 percent by rounding"
    assert growth.value == pytest.approx(0.105)
    official = article.scenario("official_series")["growth_of_transfers_2019_2021"]
    assert str(official).startswith("11 percent, ")
    # A ratio of two units is not a percentage.
    assert str(article["persons_per_transfer"]).startswith("1 person/transfer")


def test_draws_without_the_printed_digits_say_so(article):
    half = ("uniform", 0.5, 1)
    asked = partial(article.draws, "net_new_persons", n=64, persons_per_transfer=half)
    said = "the printed digits are not drawn"
    drawn = asked(rounding=False)
    for one in (drawn, drawn.table, drawn.indices_table):
        assert one.differs.endswith(f"; {said}")
    for frame in (drawn.frame, drawn.sample, drawn.indices, drawn.inputs):
        assert frame.attrs["differs"] == drawn.differs
    assert said in drawn.table.csv()
    assert said not in asked().differs


@pytest.mark.parametrize(
    ("of", "mistyped", "meant"),
    [
        ("study", "headline", "headlines"),
        ("drawn", "tabel", "table"),
        ("table", "to_latx", "to_latex"),
        ("estimate", "vaule", "value"),
    ],
)
def test_a_mistyped_attribute_is_refused_with_the_nearest(article, of, mistyped, meant):
    drawn = article.draws(
        "net_new_persons", n=64, persons_per_transfer=("uniform", 0.5, 1)
    )
    thing = {
        "study": article,
        "drawn": drawn,
        "table": drawn.table,
        "estimate": article["at_risk_2021"],
    }[of]
    with pytest.raises(AttributeError) as refused:
        getattr(thing, mistyped)
    # Python adds its own suggestion to a traceback unless there is one.
    printed = "".join(traceback.format_exception(refused.value))
    assert printed.endswith(f"no attribute '{mistyped}'. Did you mean '{meant}'?\n")
    assert not hasattr(thing, "nothing_like_it")


def test_the_words_of_draws_make_a_table_for_a_paper(article):
    drawn = article.draws(
        "net_new_persons", n=64, persons_per_transfer=("uniform", 0.5, 1)
    )
    made = drawn.table.to_latex(label="tab:draws")
    assert r"\label{tab:draws}" in made
    assert r"\_per\_transfer = 0.75 person/transfer, the median of the" in made
    assert "draws made & 64" in made


def test_an_empty_table_of_solutions_says_so(article):
    found = article.solutions("transfers_2021")
    assert found.empty
    words = (
        "No claim on transfers_2021 is solved for. There are solutions for claims on "
    )
    for page in (repr(found), found._repr_html_()):
        assert words in page
        assert "at_risk_2019" in page


def test_a_point_without_a_reading_is_refused(article):
    assert refused(article.__getitem__, "at_risk_2021.").startswith(
        "at_risk_2021 has no reading ''"
    )


def test_draws_have_no_indices_of_a_quantity_that_nothing_drawn_moves(article):
    drawn = article.draws(["at_risk_2021", "planned_transfers_2016_2020"], n=64)
    assert set(drawn.indices["quantity"]) == {"at_risk_2021"}
    page = drawn._repr_html_()
    assert "Nothing that is drawn moves planned_transfers_2016_2020." in page
    assert len(drawn.plot("indices").axes) == 1


def test_a_single_person_is_singular_after_at_most(article):
    study = article.change(net_new_persons="1 person", at_risk_2019=0)
    said = explained(study.model, "at_risk_2021", study.setting, full=False)
    assert "result: at most 1 person" in said


def test_a_wrong_type_is_one_sentence(article):
    for wrong in (5, None, slice(1, 2)):
        said = "the name of one quantity must be a text, not "
        assert refused(article.__getitem__, wrong).startswith(said)
    assert refused(article.differs_from, 5).startswith("5 is not a study")
    tiny = load(ROOT / "tests" / "packages" / "tiny")
    for one, other in ((article, tiny), (tiny, article)):
        for compared in (one.differs_from, one.verdict_changes):
            assert "is of another data package" in refused(compared, other)
    assert "must be a finite number" in refused(article.change, overlap=10**400)
    several = pd.Series([0.5, 0.6])
    for wrong, kind in ((several, "Series"), (article, "Study")):
        said = f"overlap takes one number, but this is of type {kind}"
        assert refused(article.change, overlap=wrong) == said
    for call in (article.sweep, article.draws):
        assert refused(call, []) == "no quantity is named; study.names() lists them"
    given = {"persons_per_transfer": [0.5]}
    said = "out must be a path, not 5"
    assert refused(article.sweep, "net_new_persons", out=5, **given) == said
    assert refused(article.draws, "net_new_persons", percentiles=None) == (
        "percentiles must be numbers, and None is none"
    )
    assert refused(article.from_notebook, 5) == "5 holds no names; write globals()"
    for wrong in (5, [5], [["overlap"]]):
        assert "is not a quantity" in refused(article.sweep, wrong, overlap=[0, 1])
    one = article.sweep("net_new_persons", persons_per_transfer=Decimal("0.5"))
    assert one.net_new_persons.tolist() == pytest.approx(
        [(3_170_000 - 3_170_000 / 1.105) / 2]
    )
    assert article.change(overlap=Decimal("0.5")).setting.values == {"overlap": 0.5}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"rounding": "no"}, "rounding must be True or False, not 'no'"),
        ({"percentiles": b"05"}, "percentiles must be numbers, and b'05' is none"),
        ({"percentiles": True}, "percentiles must be numbers, and True is none"),
        ({"percentiles": {5: 1}}, "percentiles must be numbers, and {5: 1} is none"),
        ({"percentiles": 10**400}, "and a number with so many digits is none"),
        ({"percentiles": Decimal("sNaN")}, "and Decimal('sNaN') is none"),
        ({"seed": True}, "seed must be a whole number, not True"),
        ({"seed": "1"}, "seed must be a whole number, not '1'"),
        ({"n": True}, "n must be a whole number, not True"),
        ({"n": 64.5}, "n must be a whole number, not 64.5"),
        ({"n": 10**400}, "n must be a whole number, not a number with so many digits"),
    ],
)
def test_what_draws_take_is_refused_by_its_name(article, how, said):
    half = ("uniform", 0.5, 1)
    asked = refused(article.draws, "net_new_persons", persons_per_transfer=half, **how)
    assert said in asked


def test_a_number_of_any_kind_is_read(article):
    half = ("uniform", Fraction(1, 2), np.array(1.0))
    drawn = article.draws(
        "net_new_persons",
        n=np.array(64),
        seed=np.int64(0),
        percentiles=[Fraction(5, 2), Decimal("97.5")],
        persons_per_transfer=half,
    )
    assert [*drawn.frame][-2:] == ["p2.5", "p97.5"]
    assert drawn.draws.n == 64
    quarter = article.change(overlap=0.25)
    for one in (Fraction(1, 4), "1/4", np.array(0.25), np.array("0.25")):
        assert article.change(overlap=one) == quarter
    swept = article.sweep("net_new_persons", persons_per_transfer=np.array(0.5))
    assert len(swept) == 1


def test_other_arguments_of_a_wrong_type_are_refused_by_their_names(article):
    one = ["at_risk_2021"]
    assert refused(article.names, one) == f"kind must be a text, not {one!r}"
    said = f"the name of one quantity must be a text, not {one!r}"
    for method in (article.sensitivity, article.ranges, article.__getitem__):
        assert refused(method, one) == said
    said = "a name in other must be a text, not 5"
    for other in (5, [5]):
        assert refused(article.from_notebook, {"a": 1}, other=other) == said
    said = "a name in the notebook must be a text, not 5"
    assert refused(article.from_notebook, {5: 1}) == said
    assert refused(article.scenario, 5) == "name must be a text, not 5"
    said = "caption must be a text, not 5"
    assert refused(article.to_latex, "headlines", caption=5) == said
    sweep = partial(article.sweep, "net_new_persons", persons_per_transfer=[0.5])
    assert refused(sweep, out="a\0b") == "out names no file or folder"
    assert refused(sweep, scheduler=5) == "scheduler must be a text, not 5"
    assert refused(load, "a\0b") == "folder names no file or folder"
    for text in ("", " "):
        assert "is not a statement" in refused(article.break_even, text)
    nan = Decimal("sNaN")
    assert refused(article.change, overlap=nan) == (
        "overlap must be a finite number, not Decimal('sNaN')"
    )
    for several in (["southern", 1], ["southern", "composition"]):
        assert refused(article.change, at_risk_2019=several).endswith(
            "write southern alone"
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("at_risk_2021_summ matches", ". Did you mean 'at_risk_2021_sum'?"),
        ("at_risk_2021 => 1.9 million person", ". Did you mean '>='?"),
        ("at_risk_2021 ≤ 1.9 million person", ". Did you mean '<='?"),
        ("at_risk_2021 is 1.9 million person", ". Write one of >=, >, <=, <, =, == "),
        ("at_risk_2021_sum match", ". Did you mean 'matches'?"),
    ],
)
def test_a_mistyped_statement_gets_the_nearest(article, text, said):
    assert said in refused(article.break_even, text)


def test_names_of_another_type_are_refused_in_one_sentence(article):
    assert refused(article.figure, ["waterfall"]).startswith(
        "'['waterfall']' is not a figure. "
    )
    said = "the name of one quantity must be a text, not "
    for call in (article.frame, lambda one: article.differs_from(article, one)):
        for wrong in (5, None, [5]):
            assert said in refused(call, wrong)
    for wrong in (5, [["same_share"]]):
        assert "is not a check" in refused(article.outcomes, wrong)
    assert len(article.outcomes()) == len(article.model.register.checks)


def test_a_masked_entry_of_an_array_is_no_number(article):
    masked = np.ma.array([0.5, 0.6], mask=[False, True])
    said = "overlap must be a finite number, not nan"
    assert refused(article.change, overlap=masked[1]) == said
    assert said in refused(article.sweep, "net_new_persons", overlap=masked)


def test_a_list_of_names_is_as_good_as_names(article):
    names = ["net_new_persons", "at_risk_2021"]
    assert str(article.steps(names)) == str(article.steps(*names))
    for method in (article.checks, article.solutions, article.findings):
        assert method(names).equals(method(*names))
    names = ["southern", "half_overlap"]
    assert article.scenarios(names).equals(article.scenarios(*names))


def test_a_quantity_asked_for_as_an_attribute_is_refused_with_the_way_to_ask(article):
    with pytest.raises(AttributeError) as refused:
        _ = article.overlap
    assert str(refused.value) == "'overlap' is a quantity: write study[\"overlap\"]"


def test_one_name_is_as_good_as_a_list(article):
    assert [one.check.id for one in article.outcomes("same_share")] == ["same_share"]
    assert [*article.differs_from(article, "net_new_persons").index] == [
        "net_new_persons"
    ]


def test_the_number_that_a_reading_sets_is_named(article):
    # data/assumptions.yaml sets former_detainees to 300,000.
    words = "former_detainees: the number that we set, 300,000 persons (set)"
    for study in (
        article.change(former_detainees="set"),
        article.scenario("half_overlap"),
    ):
        assert words in study.differs


def test_a_study_is_read_by_name_and_refuses_with_the_error_that_is_exported(article):
    assert issubclass(analysis.InputError, ValueError)
    with pytest.raises(analysis.InputError):
        article["at_risk_total"]
    for method in ("items", "values", "get"):
        assert not hasattr(article, method)


def test_dict_reads_a_study_or_names_the_number_that_is_missing(article):
    said = r"^former_detainees has no single value, .* Set former_detainees to a number"
    with pytest.raises(analysis.InputError, match=said):
        dict(article)
    study = article.change(former_detainees=300_000)
    read = dict(study)
    assert [*read] == [*study] == study.keys()
    assert read["former_detainees"].value == 300_000
    # Also of a study without a total, a frame has a row for each quantity.
    assert [*article.frame(article).index] == [*article]


def test_changes_may_stand_in_a_mapping(article):
    half = article.change(overlap=0.5, persons_per_transfer=0.6)
    assert article.change({"overlap": 0.5, "persons_per_transfer": 0.6}) == half
    assert article.change({"overlap": 0.5}, persons_per_transfer=0.6) == half
    example = "change takes names with their values, as in study.change(overlap=0.5)"
    for wrong in ("overlap", half, 5):
        assert refused(article.change, wrong).startswith(f"{example}, but ")
    said = "change takes 'overlap' once, not twice"
    assert refused(article.change, {"overlap": 0.5}, overlap=0.4) == said
    assert refused(article.change, {5: 1}).startswith("'5' is not a quantity")


def test_an_argument_that_names_nothing_is_refused(article):
    said = "no quantity is named; study.names() lists them"
    assert refused(article.steps) == said
    assert refused(article.frame, []) == said
    said = "depth must be a whole number of 0 or more, not -1"
    assert refused(article.steps, "at_risk_2021", depth=-1) == said
    said = "percentiles holds no number; give one or several"
    assert refused(article.draws, "at_risk_2021", percentiles=()) == said


def test_a_table_for_a_paper_refuses_what_pandas_does_not_take(article):
    said = "to_latex has no argument 'labl'. Did you mean 'label'?"
    assert refused(article.to_latex, "headlines", labl="tab:a") == said
    assert refused(article.to_latex, "headlines", foo=5).startswith(
        "to_latex has no argument 'foo'"
    )
    assert refused(article.to_latex, "headlines", label=5) == (
        "label must be a text, not 5"
    )
    frame = article.frame("at_risk_2021")
    assert refused(frame.to_latex, column_format=5).startswith(
        "pandas can't write this table: "
    )


def test_a_frame_names_its_setting_below_the_table_if_it_is_changed(article):
    study = article.change(overlap=0.25)
    sentence = "Differs from the article in: overlap = 0.25 in place of our 0."
    for frame in (study.checks(), study.frame("at_risk_2021"), study.statements()):
        html = frame._repr_html_()
        assert html.endswith(f"<p><small>{sentence}</small></p>")
        assert html.count("<small>") == 1
        *_, last = str(frame).splitlines()
        assert last == sentence
        # A part of a frame is under the same setting.
        assert sentence in str(frame.head(1))
    for frame in (article.checks(), article.frame("at_risk_2021"), study.cite()):
        assert "Differs from the article" not in frame._repr_html_() + str(frame)


def test_a_csv_file_of_a_frame_has_the_setting_in_each_row(article, tmp_path):
    study = article.change(overlap=0.25)
    study.checks("at_risk_2021").to_csv(tmp_path / "checks.csv", index=False)
    read = pd.read_csv(tmp_path / "checks.csv")
    assert read.columns[-1] == "differs"
    assert read["differs"].unique().tolist() == [study.differs]
    assert "differs" not in study.checks()  # the frame itself stays as it was
    frame = study.frame("at_risk_2021")
    text = frame.to_csv(columns=["value"])
    assert text.splitlines()[0] == "quantity,value,differs"
    assert article.frame("at_risk_2021").to_csv(columns=["value"]).splitlines()[0] == (
        "quantity,value"
    )


def test_verdict_changes_for_a_paper_keep_the_tally_as_a_note(article, tmp_path):
    half = article.change(persons_per_transfer=0.5)
    changed = half.verdict_changes(article)
    before, after = changed.attrs["foot"].split(" After: ")
    assert before.startswith("Before: Of the six headlines, three match or agree")
    latex = " ".join(changed.to_latex(caption="Verdicts").split())
    caption, below = latex.split(r"\end{tabular}")
    start = r"Verdicts. Differs from the article in: persons\_per\_transfer = 0.5"
    assert start in caption
    assert "Before:" not in caption
    assert f"After: {after}" in below
    assert below.endswith(r"\end{table}")
    # A table over several pages has its note behind its end, and so has a file.
    path = tmp_path / "changes.tex"
    assert changed.to_latex(path, longtable=True) is None
    _, below = path.read_text(encoding="utf-8").split(r"\end{longtable}")
    assert after in " ".join(below.split())
    written = io.StringIO()
    changed.to_latex(written, caption="Verdicts")
    assert " ".join(written.getvalue().split()) == latex


def test_a_table_for_a_paper_is_written_to_a_file(article, tmp_path):
    path = tmp_path / "headlines.tex"
    assert article.to_latex("headlines", buf=path) is None
    assert path.read_text(encoding="utf-8") == article.to_latex("headlines")


def test_a_table_of_estimates_for_a_paper_gives_no_instruction(article):
    (row,) = [
        line
        for line in article.to_latex("estimates").splitlines()
        if line.startswith("Persons at risk through transfers, plus former detainees")
    ]
    assert row.endswith(r"& no single value &  \\")
    beyond = article.change(at_risk_2021="from_low_end", former_detainees=3e6)
    assert "not computable" in beyond.to_latex("estimates")


def test_estimates_that_both_studies_print_are_named(article):
    official = article.scenario("official_series")
    names = ["growth_2019_2021", "net_new_transfers", "growth_of_transfers_2019_2021"]
    said = "In both studies, {} as printed, not recomputed."
    printed = said.format("growth_2019_2021 and net_new_transfers are")
    assert printed in official.differs_from(article, names).attrs["foot"]
    computed = official.change(growth_2019_2021="from_difference")
    printed = said.format("net_new_transfers is")
    assert printed in computed.differs_from(article, names).attrs["foot"]
    assert "In both" not in official.differs_from(article, names[2]).attrs["foot"]


def test_a_number_that_a_limit_holds_is_named_as_printed_too(article):
    # A limit needs the labourers of 2019, which the first study changes.
    changed = article.change(labourers_2019=2.7e6)
    table = changed.differs_from(article, ["labourers_south_2019"])
    said = "In both studies, labourers_south_2019 is as printed, not recomputed."
    assert said in table.attrs["foot"]


def test_the_growth_that_official_numbers_give_is_a_headline_estimate(article):
    change = article.scenario("official_series").differs_from(article)
    row = change.loc["growth_of_transfers_2019_2021"]
    # 3.174 / 2.86 is 1.1098.
    assert row["value"] == pytest.approx(0.1098, abs=1e-4)
    assert row["other"] == pytest.approx(0.105, abs=1e-12)


def test_a_figure_refuses_a_quantity_that_it_does_not_take(article):
    said = (
        "The figure 'waterfall' shows no quantity of your choice; only the figure "
        "'tornado' does. Leave out 'at_risk_2021'"
    )
    assert refused(article.figure, "waterfall", "at_risk_2021") == said
    assert article.figure("tornado", "net_new_persons")
    wrong = "net_new_person"
    said = refused(article.sensitivity, wrong)
    assert said.endswith("Did you mean 'net_new_persons'?")
    assert refused(article.figure, "tornado", wrong) == said


def test_two_studies_side_by_side_are_printed_in_words(article):
    half = article.change(persons_per_transfer=0.5)
    shown = str(half.differs_from(article, ["net_new_persons", "at_risk_total"]))
    head, row, none, foot, *setting = shown.splitlines()
    assert " ".join(setting) == (
        "Differs from the article in: persons_per_transfer = 0.5 person/transfer in "
        "place of our 1."
    )
    assert head.split() == ["estimate", "other", "here", "change", "percent"]
    # 3.17 million less 3.17 million / 1.105, and half of it: both to three digits.
    assert row.split() == ["net_new_persons", "301,000", "151,000", "−150,000", "−50"]
    assert none == "at_risk_total"
    assert foot.startswith(
        "The other study: as in the article. Counts are in persons. at_risk_total has "
    )
    more = str(half.differs_from(article))
    table, _, setting = more.partition("The other study: ")
    below = setting[setting.index("\nDiffers") :]
    assert max(map(len, (table + below).splitlines())) <= 80
    # Of fewer columns, pandas shows the numbers.
    numbers = half.differs_from(article, "net_new_persons")[["percent", "unit"]]
    assert "-50.0" in str(numbers)


def test_a_small_change_has_the_same_digits_in_each_row(article):
    # 3.174 less 2.86 million is 314,000, which is 12,778 more than 301,222; so much are
    # both the increase and the number at risk above the article's.
    changed = article.change(transfers_2021=3_174_000, transfers_2019="report_2019")
    shown = str(changed.differs_from(article, ["net_new_persons", "at_risk_2021"]))
    rows = [line.split() for line in shown.splitlines()[1:3]]
    assert rows[0][1:4] == ["301,000", "314,000", "+13,000"]
    assert rows[1][1:6] == ["1.901", "million", "1.914", "million", "+13,000"]


def test_an_estimate_that_is_none_has_its_reason_in_each_table(article):
    study = article.change(former_detainees=300_000)
    for one, other in ((study, article), (article, study), (article, article)):
        frame = one.differs_from(other, ["at_risk_2021", "at_risk_total"])
        assert frame.reason.tolist() == [pytest.approx(np.nan, nan_ok=True), NO_TOTAL]
    assert "reason" not in study.differs_from(study)
    assert f"{refused(article.sensitivity, 'at_risk_total')}." == NO_TOTAL
    swept = article.sweep("at_risk_total", overlap=[0, 0.5])
    assert swept.violates.tolist() == [NO_TOTAL] * 2


def test_a_scenario_is_another_study(article):
    both = [
        article.change(overlap=0.1).scenario("southern"),
        article.scenario("southern").change(overlap=0.1),
    ]
    assert both[0].setting == both[1].setting != article.scenario("southern").setting
    assert (
        article.scenario("half_overlap").setting
        == article.change(overlap=0.5, former_detainees="set").setting
    )


def test_changes_are_applied_in_order(article):
    # The scenario takes the implied ratio in 2019, and 0.95 in 2021.
    first = article.change(persons_per_transfer=0.8).scenario("ratio_rises")
    assert first == article.scenario("ratio_rises")
    last = article.scenario("ratio_rises").change(persons_per_transfer=0.8)
    expected = 0.95 * 3_170_000 - 0.8 * 3_170_000 / 1.105
    assert last["net_new_persons"].value == pytest.approx(expected)
    # The later of two scenarios, too; what it does not change stays.
    both = article.scenario("half_overlap").scenario("southern").scenario("composition")
    assert both.setting.choices == {
        "former_detainees": "set",
        "overlap": 0.5,
        "at_risk_2019": "composition",
    }


@pytest.mark.parametrize(
    ("scenario", "given"),
    [
        ("ratio_rises", {"persons_per_transfer": "0.8"}),
        ("half_overlap", {"former_detainees": "0.4 million person"}),
        ("", {"overlap": "0.5"}),
    ],
)
def test_a_command_changes_a_study_as_python_does(article, scenario, given):
    study = article.scenario(scenario) if scenario else article
    assert article.changed_by_texts(scenario, given) == study.change(**given)


@pytest.mark.parametrize("route", ["Python", "drawn before", "a scenario and --set"])
def test_a_later_change_wins_by_every_route(article, route, tmp_path):
    tried = 0
    for name in article:
        *readings, number = offered(article.model, name)
        earlier = ("uniform", 0.999 * number, number)
        # Some quantities affect no check.
        with contextlib.suppress(InputError):
            before = article.change({name: number})
            if route == "drawn before":
                before = article.change({name: earlier})
            for later in {*readings} & {*SETTABLE}:
                alone = article.change({name: later}).setting.choices.get(name)
                if route == "a scenario and --set":
                    # The other change remains: a command may not replace everything.
                    other = "overlap" if name != "overlap" else "at_risk_share_of_new"
                    text = f"{number}{article.model.suffix(name)}"
                    content = {**MINE, "values": {name: text, other: "0.1"}}
                    file = tmp_path / "mine.yaml"
                    file.write_text(yaml.safe_dump(content), encoding="utf-8")
                    changed = article.changed_by_texts(str(file), {name: later})
                else:
                    changed = before.change({name: later})
                assert changed.setting.choices.get(name) == alone
                assert name not in {**changed.setting.drawn, **changed.distributions}
                tried += 1
    assert tried > 40


def test_a_scenario_replaces_an_earlier_number_and_an_earlier_distribution(article):
    # The scenario sets 300,000 former detainees, half of whom are counted twice.
    total = 1_600_000 + STEP + 150_000
    for earlier in (1e6, ("uniform", 3e5, 6e5)):
        study = article.change(former_detainees=earlier).scenario("half_overlap")
        assert study["at_risk_total"].value == pytest.approx(total)
        assert study == article.scenario("half_overlap")


def test_a_sweep_over_the_articles_reading_leaves_the_number_of_the_study(article):
    study = article.change(at_risk_2019=1.5e6)
    swept = study.sweep("at_risk_2021", at_risk_2019=["published", "southern"])
    southern = 1_650_000 * 0.95
    expected = [1_600_000 + STEP, southern + STEP]
    assert swept["at_risk_2021"].tolist() == pytest.approx(expected)
    assert swept.attrs["differs"] == "as in the article"


def test_a_change_takes_the_place_of_a_distribution_and_the_reverse(article):
    drawn = article.scenario("illustrative")
    names = {"persons_per_transfer", "persons_per_transfer_drift", "former_detainees"}
    assert set(drawn.distributions) == names
    set_again = drawn.change(former_detainees=400_000)
    assert set(set_again.distributions) == names - {"former_detainees"}
    again = set_again.change(former_detainees=("uniform", 300_000, 500_000))
    assert set(again.distributions) == names
    assert again.setting == set_again.setting
    assert again != set_again
    assert pickle.loads(pickle.dumps(again)) == again


def test_draws_of_a_study(article):
    study = article.change(former_detainees=400_000)
    drawn = study.draws(
        ["at_risk_2021", "at_risk_total"],
        persons_per_transfer=("triangular", 0.5, 0.7, 1),
        percentiles=(2.5, 97.5),
        rounding=False,
    )
    # A triangle has the mean (0.5 + 0.7 + 1) / 3.
    mean = 1_600_000 + 2.2 / 3 * STEP
    assert drawn.frame["mean"].tolist() == pytest.approx(
        [mean, mean + 400_000], rel=1e-6
    )
    # 2.5 percent lie below 0.5 + sqrt(0.025 x 0.5 x 0.2).
    low = 1_600_000 + (0.5 + math.sqrt(0.0025)) * STEP
    assert drawn.frame.loc["at_risk_2021", "p2.5"] == pytest.approx(low, rel=1e-5)
    assert [*drawn.sample] == ["persons_per_transfer", "at_risk_2021", "at_risk_total"]
    assert len(drawn.sample) == 2**16
    assert drawn.indices["first"].tolist() == pytest.approx([1, 1], abs=1e-3)
    assert drawn.indices["quantity"].tolist() == ["at_risk_2021", "at_risk_total"]
    for frame in (drawn.frame, drawn.sample, drawn.indices):
        assert "former_detainees = 400,000 person" in frame.attrs["differs"]
    text = " ".join(repr(drawn).split())
    assert "triangular (low 0.5, mode 0.7, high 1)" in text
    for page in (repr(drawn), drawn._repr_html_()):
        assert page.count("draws are illustrative") == 1


def test_numbers_of_draws_are_read_as_they_are_written(article):
    drawn = article.draws("net_new_persons", n=1e2, percentiles=50)
    assert len(drawn.sample) == 100
    assert [*drawn.frame] == ["mean", "sd", "p50"]
    assert refused(article.draws, "net_new_persons", percentiles=0.95) == (
        "percentiles are from 0 to 100; write 95 in place of 0.95"
    )
    assert refused(article.draws, "net_new_persons", N=100) == (
        "'N' is unknown. Did you mean n=?"
    )
    assert refused(article.draws, "net_new_persons", percentile=5) == (
        "'percentile' is unknown. Did you mean percentiles=?"
    )


def test_a_distribution_that_moves_nothing_asked_for_is_refused(article):
    half = {"overlap": ("uniform", 0, 0.5)}
    said = refused(article.draws, "at_risk_2021", **half)
    assert said.startswith("overlap does not affect at_risk_2021 ")
    # What a study has from before may be of use elsewhere.
    study = article.change(former_detainees=300_000, **half)
    assert "overlap" not in study.draws("at_risk_2021", n=64).sample


def test_what_differs_names_the_shape_that_is_drawn(article):
    drawn = article.draws(
        "at_risk_2021", persons_per_transfer=("triangular", 0.5, 0.7, 1), n=64
    )
    # Half of a triangle of width 0.5 lies above 1 - sqrt(0.5 x 0.5 x 0.3) = 0.7261.
    words = (
        "persons_per_transfer = 0.726 person/transfer, the median of the distribution "
        "triangular (low 0.5, mode 0.7, high 1)"
    )
    assert drawn.differs == f"differs from the article in: {words}"
    assert drawn.frame.attrs["differs"] == drawn.differs
    assert words in " ".join(drawn.plot("frame").get_supxlabel().split())
    # An input whose median is the article's own number is named, too.
    even = article.change(overlap=("discrete", [0, 0.5], [3, 1]))
    assert even.headlines().attrs["differs"] == even.differs
    assert "overlap = 0, the median of the distribution discrete" in even.differs
    assert even.change(overlap=0).differs == "as in the article"


def test_the_caption_of_draws_is_saved_whole(article):
    study = article.change(former_detainees=400_000, at_risk_2019="southern")
    fig = study.draws(
        "at_risk_total",
        overlap=("beta", 2, 5),
        persons_per_transfer=("triangular", 0.5, 0.7, 1),
        n=64,
    ).plot("frame")
    fig.canvas.draw()
    box = fig._supxlabel.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= fig.bbox.x1
    assert box.y0 >= 0


def test_a_share_that_is_cut_off_is_told(article):
    # Of a normal distribution about 0 half lies below 0.
    drawn = article.change(former_detainees=300_000).draws(
        "at_risk_total", overlap=("normal", 0, 0.1), n=1024
    )
    assert "50 percent of it cut off" in repr(drawn)
    assert drawn.inputs.loc["overlap", "cut"] == pytest.approx(0.5)


@pytest.mark.parametrize("what", ["frame", "sample", "indices"])
def test_draws_are_drawn(article, what):
    study = article.change(former_detainees=300_000)
    fig = study.draws(
        ["at_risk_2021", "at_risk_total"], overlap=("uniform", 0, 0.5), n=512
    ).plot(what)
    assert len(fig.axes) == (1 if what == "frame" else 2)
    assert "illustrative" in fig.get_supxlabel()
    fig.canvas.draw()


def test_a_plot_that_there_is_not_is_refused(article):
    drawn = article.draws("net_new_persons", n=64)
    assert refused(drawn.plot, "smaple").startswith(
        "'smaple' can't be drawn. Did you mean 'sample'?"
    )
    assert refused(drawn.plot, []).startswith(
        "'[]' can't be drawn. Choose one of these: "
    )


def test_the_specification_curve_is_a_frame(article):
    frame = article.specification_curve()
    known = frame[frame.violates == ""]
    assert known.at_risk_2021.is_monotonic_increasing
    # Two readings of 2019, two units, four bases, two shares; two ratios, three
    # changes, two overlaps.
    assert len(frame) == 2 * 2 * 4 * 2 * 2 * 3 * 2
    # Least without anybody outside the south: 1,567,500 and what the least ratio, a
    # change of 0.95 and the transfers of 2019 add, 51,379.819.
    base = 3_170_000 / 1.105
    added = 0.36 * (0.95 * 3_170_000 - base)
    assert known.at_risk_2021.min() <= 1_567_500 + added + 1


def test_scenarios_are_a_table_with_the_study_last(article):
    table = article.change(overlap=0.5).scenarios("southern")
    estimates = article.model.register.estimates
    assert [*dict.fromkeys(table["scenario"])] == ["southern", "yours"]
    assert len(table) == 2 * len(estimates)
    southern = table[table.scenario == "southern"].set_index("quantity")
    # 0.95 of 1.65 million, beside 1.6 million
    assert southern.value["at_risk_2019"] == pytest.approx(1_567_500)
    assert southern.difference["at_risk_2019"] == pytest.approx(-32_500)
    assert southern.heading["at_risk_2019"].startswith("southern (reconstruction): ")
    assert "overlap = 0.5" in table.differs.iloc[-1]
    shipped = article.scenarios()
    assert [*dict.fromkeys(shipped.scenario)] == [*article.model.register.scenarios]


def test_sensitivity_is_a_row_an_assumption(article):
    found = article.sensitivity("at_risk_2021")
    # Varied from 0.36 to 1, and from 0.62 to 1.
    assert found.at_low["persons_per_transfer"] == pytest.approx(
        1_600_000 + 0.36 * STEP
    )
    assert found.at_low["at_risk_share_of_new"] == pytest.approx(
        1_600_000 + 0.62 * STEP
    )
    assert found.index[0] == "persons_per_transfer"
    # 1.6 million and 0.62 x 0.36 x (0.95 x 3.17 million - 2,868,778.28)
    lowest = 1_600_000 + 0.62 * 0.36 * (0.95 * 3_170_000 - 3_170_000 / 1.105)
    assert found.at_low["lowest"] == found.at_high["lowest"] == pytest.approx(lowest)
    assert [*found.index[-4:]] == ["lowest", "highest", "rounding", "all"]


def test_a_break_even_is_a_row_an_assumption(article):
    found = article.break_even("net_new_persons >= 200000 person")
    ((low, high),) = found.holds["persons_per_transfer"]
    assert (low, high) == (pytest.approx(200_000 / STEP), 1)


def test_a_sweep_is_a_row_a_combination_under_the_study(article):
    study = article.change(overlap=0.5)
    found = study.sweep(
        ["at_risk_total"],
        former_detainees=["0.3 million person", 400_000],
        at_risk_2019=["published", "southern"],
    )
    # The southern reading is 0.95 of 1.65 million; half of those detained are
    # counted twice.
    expected = [
        first + STEP + 0.5 * more
        for first in (1_600_000, 1_567_500)
        for more in (300_000, 400_000)
    ]
    assert found.at_risk_total.tolist() == pytest.approx(expected)


def test_a_sweep_needs_an_effect_of_its_own_names_and_takes_values_as_a_change_does(
    article,
):
    study = article.change(overlap=0.5, former_detainees="set")
    study = study.change(former_detainees=400_000)
    for one in (0.6, "0.6", "0.6 person/transfer"):
        found = study.sweep("net_new_persons", persons_per_transfer=one).net_new_persons
        changed = article.change(persons_per_transfer=one)["net_new_persons"].value
        assert found.tolist() == [pytest.approx(changed)]
        # The study's own value stays: 1,600,000 + 0.6 of the step + 0.5 x 400,000.
        found = study.sweep("at_risk_total", persons_per_transfer=one).at_risk_total
        assert found.tolist() == [pytest.approx(1_600_000 + 0.6 * STEP + 200_000)]
    assert refused(article.sweep, "net_new_persons", overlap=0.5).startswith(
        "overlap does not affect net_new_persons"
    )


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"overlap": True}, "overlap must be a finite number, not True"),
        ({"overlap": None}, r"^overlap must be a finite number, not None\.$"),
        (
            {"overlap": range(10**14)},
            "has 100,000,000,000,000 rows, and 10,000,000 are the most",
        ),
        (
            {"at_risk_2019": ["published", 1_500_000]},
            "^at_risk_2019 takes readings or numbers, but not both: published is a ",
        ),
    ],
)
def test_a_sweep_from_python_is_refused_as_from_a_file(article, over, said):
    with pytest.raises(InputError, match=said):
        article.sweep(["at_risk_total"], **over)


def test_a_statement_or_a_depth_of_another_type_is_refused_in_one_sentence(article):
    said = r"^5 is not the text of a statement, such as 'at_risk_2021 >= 1\.9 million"
    with pytest.raises(InputError, match=said):
        article.break_even(5)
    with pytest.raises(
        InputError, match=r"^depth must be a whole number .* not 'x'\.$"
    ):
        article.steps("at_risk_2021", depth="x")


def test_a_study_holds_its_quantities_as_a_mapping_does(article):
    names = list(article)
    assert len(article) == len(names) == len(set(names))
    assert {"at_risk_2021", "persons_per_transfer"} <= set(names)
    assert "a_year" not in article  # a constant
    assert "at_risk_2019.southern" in article
    assert "at_risk_2019.western" not in article
    assert 5 not in article


def test_studies_are_equal_by_setting(article, package):
    half = article.change(overlap=0.5)
    assert half == article.change(overlap="0.5") != article
    assert len({half, article.change(overlap=0.5), article}) == 2
    assert half != load(package).change(overlap=0.5)
    assert article != "article"


def test_a_pickled_study_is_the_same_in_another_process(article, tmp_path):
    half = article.change(persons_per_transfer=0.5)
    assert pickle.loads(pickle.dumps(half)) == half
    (tmp_path / "study").write_bytes(pickle.dumps(half))
    code = (
        "import pickle, pathlib; "
        "study = pickle.loads(pathlib.Path('study').read_bytes()); "
        "print(study['net_new_persons'].value, study.differs)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    value, _, differs = done.stdout.strip().partition(" ")
    assert float(value) == pytest.approx(STEP / 2)
    assert differs == half.differs


def test_verdict_changes_are_the_checks_whose_verdict_moves(article):
    # At half a person per transfer 1.6 million and half of the step are 1.751 million,
    # more than a tenth short of two million, which the word still stretches to; the net
    # increase is 150,611, which rounds to 200,000 and not to 300,000.
    half = article.change(persons_per_transfer=0.5)
    changes = half.verdict_changes(article)
    assert changes.index.name == "check"
    assert changes.loc["at_risk_2021_sum", "before"] == "matches"
    assert changes.loc["at_risk_2021_sum", "after"] == "compatible"
    assert changes.loc["net_persons", "after"] == "differs"
    verdicts = [
        {outcome.check.id: outcome.verdict for outcome in study.outcomes()}
        for study in (article, half)
    ]
    assert set(changes.index) == {
        name for name in verdicts[0] if verdicts[0][name] != verdicts[1][name]
    }
    assert article.verdict_changes(article).empty
    assert refused(article.verdict_changes, "half") == (
        "'half' is not a study; analysis.load() gives one"
    )


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("quantities", "persons_per_transfer", "Persons per transfer, 2019"),
        # A count, an end of a range, and a quantity that takes another's value
        ("quantities", "warning_colors", "Colours of the early-warning code"),
        (
            "quantities",
            "at_risk_total_high",
            "Persons estimated at risk, transferred or formerly detained, high end",
        ),
        ("quantities", "detainees_placed", "Former detainees placed in work"),
        (
            "figures",
            "waterfall",
            "Persons at risk of coercive labour in 2019 and in 2021, and the total "
            "with former detainees",
        ),
        ("checks", "planned_in_2021_2025", None),
        ("scenarios", "southern", None),
    ],
)
def test_names_are_listed_and_can_be_shown(article, kind, name, words):
    names = article.names(kind)
    row = names.set_index("name").loc[name]
    assert words in (None, row["words"])
    assert name in str(names)
    assert name in names._repr_html_()
    assert str(names.head(1))


def test_an_unknown_kind_of_names_is_refused(article):
    assert refused(article.names, "figure") == (
        "'figure' is not a kind of name. Did you mean 'figures'?"
    )


def test_an_estimate_is_shown_in_words(article):
    # 3.17 million / 1.105 = 2,868,778, from 2,862,958 to 2,874,604
    words = str(article["transfers_2019"])
    assert words.startswith("2.87 million transfer")
    assert words.endswith("2.862 to 2.875 million by rounding")


def test_a_study_refuses_to_be_changed_in_place(article):
    with pytest.raises(AttributeError, match=r"write study\.change\(overlap=…\)"):
        article.overlap = 0.5
    with pytest.raises(AttributeError, match="a study never changes, so 'setting'"):
        article.setting = article.change(overlap=0.5).setting
    assert article["overlap"].value == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda study: study.sweep(overlap=[0, 1]),
        lambda study: study.sweep(quantities="at_risk_total", overlap=[0, 1]),
        lambda study: study.draws(overlap=("uniform", 0, 0.5)),
    ],
)
def test_what_is_computed_comes_before_what_varies(article, call):
    with pytest.raises(InputError, match="takes quantities first and without their"):
        call(article)


def test_a_table_that_is_not_named_is_asked_for(article):
    with pytest.raises(InputError, match="cannot be called like this: missing"):
        article.to_latex()
    with pytest.raises(InputError, match="Did you mean 'table'"):
        article.to_latex(tabel="headlines")


def test_a_heading_in_place_of_a_column_is_told_the_column(article):
    checks = article.checks()
    for use in (
        lambda: checks["comparison"],
        lambda: checks.sort_values("comparison"),
        lambda: checks.set_index("comparison"),
        lambda: checks.loc[0, "comparison"],
    ):
        with pytest.raises(KeyError, match="is the heading of the column 'statement'"):
            use()
