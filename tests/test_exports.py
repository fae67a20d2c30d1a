"""Every export of every command and method names how its setting differs.

An export is listed here once; a command or a method that is not listed fails.
"""

import inspect
import io
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.core.pylabtools import print_figure
from PIL import Image
from typer.testing import CliRunner

from analysis.cli import app
from analysis.model.model import Model
from analysis.publish.report import estimates_tex
from analysis.render import figures
from analysis.render.drawn import Drawn
from analysis.study import Study

GIVEN = {"persons_per_transfer": 0.6, "former_detainees": 400_000}
#: What every export says.
CHANGED = "persons_per_transfer = 0.6 person/transfer in place of our 1"
SET = ["--set", "persons_per_transfer=0.6", "--set", "former_detainees=400000"]
STATEMENT = "at_risk_total >= 2.5 million person"

#: What each command prints or writes under a setting.
COMMANDS = {
    "verify": [[], ["--all"], ["--markdown"], ["--csv"], ["--json"]],
    "explain": [["at_risk_total"], ["at_risk_total", "--digits"]],
    "cite": [[], ["--markdown"], ["--bibtex"]],
    "compare": [[], ["--csv"], ["--json"]],
    "scenarios": [[], ["--csv"], ["--json"]],
    "sensitivity": [[], ["--csv"], ["--json"]],
    "break-even": [[], ["--csv"], ["--json"], [STATEMENT, "--csv"]],
    "explore": [["--no-open"]],
    "run": [["04"]],
    "sweep": [[]],
}
#: These take no setting, so that what they write is the article's.
OF_THE_ARTICLE = {"reproduce", "accept", "list", "audit"}

#: What each method of a study gives that is a frame.
FRAMES: dict[str, Callable[[Study], pd.DataFrame]] = {
    "frame": lambda study: study.frame(["net_new_persons", "at_risk_2021"]),
    "differs_from": lambda study: study.differs_from(Study(study.model)),
    "verdict_changes": lambda study: study.verdict_changes(Study(study.model)),
    "headlines": lambda study: study.headlines(),
    "checks": lambda study: study.checks("at_risk_2021"),
    "solutions": lambda study: study.solutions(),
    "names": lambda study: study.names(),
    "sensitivity": lambda study: study.sensitivity("at_risk_2021"),
    "ranges": lambda study: study.ranges("at_risk_2021"),
    "break_even": lambda study: study.break_even(STATEMENT),
    "statements": lambda study: study.statements(),
    "scenarios": lambda study: study.scenarios("southern"),
    "sweep": lambda study: study.sweep("at_risk_total", overlap=[0, 0.5]),
}
#: These show what the article prints, under no setting.
FRAMES_OF_THE_ARTICLE = {"cite", "findings"}
#: These give another study or names, or judge for the command line.
OTHERS = {"change", "changed_by_texts", "scenario", "from_notebook", "keys", "outcomes"}
#: These have a test of their own below.
SHOWN = {"figure", "draws", "steps", "to_latex", "specification_curve"}


@pytest.fixture(scope="module")
def study(article: Study) -> Study:
    return article.change(**GIVEN)


@pytest.fixture(scope="module")
def drawn(study: Study) -> Drawn:
    return study.draws(
        ["at_risk_2021", "at_risk_total"], overlap=("uniform", 0, 0.5), n=64
    )


def plain(text: str) -> str:
    """A text without the line breaks and the marks of its format."""
    unmarked = unescape(text).replace("\\", "")
    return " ".join(unmarked.split())


def test_each_command_and_each_method_is_listed() -> None:
    named = {
        command.name or command.callback.__name__ for command in app.registered_commands
    }
    assert named == COMMANDS.keys() | OF_THE_ARTICLE
    methods = {
        name
        for name, _ in inspect.getmembers(Study, inspect.isfunction)
        if not name.startswith("_")
    }
    listed = FRAMES.keys() | FRAMES_OF_THE_ARTICLE | OTHERS | SHOWN
    assert methods == listed


