"""Tables for papers: the texts in them are escaped, and TeX compiles them."""

import shutil
import subprocess
from pathlib import Path

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
    made = frame.to_latex(caption="10 % of all")
    assert rf"{escaped} & it is ``so'' \\" in made
    assert r"a\_b & c \\" in made
    assert rf"\caption{{10 \% of all. {OWN}}}" in made
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
    for table in ("headlines", "estimates", "scenarios"):
        made = half.to_latex(table, caption="Ours, 50 % of it", label="tab:x")
        assert rf"\caption{{Ours, 50 \% of it. {differs}}}" in made
        assert r"\label{tab:x}" in made
    assert rf"\caption{{Mine. {OWN}}}" in article.to_latex("headlines", caption="Mine.")


def test_a_table_that_there_is_not_is_refused(article: Study) -> None:
    with pytest.raises(InputError) as refused:
        article.to_latex("headline")
    assert str(refused.value) == "'headline' is no table. Did you mean 'headlines'?"
    with pytest.raises(InputError, match="'5' is no table"):
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
        assert str(made).count("p{") == 2
    # A column of numbers that the screen does not show: 14.325 / 5 = 2.865 million.
    checks = article.checks("transfers_2016_2020")
    made = checks.to_latex(columns=["id", "recomputed_low"]) or ""
    header, *rows = lines_of(made.replace(r"\allowbreak{}", ""))
    assert header == r"comparison & id & recomputed\_low"
    assert any(row.endswith(r"official\_mean\_2016\_2020 & 2,865,000") for row in rows)


def test_a_chosen_number_does_not_stand_beside_one_in_words(article: Study) -> None:
    study = article.change(growth_2019_2021=0.25)
    # 3.17 million / 1.25 = 2.536 million.
    name = "transfers_2019"
    frame = study.frame([name])
    header, first = lines_of(frame.to_latex(columns=["value", "unit"]))
    assert first.replace(r"\_", "_") == f"{name} & 2,536,000 & transfer"
    # "value" is also a heading, under which the unit stands beside the number.
    made = study.to_latex("estimates", columns=["value", "low"]) or ""
    header, *rows = lines_of(made)
    assert header == "estimate & value & low"
    assert any(" & 2,536,000 & " in row for row in rows)
    header, *rows = lines_of(study.to_latex("estimates", columns=["value"]))
    assert header == "estimate & value"
    assert any(row.endswith(" & 2.54 million transfers") for row in rows), rows


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
            "Persons at risk in 2019, plus those",
        ),
    ):
        _, *rows = lines_of(table.to_latex(columns=[column]))
        words = "\n".join(rows).replace(r"\_\allowbreak{}", "_").replace(r"\_", "_")
        assert name in words, words


def test_an_unknown_column_is_refused_with_the_nearest(article: Study) -> None:
    said = "'verdct' is no column. Did you mean 'verdict'?"
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
