"""A study in IPython: a refusal is shown as one sentence, and names are completed."""

from collections.abc import Iterator

import nbformat
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient

from analysis import load


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    yield shell
    InteractiveShell.clear_instance()


def completed(shell: InteractiveShell, code: str) -> list[str]:
    with provisionalcompleter():
        found = shell.Completer.completions(code, len(code))
        return [completion.text for completion in found]


def test_a_refusal_in_a_notebook_is_its_sentence_alone():
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(source)
        for source in (
            "import analysis",
            "analysis.load().change(persons_per_transfr=0.5)",
            "1 / 0",
        )
    ]
    NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
    (refusal,) = notebook.cells[1].outputs
    sentence = (
        "'persons_per_transfr' is not a quantity. Did you mean 'persons_per_transfer'?"
    )
    # The pages name InputError alone, of which the package has kinds.
    assert refusal.traceback == [f"InputError: {sentence}"]
    assert (refusal.ename, refusal.evalue) == ("InputError", sentence)
    # Any other error keeps its traceback.
    assert len(notebook.cells[2].outputs[0].traceback) > 1


def test_names_are_completed_where_they_are_typed(shell):
    shell.push({"study": load()})
    # Loading again adds no second list.
    load()
    assert completed(shell, 'study["at_risk_2') == ["at_risk_2019", "at_risk_2021"]
    assert completed(shell, "study.change(overlap=0.5, at_risk_2") == [
        "at_risk_2019=",
        "at_risk_2021=",
    ]
    assert completed(shell, "study.change(at_risk_2019=max(1, 2), overl") == [
        "overlap="
    ]
    assert completed(shell, "study.change(overlap=0.5); overl") == []
