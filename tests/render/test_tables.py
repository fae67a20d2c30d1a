"""Tables for papers: the texts in them are escaped, and TeX compiles them."""

import csv
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.core.errors import InputError
from analysis.render.frame import of_texts
from analysis.render.tables import ShownFrame
from analysis.study import Study

HOSTILE = r"50% & $3_a #{~^\} <b> | "
#: A document, also where TeX has no package for rules of a table.
DOCUMENT = r"""\documentclass{article}
\usepackage{array,longtable}
\IfFileExists{booktabs.sty}{\usepackage{booktabs}}{%
  \let\toprule\hline \let\midrule\hline \let\bottomrule\hline}
\begin{document}
TABLES
\end{document}
"""


#: Said of a table under the article's own setting.
OWN = (
    "All of this is computed from the article's numbers and our assumptions as they "
    "stand."
)


def test_what_stands_in_a_table_is_escaped() -> None:
    escaped = (
        r"50\% \& \$3\_a \#\{\~{}\^{}\textbackslash{}\} \textless{}b\textgreater{} "
        r"\textbar{}"
    )
    frame = of_texts([[HOSTILE.strip(), 'it is "so"']], ["a_b", "c"]).to_pandas()
    made = frame.to_latex(caption=r"10\% of all")
    assert rf"{escaped} & it is ``so'' \\" in made
    assert r"a\_b & c \\" in made
    assert rf"\caption{{10\% of all. {OWN}}}" in made
    left = frame.to_latex(escape=False)
    assert rf'{HOSTILE.strip()} & it is "so" \\' in left
    # A frame of numbers has its index, and four digits.
    numbers = ShownFrame({"at_risk": [2 / 3]}, index=pd.Index(["x_y"], name="of"))
    assert r"x\_y & 0.6667 \\" in numbers.to_latex()
    assert r"of & at\_risk \\" in numbers.to_latex()


def test_numbers_have_four_digits_and_at_most_five_decimals() -> None:
    numbers = [1901221.7, -0.0123456, 0.00001553, 2, float("nan")]
    made = ShownFrame({"x": pd.Series(numbers, dtype=object)}).to_latex()
    rows = [line.removesuffix(r" \\") for line in made.splitlines()]
    start = rows.index(r"\midrule") + 1
    shown = [row.replace("$-$", "-") for row in rows[start : start + 5]]
    assert shown == ["1,901,000", "-0.01235", "0.00002", "2", ""]


def test_a_long_table_goes_over_pages_and_a_wide_one_has_paragraphs() -> None:
    short = of_texts([["a", "b"]] * 20, ["c", "d"]).to_pandas().to_latex()
    assert r"\begin{tabular}{ll}" in short
    long = of_texts([["a", "b"]] * 21, ["c", "d"]).to_pandas().to_latex()
    assert r"\begin{longtable}{ll}" in long
    wide = of_texts([["a" * 60, "b" * 60]], ["c", "d"]).to_pandas().to_latex()
    # Two columns of equal width, and a gap beside each.
    assert wide.count(r"p{0.465\linewidth}") == 2


def test_a_table_of_few_long_texts_goes_over_pages_and_breaks_long_names() -> None:
    row = ["at_risk_2021: it matches", *["words of some length " * 20] * 4]
    frame = of_texts([row] * 2, ["check", "a", "b", "c", "d"]).to_pandas()
    made = frame.to_latex()
    assert r"\begin{longtable}{>{\raggedright" in made
    assert r"at\_\allowbreak{}risk\_\allowbreak{}2021: it matches" in made


def test_the_caption_of_the_user_comes_before_the_setting(article: Study) -> None:
    half = article.change(persons_per_transfer=0.5)
    differs = f"{half.differs[0].upper()}{half.differs[1:]}.".replace("_", r"\_")
    for table in ("headlines", "estimates"):
        made = half.to_latex(table, caption=r"Ours, 50\% of it", label="tab:x")
        assert rf"\caption{{Ours, 50\% of it. {differs}}}" in made
        assert r"\label{tab:x}" in made
    assert rf"\caption{{Mine. {OWN}}}" in article.to_latex("headlines", caption="Mine.")