# Commands -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "more"),
    [
        (command, more)
        for command, several in COMMANDS.items()
        for more in several
        if command not in ("explore", "run", "sweep")
    ],
)
def test_what_a_command_prints_names_its_setting(command: str, more: list[str]) -> None:
    # Former detainees stand beside no figure published elsewhere.
    asked = [*more, *(SET[:2] if command == "compare" else SET)]
    done = CliRunner().invoke(app, [command, *asked])
    assert done.exit_code == 0, done.output
    assert CHANGED in plain(done.stdout)
    if "--csv" in more:
        frame = pd.read_csv(io.StringIO(done.stdout))
        own = frame
        if command == "scenarios":
            own = frame[frame["scenario"] == "yours"]
        assert own["differs"].str.contains(CHANGED, regex=False).all()
    if "--json" in more:
        _find_in_records(command, json.loads(done.stdout))


def _find_in_records(command: str, content: Any) -> None:
    records = content if isinstance(content, list) else [content]
    if command == "scenarios":
        records = [record for record in records if record["scenario"] == "yours"]
    assert records
    assert all(CHANGED in record["differs"] for record in records)


def test_the_page_and_the_notebook_of_a_command_name_its_setting(
    tmp_path: Path,
) -> None:
    asked = ["explore", "--no-open", "--out", str(tmp_path), SET[0], SET[1]]
    address = CliRunner().invoke(app, asked).stdout
    assert "persons_per_transfer" in address
    assert "0.6" in address
    done = CliRunner().invoke(app, ["run", "04", "--out", str(tmp_path), *SET])
    assert done.exit_code == 0, done.output
    assert CHANGED in plain(done.stdout)
    written = {path.suffix: path for path in tmp_path.glob("04*")}
    content = json.loads(written[".ipynb"].read_text(encoding="utf-8"))
    shown = [
        plain("".join(text))
        for cell in content["cells"]
        for output in cell.get("outputs", ())
        for text in output.get("data", {}).values()
    ]
    assert any(CHANGED in text for text in shown)
    crate = written[".json"].read_text(encoding="utf-8")
    assert CHANGED in crate


@pytest.mark.parametrize("route", ["command", "method"])
def test_the_file_of_a_sweep_names_its_setting(
    route: str, study: Study, tmp_path: Path
) -> None:
    out = tmp_path / "grid.csv"
    if route == "method":
        study.sweep("at_risk_total", overlap=[0, 0.5], out=out)
    else:
        mine = tmp_path / "mine.yaml"
        mine.write_text(
            "name: mine\ndescription: Fewer persons.\nreason: To see.\n"
            "values: {persons_per_transfer: 0.6 person/transfer}\n"
        )
        spec = tmp_path / "grid.yaml"
        spec.write_text(
            f"name: grid\nscenario: {mine}\nquantities: [at_risk_2021]\n"
            "values: {at_risk_share_of_new: [0.62, 1]}\n"
        )
        asked = ["sweep", str(spec), "--out", str(out)]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 0, done.output
    frame = pd.read_csv(out)
    assert frame["differs"].str.contains(CHANGED, regex=False).all()


# Python -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", FRAMES)
def test_a_frame_knows_its_setting_and_so_does_its_table_for_a_paper(
    method: str, study: Study
) -> None:
    frame = FRAMES[method](study)
    assert frame.attrs["differs"] == study.differs
    assert CHANGED in study.differs
    assert frame.head(2).attrs["differs"] == study.differs
    caption = re.search(r"\\caption\{(.*)\}", frame.head(2).to_latex())
    assert caption
    assert CHANGED in plain(caption[1])


