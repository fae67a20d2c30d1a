"""This module writes the provenance of a run: what its results were made from.

The provenance gives inputs, parameters, software, commit and outputs as an RO-Crate
(Process Run Crate profile).

Two runs of the same commit write the same bytes, because the crate leaves out the time
and the agent of the run, which the profile does not require.
"""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.rocrate import ROCrate

from analysis import __version__
from analysis.core.readers import read_text
from analysis.core.sentences import AS_IN_THE_ARTICLE
from analysis.model.model import Model
from analysis.model.readings import formulas_of
from analysis.publish.atomic import write_file
from analysis.publish.replaceable import CRATE, MARKED

PROFILE = "https://w3id.org/ro/wfrun/process"


def write(folder: Path, model: Model, notebooks: Iterable[Path]) -> None:
    """Write the provenance of a run of the article into its folder of results."""
    parameters = {"scenario": "article"}
    text = describe(folder, model, notebooks, parameters, AS_IN_THE_ARTICLE)
    write_file(folder / CRATE, text)


def describe(
    made: Path,
    model: Model,
    notebooks: Iterable[Path],
    parameters: Mapping[str, Any],
    how: str,
) -> str:
    """Return the provenance of a run.

    ``made`` is the path of the results: a folder that contains the crate, or a notebook
    beside the crate. ``how`` says in words how the run differs from the article. A
    parameter that is a file becomes an input of the run, named without its folder.
    Raises OSError for a file that can't be read.
    """
    crate = _Crate(made)
    package = json.loads(read_text(model.register.folder / "datapackage.json"))
    books = sorted(notebooks)
    files = _inputs(model, books, package)
    settings = []
    for name, value in parameters.items():
        file = Path(str(value))
        if file.is_absolute():
            files[f"parameters/{file.name}"] = file
            how = how.replace(str(file), file.name)
            value = file.name
        at = f"#parameter/{quote(name)}"
        settings.append(crate.add(at, "PropertyValue", name=name, value=value))
    inputs = [crate.add_file(name, path) for name, path in files.items()]
    names = ", ".join(path.stem for path in books)
    run = {
        "name": f"Run of {names}",
        "description": how,
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        "object": [*inputs, *settings],
        "result": crate.add_results(),
    }
    tool = crate.add_tool()
    crate.root["mentions"] = [crate.add("#run", "CreateAction", instrument=tool, **run)]
    crate.root["name"] = f"{run['name']}: {package['title']}"
    crate.root["description"] = f"Results of a run, {how}."
    licences = package.get("licenses", [])
    titles = [licence.get("title", licence["name"]) for licence in licences]
    crate.root["license"] = "; ".join(titles) or "unknown"
    return crate.text()


class _Crate:
    """An RO-Crate to which the entities of a run are added."""

    def __init__(self, made: Path) -> None:
        self.made = made
        self.crate = ROCrate(version="1.3")
        self.root = self.crate.root_dataset
        self.source = source()

    def add(self, at: str, kind: str, **properties: Any) -> Any:
        """Add an entity with its identifier, its type and its properties."""
        return self.crate.add_jsonld({"@id": at, "@type": kind, **properties})

    def add_file(self, name: str, path: Path) -> Any:
        """Add a file with its hash.

        A file outside the crate's folder is recorded by its name and hash only.
        """
        known = {"name": name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        if self.made in path.parents:
            return self.crate.add_file(dest_path=name, properties=known)
        return self.add(f"#{quote(name)}", "File", localPath=name, **known)

    def add_results(self) -> list[Any]:
        """Add to the crate the files of the results, or the notebook that was run."""
        if not self.made.is_dir():
            return [self.add_file(self.made.name, self.made)]
        results = []
        for path in sorted(self.made.rglob("*")):
            if path.is_file() and path.name not in (CRATE, MARKED):
                name = path.relative_to(self.made).as_posix()
                results.append(self.add_file(name, path))
        return results

    def add_tool(self) -> Any:
        """Add this package, with its commit and the versions of its libraries."""
        kind = "SoftwareApplication"
        needs = []
        for name, version in sorted(_versions().items()):
            at = f"#tool/{quote(name)}"
            needs.append(self.add(at, kind, name=name, softwareVersion=version))
        git = []
        for name, value in self.source.items():
            named = {"name": f"git {name}", "value": value}
            git.append(self.add(f"#git/{name}", "PropertyValue", **named))
        tool = {"name": "analysis", "softwareVersion": __version__}
        return self.add(
            "#analysis", kind, identifier=git, softwareRequirements=needs, **tool
        )

    def text(self) -> str:
        """Return the crate as JSON, dated by ``SOURCE_DATE_EPOCH`` or by the commit."""
        profile = {"name": "Process Run Crate", "version": "0.6"}
        self.root["conformsTo"] = self.add(f"{PROFILE}/0.6", "CreativeWork", **profile)
        # The library has put the time of the run into the date.
        del self.root["datePublished"]
        seconds = os.environ.get("SOURCE_DATE_EPOCH") or self.source.get("seconds")
        if seconds:
            date = datetime.fromtimestamp(int(seconds), UTC).date()
            self.root["datePublished"] = date.isoformat()
        content = self.crate.metadata.generate()
        return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@cache
def _versions() -> dict[str, str]:
    """Return the version of each package of the environment.

    The versions are read once for all runs of a process.
    """
    versions = {package.name: package.version for package in metadata.distributions()}
    return {**versions, "Python": platform.python_version()}


def source(package: Path = Path(__file__).parents[1]) -> dict[str, str]:
    """Return the commit of a package, the commit's time, and the state of its tree.

    The time is in seconds since 1970, and the state of the tree is "clean" or "dirty".
    If git knows no commit, the commit and the state of the tree are "unknown".
    """

    def git(*arguments: str) -> str:
        # A container's user often does not own the repository, which git refuses by
        # default.
        command = ["git", "-c", "safe.directory=*", "-C", str(package), *arguments]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", check=True
        ).stdout

    try:
        # A package installed into an environment within a repository does not belong to
        # that repository.
        git("ls-files", "--error-unmatch", "__init__.py")
        _, commit, seconds = git(
            "rev-list", "--max-count=1", "--format=%ct", "HEAD"
        ).split()
        return {
            "commit": commit,
            "seconds": seconds,
            "tree": "dirty" if git("status", "--porcelain") else "clean",
        }
    except (OSError, subprocess.CalledProcessError):
        return {"commit": "unknown", "tree": "unknown"}


def _inputs(
    model: Model, notebooks: Iterable[Path], package: Mapping[str, Any]
) -> dict[str, Path]:
    """Return the files of the data, of the formulas and of the notebooks.

    The key of each file is a path that is the same on every machine.
    """
    data = model.register.folder
    formulas = Path(str(formulas_of(model.register).__file__))
    files = {"data/datapackage.json": data / "datapackage.json"}
    for resource in package["resources"]:
        files[f"data/{resource['path']}"] = data / resource["path"]
    modules = [formulas]
    if formulas.name == "__init__.py":
        modules = [*formulas.parent.rglob("*.py")]
    for path in modules:
        files[f"formulas/{path.relative_to(formulas.parent).as_posix()}"] = path
    for path in notebooks:
        files[f"notebooks/{path.name}"] = path
    return dict(sorted(files.items()))
