"""Parameters of a run are checked before the run, and refused in one sentence."""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.core.errors import InputError
from analysis.model.model import Model
from analysis.publish.notebooks import Notebook, find
from analysis.publish.parameters import prepare_job
from tests.tables import cases


def test_parameters_are_read_in_base_units_or_with_a_unit(model: Model) -> None:
    given = [
        "former_detainees=0.4 million person",
        "overlap = 25 percent",
        "at_risk_2019=southern",
    ]
    made = prepare_job(find("04_at_risk_2021"), given, model)
    assert made.parameters == {
        "former_detainees": 400_000.0,
        "overlap": 0.25,
        "at_risk_2019": "southern",
    }
    assert made.words.startswith("differs from the article in: at_risk_2019")
    made = prepare_job(find("04_at_risk_2021"), [], model)
    assert (made.parameters, made.words) == ({}, "as in the article")


def test_a_scenario_is_what_its_values_and_readings_are(model: Model) -> None:
    made = prepare_job(
        find("04_at_risk_2021"), ["overlap=0.25"], model, "several_is_three"
    )
    assert made.parameters == {"former_detainees": "floor", "overlap": 0.25}
    # The notebook that has a parameter for it takes it whole.
    assert prepare_job(find("08_sensitivity"), [], model, "southern").parameters == {
        "scenario": "southern"
    }
    # What is drawn is at its median.
    drawn = prepare_job(find("04_at_risk_2021"), [], model, "illustrative")
    assert drawn.parameters["former_detainees"] == 600_000


def test_the_notebook_of_draws_draws_from_the_scenario_it_is_under(
    model: Model, tmp_path: Path
) -> None:
    text = "name: mine\ndescription: One.\nreason: One.\nvalues:\n"
    path = tmp_path / "mine.yaml"
    path.write_text(f"{text}  growth_2019_2021: [uniform, 0.1, 0.11]\n")
    mine, book = str(path), find("08_sensitivity")
    # The total waits for former detainees, of which the scenario says nothing.
    assert prepare_job(book, [], model, mine).parameters == {
        "scenario": mine,
        "draws_scenario": mine,
        "draws_quantity": "at_risk_2021",
    }
    path.write_text(f"{text}  former_detainees: [uniform, 1e5 person, 3e5 person]\n")
    made = prepare_job(book, [], model, mine)
    assert made.parameters == {"scenario": mine, "draws_scenario": mine}
    assert f"draws_scenario = {mine}" in made.words
    # The provenance knows a file by its absolute path.
    with contextlib.chdir(tmp_path):
        assert prepare_job(book, [], model, "mine.yaml").parameters == made.parameters
    # A reader's own choice stands, and another scenario is named.
    given = ["draws_scenario=illustrative"]
    assert (
        prepare_job(book, given, model, mine).parameters["draws_scenario"]
        == "illustrative"
    )
    assert (
        "the draws use the distributions of illustrative, because southern has none"
        in (prepare_job(book, [], model, "southern").words)
    )


#: A notebook with a parameter, and a part of the sentence. Only the southern and
#: composition readings use the share, and the estimate is read as printed; the others
#: are texts and whole numbers that are no settings.
REFUSED = """
04 minority_share_south=0.9
    minority_share_south does not affect
08 sceanrio=southern
    'sceanrio' is not a parameter of 08_sensitivity. Did you mean 'scenario'
08 quantity=at_risk_2012
    'at_risk_2012' is not a quantity. Did you mean 'at_risk_2019' or 'at_risk_2021'?
08 scenario=southen
    'southen' names no scenario or file. Did you mean 'southern'
08 draws_scenario=ilustrative
    'ilustrative' names no scenario or file. Did you mean 'illustrative'
08 draws=1000001
    1,000,001 draws can't be made; the number of draws is from 2 to 1,000,000
08 draws=4e3
    draws: '4e3' is not a whole number
"""


@pytest.mark.parametrize(("asked", "words"), cases(REFUSED))
def test_parameters_are_refused_in_one_sentence(
    model: Model, asked: str, words: str
) -> None:
    name, given = asked.split()
    with pytest.raises(InputError) as refused:
        prepare_job(find(name), [given], model)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        "overlap=__import__('pathlib').Path('hit').touch()",
        "overlap; __import__('os').mkdir('hit')=1",
        "at_risk_2019='; __import__('os').mkdir('hit') #",
    ],
)
def test_code_in_a_name_or_a_value_is_never_run(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        prepare_job(find("04_at_risk_2021"), [given], model)
    assert list(tmp_path.iterdir()) == []


def test_a_parameter_is_of_the_kind_of_its_default(
    write: Callable[..., Notebook], model: Model
) -> None:
    book = write(
        "alpha: float = 0.5\nflag: bool = False\nnames = ['a']",
        "print(alpha, flag, names)",
    )
    found = prepare_job(
        book, ["alpha=1", "flag=True", "names=['b', 'c']"], model
    ).parameters
    assert found == {"alpha": 1, "flag": True, "names": ["b", "c"]}
    for given, words in (
        ("alpha=so", "alpha: 'so' is not a value such as 0.5"),
        ("names=5", "'5' is not a value such as"),
    ):
        with pytest.raises(InputError, match=re.escape(words)):
            prepare_job(book, [given], model)
