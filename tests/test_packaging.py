"""The package as it is installed: its files, its version, what to cite, its lock."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from scipy import stats

from analysis import cli

ROOT = Path(__file__).resolve().parents[1]


def python(folder, *words):
    """Run a Python that imports what a folder has."""
    environment = os.environ | {"PYTHONPATH": str(folder)}
    words = [sys.executable, *words]
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


#: In one process, as each would take a second to start; without what notebooks need.
COMMANDS = """
import sys

for name in ("IPython", "jinja2", "markdown_it", "matplotlib", "nbformat", "papermill"):
    sys.modules[name] = None
import analysis
from analysis import cli

print(analysis.__file__, analysis.load().cite())
for command in ("verify", "reproduce", "accept"):
    print(cli.main([command]))
"""


def test_a_wheel_answers_as_a_checkout_does(tmp_path, article, capsys):
    words = ["-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    assert python(ROOT, *words).returncode == 0
    (path,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(path).extractall(tmp_path)
    done = python(tmp_path, "-c", COMMANDS)
    assert str(tmp_path) in done.stdout
    assert article.cite() in done.stdout
    cli.main(["verify"])
    assert capsys.readouterr().out in done.stdout
    statuses = [line for line in done.stdout.splitlines() if line in {*"012"}]
    assert statuses == ["0", "2", "2"]
    assert done.stderr.count("\n") == 2


def test_a_setting_is_cited_with_its_number(article):
    cited = article.change(persons_per_transfer=0.6).cite()
    assert r"persons\_per\_transfer=0.6" in cited
    shape = stats.beta(6, 2, loc=0.4, scale=0.6)
    cited = article.change(persons_per_transfer=shape).cite()
    assert "beta(6, 2, loc=0.4, scale=0.6)" in cited


def test_the_locks_have_all_that_is_asked_for_and_no_address():
    pinned = {}
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text("utf-8")
        assert "://" not in text
        pinned |= re.findall(r"(?m)^([\w.-]+)(?:\[.*\])?==([\w.]+)", text)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    for line in sum(extras, project["dependencies"]):
        requirement = Requirement(line)
        if requirement.name == project["name"]:
            continue
        assert pinned[requirement.name] in requirement.specifier