def test_a_table_that_there_is_not_is_refused(article: Study) -> None:
    with pytest.raises(InputError) as refused:
        article.to_latex("headline")
    assert str(refused.value) == "'headline' is not a table. Did you mean 'headlines'?"
    with pytest.raises(InputError, match="table must be a text, not 5"):
        article.to_latex(5)  # type: ignore[arg-type]


def lines_of(made: str | None) -> list[str]:
    """The lines of a LaTeX table that hold cells, without the ends of rows."""
    lines = (made or "").splitlines()
    cells = [line for line in lines if line.endswith(r" \\") and " & " in line]
    return [line.removesuffix(r" \\") for line in cells]


def test_columns_are_chosen_by_heading_or_by_name(article: Study) -> None:
    headlines = article.headlines()
    for chosen in (["title", "verdict"], ["the article", "verdict"]):
        made = headlines.to_latex(columns=chosen, index=False)
        first, *rows = lines_of(made)
        assert first.startswith("the article & verdict")
        assert {row.count(" & ") for row in rows} == {1}
        # Two columns of paragraphs, not the four of the whole table.
        assert str(made).count(r"\arraybackslash}p{") == 2
    # A column of numbers that the screen does not show: 14.325 / 5 = 2.865 million.
    checks = article.checks("transfers_2016_2020")
    made = checks.to_latex(columns=["id", "recomputed_low"]) or ""
    header, *rows = lines_of(made.replace(r"\allowbreak{}", ""))
    assert header == r"comparison & id & recomputed\_low"
    assert any(row.endswith(r"official\_mean\_2016\_2020 & 2,865,000") for row in rows)


#: What the note says of columns that are not displayed, after their names.
BASE_UNITS = "in base units: millions are written out, and 5 percent is 0.05."


def rows_of(table: pd.DataFrame, **how: Any) -> list[list[str]]:
    """The cells of each row of a LaTeX table, whose header may stand twice."""
    lines = lines_of(table.to_latex(escape=False, **how))
    return [line.split(" & ") for line in lines[-len(table) :]]


def test_a_displayed_column_has_its_words_whatever_stands_beside_it(
    article: Study,
) -> None:
    checks = article.change(growth_2019_2021=0.25).checks()
    words = ["printed_words", "recomputed_words", "verdict_words"]
    expected = pd.DataFrame(checks)[words].to_numpy().tolist()
    # Bounds and caveats are among the words.
    assert any(cells[1].startswith("at most ") for cells in expected)
    assert any("although comparing" in cells[2] for cells in expected)
    for names in (["printed", "recomputed", "verdict"], words):
        assert [cells[1:] for cells in rows_of(checks, columns=names)] == expected
        for beside in (["id"], ["notebook"], ["id", "passing"], ["recomputed_high"]):
            rows = rows_of(checks, columns=[*beside, *names])
            assert [cells[-3:] for cells in rows] == expected


def test_a_note_says_which_numbers_are_in_base_units(article: Study) -> None:
    study = article.change(growth_2019_2021=0.25)
    frame = study.frame(["transfers_2019"])
    # 3.17 million / 1.25 = 2.536 million.
    header, first = lines_of(frame.to_latex(columns=["value", "unit"]))
    assert first == r"transfers\_2019 & 2,536,000 & transfer"
    # "value" is a heading, so that it stands for words.
    made = study.to_latex("estimates", columns=["value", "low", "high"]) or ""
    header, *rows = lines_of(made)
    assert header == "estimate & value & low & high"
    # 3.165 million / 1.2505 = 2.531 million; 3.175 / 1.2495 = 2.541.
    row = "2.54 million transfers & 2,532,000 & 2,540,000"
    assert any(each.endswith(row) for each in rows), rows
    assert f"The numbers under low and high are {BASE_UNITS}" in made
    # Texts have no unit, and the unit of a percentage is its name.
    for table, columns in (
        (study.checks(), ["printed", "id", "reason"]),
        (study.scenarios("southern"), ["value", "percent"]),
        (study.names(), ["value", "unit"]),
    ):
        assert "base units" not in table.to_latex(columns=columns)
    # Numbers in lists are numbers, too.
    spans = study.break_even("at_risk_2021 >= 1.9 million person")
    assert f"under holds are {BASE_UNITS}" in spans.to_latex(columns=["holds"])