@pytest.mark.parametrize("method", [*FRAMES, *sorted(FRAMES_OF_THE_ARTICLE)])
def test_each_part_and_form_of_a_frame_names_its_setting(
    method: str, study: Study
) -> None:
    frame = FRAMES[method](study) if method in FRAMES else getattr(study, method)()
    # The last rows of a table of scenarios are under the study's own setting.
    frame = frame.tail(2)
    displayed = [
        name for name in frame.attrs.get("shown", frame) if name in frame.columns
    ]
    first, last = frame.columns[0], displayed[-1]
    parts = [
        frame,
        frame[displayed],
        frame[[last]],
        frame.drop(columns=first),
        frame.drop(columns=last),
        frame.set_index(first),
        frame.set_index(last),
        frame.sort_values(first),
        frame.loc[frame.index[-1:]],
    ]
    forms = []
    for part in parts:
        forms += [repr(part), part._repr_html_(), part.to_csv(), part.to_latex()]
        one = part.columns[0]
        forms += [part.to_csv(columns=one), part.to_latex(columns=[one])]
    for name in frame.columns:
        forms += [frame.to_csv(columns=[name]), frame.to_latex(columns=name)]
    if method in FRAMES:
        for form in forms:
            assert CHANGED in plain(form)


@pytest.mark.parametrize("method", FRAMES)
def test_a_frame_of_the_article_says_so(method: str, article: Study) -> None:
    study = article if method != "sweep" else article.change(former_detainees=3e5)
    frame = FRAMES[method](study)
    assert frame.attrs["differs"] == study.differs


def test_a_frame_of_a_sweep_differs_in_what_it_does_not_vary(study: Study) -> None:
    grid = study.sweep("at_risk_total", persons_per_transfer=[0.5, 1])
    assert grid.attrs["differs"] == (
        "differs from the article in: former_detainees = 400,000 persons"
    )
    # The curve varies persons per transfer, and has one number of former detainees.
    curve = study.change(growth_2019_2021="11 percent").specification_curve()
    assert curve.attrs["differs"] == (
        "differs from the article in: growth_2019_2021 = 11 percent in place of 10.5 "
        "percent"
    )


@pytest.mark.parametrize("method", sorted(FRAMES_OF_THE_ARTICLE))
def test_a_frame_that_takes_no_setting_says_that_it_is_of_the_article(
    method: str, study: Study
) -> None:
    frame = getattr(study, method)()
    assert frame.attrs["differs"] == "as in the article"


def test_findings_of_a_changed_study_say_that_they_are_of_the_article(
    article: Study, study: Study
) -> None:
    says = "The findings are about the article's own numbers"
    assert says in str(study.findings())
    assert says in plain(study.findings()._repr_html_())
    assert says not in str(article.findings())


def test_what_may_be_cited_comes_with_the_references(study: Study) -> None:
    frame = study.cite()
    printed = plain(CliRunner().invoke(app, ["cite", *SET]).stdout)
    assert frame.attrs["references"].keys() == {"The article", "This package"}
    for what, words in frame.attrs["references"].items():
        assert f"{what}: {words}." in printed
        assert f"{what}: {words}." in str(frame)


@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_a_table_of_scenarios_has_the_setting_in_its_last_column(form: str) -> None:
    text = CliRunner().invoke(app, ["scenarios", "southern", form]).stdout
    if form == "--csv":
        assert pd.read_csv(io.StringIO(text)).columns[-1] == "differs"
    else:
        assert [*json.loads(text)[0]][-1] == "differs"


@pytest.mark.parametrize("table", ["headlines", "estimates", "checks", "solutions"])
def test_a_table_for_a_paper_names_its_setting(table: str, study: Study) -> None:
    assert CHANGED in plain(study.to_latex(table))


def test_a_study_shows_what_differs_and_its_headlines(study: Study) -> None:
    headlines = study.headlines()
    for shown in (str(study), study._repr_html_()):
        text = plain(shown)
        assert text.replace("<p>", "").startswith("Differs from the article in: ")
        assert CHANGED in text
        for title, verdict in zip(
            headlines["title"], headlines["verdict"], strict=True
        ):
            assert title in text
            assert verdict in text
    assert CHANGED in repr(study)
    assert headlines["title"][0] not in repr(study)
    # They are folded where nothing is changed.
    assert "<details open><summary>" in study._repr_html_()
    own = Study(study.model)._repr_html_()
    assert "<details><summary>" in own
    assert headlines["verdict"][0] in unescape(own)


