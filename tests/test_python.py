"""The pages on Python: each method is on one, and each example runs."""

import doctest
import inspect
import pickle
import re

import numpy as np

import analysis
from analysis.formulas.labour_transfers import persons_2021
from analysis.publish.reference import reference
from analysis.study import Study
from tests.conftest import ROOT

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_the_page_is_made_anew_and_has_each_method_that_users_call():
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert page == reference()
    methods = {
        name
        for name, _ in inspect.getmembers(Study, inspect.isfunction)
        if not name.startswith("_")
    }
    shown = set(re.findall(r"### `study\.(\w+)\(", page))
    # What the command line, the notebooks of the package and ``dict`` call.
    assert methods - shown == {"changed_by_texts", "keys", "outcomes"}
    assert shown <= methods


def test_the_examples_of_the_page_run():
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    examples = "\n\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "python.md", None, 0)
    assert len(test.examples) > 10
    failed, _ = doctest.DocTestRunner(optionflags=OPTIONS).run(test)
    assert not failed


def test_each_call_beside_those_of_other_libraries_runs():
    page = (ROOT / "docs" / "peers.md").read_text(encoding="utf-8")
    article = analysis.load()
    names = {"article": article, "study": article.change(persons_per_transfer=0.6)}
    names |= {"np": np, "pickle": pickle, "persons_2021": persons_2021}
    calls = re.findall(r"\| `([^`]+)` \|$", page, re.MULTILINE)
    assert len(calls) == page.count("\n|") - 2  # a heading and a rule
    for call in calls:
        assert eval(call, dict(names)) is not None, call