def test_a_part_of_a_table_has_its_numbers(article: Study) -> None:
    study = article.change(persons_per_transfer=0.5)
    part = study.checks("net_persons")[["id", "recomputed"]]
    made = part.to_latex()
    # (3.17 − 3.17 / 1.105) million / 2 = 150,611.
    assert lines_of(made) == ["id & recomputed", r"net\_persons & 150,600"]
    assert r"Differs from the article in: persons\_per\_transfer = 0.5" in made
    assert f"The numbers under recomputed are {BASE_UNITS}" in made
    assert "base units" not in part[["id"]].to_latex()


def test_joined_tables_name_the_settings_of_their_parts(article: Study) -> None:
    name = "at_risk_2021"
    one = article.frame([name])
    two, three = (
        article.change(persons_per_transfer=ratio).frame([name]) for ratio in (0.6, 0.8)
    )
    inserted = one.copy()
    inserted.insert(1, "at 0.6", two["value"])
    joined = [
        pd.concat([one, two], keys=["article", "0.6"]),
        inserted,
        one.assign(other=two["value"]),
        one.join(two["value"].rename("other")),
        pd.concat({"article": one["value"], "0.6": two["value"]}, axis=1),
        pd.concat([one, two], axis=1),
        one.merge(two, on="unit"),
    ]
    for table in joined:
        made = " ".join(table.to_latex().split())
        assert "as they stand" not in made
        assert r"persons\_per\_transfer = 0.6 person/transfer" in made
        (line, *_) = csv.DictReader(io.StringIO(table.to_csv()))
        assert "persons_per_transfer = 0.6 person/transfer" in line["differs"]
    assert "(1) as in the article; (2) differs" in joined[0].to_latex()
    assert r"persons\_per\_transfer = 0.8" in pd.concat([two, three]).to_latex()
    # A number of one's own has no setting.
    assert "combines several settings" not in two.assign(own=1.0).to_latex()
    # Two tables of one setting have that setting.
    both = pd.concat([two, two[["value"]]])
    assert "Differs from the article in: persons" in both.to_latex()
    assert "combines several settings" not in both.to_latex()
    # A table whose setting pandas has not kept claims none.
    lost = type(one)(pd.DataFrame(two))
    assert r"\caption" not in lost.to_latex()


def test_a_difference_of_two_settings_names_both(article: Study) -> None:
    half = article.change(persons_per_transfer=0.5).frame(["at_risk_2021"])
    whole = article.frame(["at_risk_2021"])
    for table in (
        half[["value"]] - whole[["value"]],
        whole[["value"]] - half[["value"]],
        (whole["value"] - half["value"]).to_frame(),
    ):
        made = table.to_latex()
        assert r"persons\_per\_transfer = 0.5" in made
        assert "as in the article" in made
    twice = (half[["value"]] + half[["value"]]).to_latex()
    assert r"\caption{Differs from the article in: persons" in twice


def test_a_column_of_settings_is_kept_and_a_percentage_needs_no_unit(
    article: Study,
) -> None:
    table = article.change(persons_per_transfer=0.5).scenarios("southern")
    lines = [*csv.DictReader(io.StringIO(table.to_csv()))]
    assert [line["differs"] for line in lines] == list(table["differs"])
    assert len({*table["differs"]}) > 1
    assert "base units" not in table[["quantity", "percent"]].to_latex()
    assert "base units" in table[["quantity", "difference"]].to_latex()


def test_tables_can_be_reshaped_as_by_pandas(article: Study) -> None:
    study = article.change(persons_per_transfer=0.5)
    frame = study.frame(["at_risk_2021", "net_new_persons"])
    plain = pd.DataFrame(frame)
    assert list(frame.reset_index().columns) == list(plain.reset_index().columns)
    both = pd.concat([article.frame(["at_risk_2021"]), frame], keys=["a", "b"])
    assert "persons_per_transfer = 0.5" in both.reset_index().attrs["differs"]
    checks = study.checks()
    counted = checks.groupby("verdict", as_index=False).size()
    assert counted["size"].sum() == len(checks)
    wide = study.scenarios("southern").pivot(
        index="scenario", columns="quantity", values="value"
    )
    assert r"persons\_per\_transfer = 0.5" in wide.to_latex()