def test_the_steps_of_a_number_name_what_was_set(study: Study) -> None:
    steps = repr(study.steps("net_new_persons"))
    assert re.search(r"persons per transfer += 0\.6 +as set", steps)


def test_a_figure_of_each_format_and_in_jupyter_names_its_setting(
    study: Study, tmp_path: Path
) -> None:
    fig = study.figure("waterfall")
    assert CHANGED in plain(fig.get_supxlabel())
    assert _found_in(fig, tmp_path)
    # The user's own metadata come first.
    fig.savefig(tmp_path / "own.svg", metadata={"Title": "My title"})
    own = (tmp_path / "own.svg").read_text(encoding="utf-8")
    assert "My title" in own
    assert CHANGED in own


def _found_in(fig: Any, folder: Path) -> bool:
    """Whether a figure names what was changed in each format, and in Jupyter."""
    for form in ("svg", "png", "pdf"):
        fig.savefig(folder / f"figure.{form}")
    svg = (folder / "figure.svg").read_text(encoding="utf-8")
    (description,) = re.findall(
        r"<dc:description>(.*?)</dc:description>", svg, re.DOTALL
    )
    png = Image.open(folder / "figure.png").text["Description"]
    shown = Image.open(io.BytesIO(print_figure(fig))).text["Description"]
    pdf = (folder / "figure.pdf").read_bytes()
    in_pdf = CHANGED.encode("utf-16-be") in pdf or CHANGED.encode() in pdf
    return in_pdf and all(CHANGED in text for text in (description, png, shown))


@pytest.mark.parametrize("what", ["frame", "sample", "indices"])
def test_draws_name_their_setting(what: str, drawn: Drawn, tmp_path: Path) -> None:
    assert CHANGED in drawn.differs
    assert "overlap = 0.25, the median of the distribution uniform" in drawn.differs
    fig = drawn.plot(what)
    assert CHANGED in plain(fig.get_supxlabel())
    assert fig.get_supxlabel().startswith("Differs from the article in: ")
    assert _found_in(fig, tmp_path)


def test_the_frames_of_draws_know_their_setting(drawn: Drawn) -> None:
    for frame in (drawn.frame, drawn.sample, drawn.indices, drawn.inputs):
        assert frame.attrs["differs"] == drawn.differs
        assert CHANGED in plain(frame.head(2).to_latex())
    for table in (drawn.table, drawn.indices_table):
        assert table.differs == drawn.differs
        # The foot names what is set; the table itself has what is drawn.
        for shown in (str(table), table._repr_html_()):
            assert CHANGED in plain(shown)
            assert "former_detainees = 400,000 persons" in plain(shown)
            assert "overlap = 0.25" not in plain(shown)
    assert CHANGED in str(drawn)
    assert CHANGED in drawn._repr_html_()


def test_draws_beside_which_nothing_is_set_name_no_setting(article: Study) -> None:
    drawn = article.draws(
        "at_risk_2021", persons_per_transfer=("uniform", 0.5, 1), n=64
    )
    assert "iffers from the article" not in str(drawn)


def test_the_data_of_a_figure_in_words_know_their_setting(study: Study) -> None:
    frame = figures.table("official_series", study.model, study.setting)
    assert frame.differs == study.differs
    assert any("surplus farm labour" in row["noun"] for row in frame.rows)


def test_the_estimates_for_tex_name_their_setting(model: Model, study: Study) -> None:
    own = estimates_tex(model)
    assert r"\newcommand{\estimatesetting}{as in the article}" in own
    changed = plain(estimates_tex(model, study.setting))
    assert CHANGED in changed