def test_long_texts_are_never_in_columns_that_do_not_wrap(article: Study) -> None:
    made = article.to_latex(
        "checks", columns=["id", "printed", "recomputed", "verdict"]
    )
    assert made is not None
    assert r"p{" in made.partition(r"\caption")[0]


def test_joined_tables_of_scenarios_keep_what_they_say_of_their_settings(
    article: Study,
) -> None:
    half = article.change(persons_per_transfer=0.5)
    one, two = (study.scenarios("southern") for study in (article, half))
    made = " ".join(pd.concat([one, two], keys=["a", "b"]).to_latex().split())
    assert "What a scenario changes stands beside its name" in made
    assert r"persons\_per\_transfer = 0.5 person/transfer" in made


def test_a_caption_may_have_a_short_form_or_be_left_out(article: Study) -> None:
    frame = article.frame(["at_risk_2021"])
    made = frame.to_latex(caption=("Long words", "Short"))
    assert rf"\caption[Short]{{Long words. {OWN}}}" in made
    for none in (None, (), ""):
        assert rf"\caption{{{OWN}}}" in frame.to_latex(caption=none)
    with pytest.raises(InputError, match="caption must be a text, not 5"):
        frame.to_latex(caption=5)
    made = article.to_latex("estimates", caption=("Long words", "Short")) or ""
    assert r"\caption[Short]{Long words. " in made


def test_a_table_that_would_fill_a_page_goes_over_several(article: Study) -> None:
    # The cells of these four rows have some 2,500 characters beside narrow numbers.
    made = article.scenarios("southern", "half_overlap").to_latex()
    assert made.startswith(r"\begin{longtable}")
    short = article.frame(["at_risk_2021"]).to_latex()
    assert short.startswith(r"\begin{table}")
    assert (
        article.frame(["at_risk_2021"])
        .to_latex(longtable=True)
        .startswith(r"\begin{longtable}")
    )


def test_the_names_of_rows_may_be_left_out(article: Study) -> None:
    checks = article.checks("net_persons")
    columns = ["id", "verdict"]
    header, _ = lines_of(checks.to_latex(columns=columns, index=False))
    assert header == "id & verdict"
    header, _ = lines_of(checks.to_latex(columns=columns))
    assert header.endswith(" & id & verdict")
    assert header != " & id & verdict"
    part = article.frame(["at_risk_2021"])[["unit"]]
    assert "unit \\\\\n\\midrule\nperson \\\\" in part.to_latex(index=False)


def test_a_caption_is_latex_and_the_setting_is_escaped(article: Study) -> None:
    frame = article.change(persons_per_transfer=0.6).frame(["at_risk_2021"])
    made = frame.to_latex(caption=r"Ratio $p=0.6$ \cite{zenz2022}")
    start = r"\caption{Ratio $p=0.6$ \cite{zenz2022}. Differs from the article in: "
    assert start + r"persons\_per\_transfer" in made


@pytest.mark.parametrize("option", [{"float_format": "%.2f"}, {"decimal": ","}])
def test_an_option_without_effect_is_refused(
    article: Study, option: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="has no effect here, because the numbers are"):
        article.frame(["at_risk_2021"]).to_latex(**option)


def test_a_row_of_several_levels_that_is_missing_is_named_by_pandas(
    article: Study,
) -> None:
    levels = article.checks().set_index(["kind", "id"])
    assert levels.loc[("derivation", "at_risk_2021_sum")]["verdict"] == "matches"
    with pytest.raises(KeyError) as missing:
        levels.loc[("derivation", "nope")]
    assert "no row" not in str(missing.value)


def test_the_column_of_groups_may_be_named_and_always_comes_first(
    article: Study,
) -> None:
    for table in (
        article.scenarios("southern"),
        article.ranges("at_risk_2021"),
        article.break_even("at_risk_2021 >= 1.9 million person"),
    ):
        first = next(iter(table.attrs["shown"].values()))
        plain = table.to_latex(columns=[first])
        for columns in ("heading", ["heading", first], [first, "heading"]):
            assert table.to_latex(columns=columns) == plain


def test_only_the_scenario_of_a_user_has_the_setting_of_the_user(
    article: Study,
) -> None:
    half = article.change(persons_per_transfer=0.5)
    beside = "What a scenario changes stands beside its name."
    table = half.scenarios("southern")
    sentence = f'The scenario "yours" {half.differs}. {beside}'
    assert " ".join(repr(table).split()).endswith(sentence)
    written = table[["scenario", "value"]].to_csv()
    assert {*pd.read_csv(io.StringIO(written))["differs"]} == {sentence}
    made = (half.to_latex("scenarios") or "").replace(r"\_", "_")
    yours = sentence.replace('"yours"', "``yours''")
    assert rf"\caption{{Estimates under scenarios. {yours}}}" in made
    assert f"yours: {half.differs.capitalize()}." in made.replace(r"\allowbreak{}", "")
    own = article.to_latex("scenarios") or ""
    assert rf"\caption{{Estimates under scenarios. {beside}}}" in own
    # The note says why there is no single value.
    _, note = own.replace(r"\_", "_").split(r"\end{longtable}")
    assert "at_risk_total has no single value, because" in note


def test_a_table_without_one_of_its_columns_is_displayed_by_pandas(
    article: Study,
) -> None:
    for table in (article.scenarios("southern"), article.checks("at_risk_2021")):
        shown = table.attrs["shown"]
        for part in (
            table.drop(columns=next(iter(shown))),
            table.drop(columns=table.columns[0])[[*shown][1:]],
        ):
            numbers = pd.DataFrame(part)
            assert repr(part) == repr(numbers)
            assert part._repr_html_() == numbers.to_html()
            assert lines_of(part.to_latex())[0].count(" & ") == len(part.columns) - 1
    groupless = table.drop(columns="id")
    assert repr(groupless) == repr(table)
    # Scenarios without the names of their groups, or with them in the index.
    scenarios = article.scenarios("southern")
    part = scenarios[[*scenarios.attrs["shown"]]]
    assert repr(part) == repr(pd.DataFrame(part))
    assert repr(scenarios.set_index("heading")) == repr(scenarios)
    assert repr(scenarios.set_index(["heading", "estimate"])) == repr(scenarios)


def test_a_csv_file_may_have_one_column_and_always_has_the_setting(
    article: Study,
) -> None:
    half = article.change(persons_per_transfer=0.5)
    for table in (half.checks(), half.scenarios(), article.scenarios()):
        name = table.columns[1]
        for columns in (name, [name], [name, "differs"]):
            header, *_ = table.to_csv(columns=columns, index=False).splitlines()
            assert header == f"{name},differs"
    own = article.checks().to_csv(columns="id", index=False)
    assert own.splitlines()[0] == "id"
    with pytest.raises(KeyError, match="'idd' is not a column"):
        half.checks().to_csv(columns="idd")


def test_a_missing_row_is_named_with_the_nearest(article: Study) -> None:
    frame = article.frame(["at_risk_2021", "total_2019"])
    half = article.change(persons_per_transfer=0.5)
    for table, key, said in (
        (frame, ("at_risk_2021", "vlaue"), "'vlaue' is not a column. Did you mean"),
        (
            frame,
            "at_risk_2012",
            "'at_risk_2012' is not a row. Did you mean 'at_risk_2021",
        ),
        (
            frame,
            (["total_2019", "totl_2019"], "low"),
            "'totl_2019' is not a row. Did you",
        ),
        (half.verdict_changes(article), "at_risk_2021_sun", "Did you mean 'at_risk_2"),
        (
            frame,
            (slice(None), ["low", "hgh"]),
            "'hgh' is not a column. Did you mean 'hi",
        ),
    ):
        with pytest.raises(KeyError) as missing:
            table.loc[key]
        assert said in missing.value.args[0]
    # What is there is found, set and chosen by a mask, as pandas does it.
    numbers = pd.DataFrame(frame)
    assert frame.loc["total_2019", "low"] == numbers.loc["total_2019", "low"]
    assert frame.loc[frame.value > 3e6].equals(frame[frame.value > 3e6])
    assert frame.loc(axis=1)["unit"].tolist() == numbers["unit"].tolist()
    assert frame.loc["total_2019":].attrs["differs"] == "as in the article"
    frame.loc["total_2019", "value"] = 5
    assert frame["value"]["total_2019"] == 5
    several = frame.set_index("unit", append=True)
    with pytest.raises(KeyError):
        several.loc[("total_2019", "hour")]


def test_the_names_of_rows_and_groups_stay_beside_chosen_columns(
    article: Study,
) -> None:
    frame = article.frame(["transfers_2021", "total_2019"])
    header, first, _ = lines_of(frame.to_latex(columns=["high", "value"]))
    assert header == "quantity & high & value"
    assert first == r"transfers\_2021 & 3,175,000 & 3,170,000"
    assert lines_of(frame.to_latex(columns=["quantity", "value"])) == lines_of(
        frame.to_latex(columns="value")
    )
    # A long table has its header twice, and the name of each group once.
    header, again, first, second, *_ = lines_of(
        article.scenarios().to_latex(columns="value")
    )
    assert header == again == "  & estimate & value"
    assert first.startswith("article: ")
    assert second.startswith(" & ")


def test_each_table_keeps_the_names_of_its_rows_beside_a_chosen_column(
    article: Study,
) -> None:
    changed = article.change(persons_per_transfer=0.6)
    for table, column, name in (
        (
            article.break_even("at_risk_2021 >= 1.9 million person"),
            "holds for",
            "persons_per_transfer",
        ),
        (changed.verdict_changes(article), "before", "at_risk_2021_sum"),
        (changed.differs_from(article), "percent", "at_risk_2021"),
        (article.sensitivity("at_risk_2021"), "at_low", "persons_per_transfer"),
        (
            article.checks("at_risk_2021"),
            "verdict",
            "Persons at risk in 2019 plus those",
        ),
    ):
        _, *rows = lines_of(table.to_latex(columns=[column]))
        words = "\n".join(rows).replace(r"\_\allowbreak{}", "_").replace(r"\_", "_")
        assert name in words, words


def test_an_unknown_column_is_refused_with_the_nearest(article: Study) -> None:
    said = "'verdct' is not a column. Did you mean 'verdict'?"
    for table in (article.checks(), article.headlines()):
        with pytest.raises(InputError) as refused:
            table.to_latex(columns=["verdct"])
        assert str(refused.value).startswith(said)
        for look_up in (
            lambda table: table["verdct"],
            lambda table: table[["verdct", "id"]],
            lambda table: table.sort_values("verdct"),
            lambda table: table.set_index("verdct"),
            lambda table: table.to_csv(columns=["id", "verdct"]),
        ):
            with pytest.raises(KeyError) as missing:
                look_up(table)
            assert missing.value.args[0].startswith(said)
        # A column that exists is sorted as pandas sorts it.
        assert [*table.sort_values("verdict", kind="stable").verdict] == sorted(
            table["verdict"]
        )
    # Of a table with few columns, all are named.
    said = r"Did you mean 'value'\? The columns are quantity, value, low, high, unit, "
    with pytest.raises(InputError, match=said):
        article.frame(["total_2019"]).to_latex(columns=["valu"])


def test_a_table_is_written_to_a_new_folder_or_refused_in_a_sentence(
    article: Study, tmp_path: Path
) -> None:
    file = tmp_path / "new" / "x.tex"
    assert article.to_latex("headlines", buf=file) is None
    assert file.read_text(encoding="utf-8") == article.headlines().to_latex(
        caption="Headline numbers of the article, recomputed"
    )
    with pytest.raises(InputError, match=r"new can't be written \(Is a directory\)"):
        article.headlines().to_latex(tmp_path / "new")
    with pytest.raises(InputError, match=r"y\.tex can't be written"):
        article.headlines().to_latex(file / "y.tex")


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no TeX is installed")
def test_tex_compiles_the_tables_of_a_study(article: Study, tmp_path: Path) -> None:
    study = article.change(persons_per_transfer=0.6, at_risk_2019="southern")
    tables = [
        each.to_latex(name)
        for each in (article, study)
        for name in ("headlines", "estimates", "checks", "solutions", "scenarios")
    ]
    tables += [
        str(frame.to_latex())
        for frame in (
            study.verdict_changes(article),
            study.frame(["at_risk_2021", "at_risk_total"]),
            study.differs_from(article),
            study.sensitivity("at_risk_2021"),
            study.break_even("at_risk_2021 >= 1.9 million person"),
            study.statements(),
            study.findings(),
            study.names(),
            study.cite(),
        )
    ]
    document = DOCUMENT.replace("TABLES", "\n\\clearpage\n".join(tables))
    (tmp_path / "tables.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "tables.pdf").is_file()
