"""The provenance says where a run came from.

It gives inputs, parameters, software, commit and outputs as an RO-Crate (Process Run
Crate profile).

Two runs on one tree give the same bytes: the crate lacks time and agent, which the
profile does not demand.
"""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.rocrate import ROCrate

from analysis import __version__
from analysis.core.readers import read_text
from analysis.model.model import Model
from analysis.publish.atomic import write_file
from analysis.publish.replaceable import CRATE, MARKED

NAME, PROFILE = CRATE, "https://w3id.org/ro/wfrun/process"


def write(folder: Path, model: Model, notebooks: Iterable[Path]) -> None:
    """Write the provenance of a run as in the article into its folder of results."""
    write_file(
        folder / NAME,
        describe(
            folder, model, notebooks, {"scenario": "article"}, "as in the article"
        ),
    )


def describe(
    made: Path,
    model: Model,
    notebooks: Iterable[Path],
    parameters: Mapping[str, Any],
    how: str,
) -> str:
    """Return the provenance of a run.

    ``made`` holds its results: it is a folder that holds the crate, or a notebook
    beside the crate. ``how`` gives the differences from the article in words. A file
    among the parameters becomes an input, and loses its folder. A file that can't be
    read raises OSError.
    """
    crate = ROCrate(version="1.3")
    package = json.loads(read_text(model.register.folder / "datapackage.json"))

    def add(at: str, kind: str, **properties: Any) -> Any:
        return crate.add_jsonld({"@id": at, "@type": kind, **properties})

    def add_file(name: str, path: Path) -> Any:
        known = {"name": name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        if made in path.parents:
            return crate.add_file(dest_path=name, properties=known)
        return add(f"#{quote(name)}", "File", localPath=name, **known)

    books, settings = sorted(notebooks), []
    given = _inputs(
        model, books, [resource["path"] for resource in package["resources"]]
    )
    for name, value in parameters.items():
        file = Path(str(value))
        if file.is_absolute():
            given[f"parameters/{file.name}"] = file
            how, value = how.replace(str(file), file.name), file.name
        settings.append(
            add(f"#parameter/{quote(name)}", "PropertyValue", name=name, value=value)
        )
    inputs = [*(add_file(name, path) for name, path in given.items()), *settings]
    paths = [
        path
        for path in sorted(made.rglob("*"))
        if path.is_file() and path.name not in (NAME, MARKED)
    ]
    outputs = [add_file(path.relative_to(made).as_posix(), path) for path in paths] or [
        add_file(made.name, made)
    ]
    kind, seen, versions = "SoftwareApplication", source(), _versions()
    needs = [
        add(f"#tool/{quote(one)}", kind, name=one, softwareVersion=versions[one])
        for one in sorted(versions)
    ]
    git = [
        add(f"#git/{name}", "PropertyValue", name=f"git {name}", value=value)
        for name, value in seen.items()
    ]
    tool = {
        "name": "analysis",
        "softwareVersion": __version__,
        "identifier": git,
        "softwareRequirements": needs,
    }
    status = {"@id": "http://schema.org/CompletedActionStatus"}
    run = {
        "name": f"Run of {', '.join(path.stem for path in books)}",
        "description": how,
        "actionStatus": status,
    }
    action = add(
        "#run",
        "CreateAction",
        instrument=add("#analysis", kind, **tool),
        object=inputs,
        result=outputs,
        **run,
    )
    root = crate.root_dataset
    root["name"] = f"{run['name']}: {package['title']}"
    root["description"] = f"Results of a run, {how}."
    root["license"] = (
        "; ".join(one.get("title", one["name"]) for one in package.get("licenses", []))
        or "unknown"
    )
    root["conformsTo"] = add(
        f"{PROFILE}/0.6", "CreativeWork", name="Process Run Crate", version="0.6"
    )
    root["mentions"] = [action]
    # The library has put the clock there.
    del root["datePublished"]
    if seconds := os.environ.get("SOURCE_DATE_EPOCH") or seen.get("seconds"):
        root["datePublished"] = (
            datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
        )
    return (
        json.dumps(
            crate.metadata.generate(), indent=1, sort_keys=True, ensure_ascii=False
        )
        + "\n"
    )


@cache
def _versions() -> dict[str, str]:
    """Return the version of each package of the environment.

    The versions are read once for all runs of a process.
    """
    return {one.name: one.version for one in metadata.distributions()} | {
        "Python": platform.python_version()
    }


def source(package: Path = Path(__file__).parents[1]) -> dict[str, str]:
    """Return a package's commit, its seconds since 1970, and its tree.

    The tree is clean or dirty. Where git has none, commit and tree are unknown.
    """

    def git(*arguments: str) -> str:
        # A container's user often does not own the repository, which git refuses by
        # default.
        command = ["git", "-c", "safe.directory=*", "-C", str(package), *arguments]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", check=True
        ).stdout

    try:
        # A package installed into an environment within a repository is not of that
        # repository.
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
    model: Model, notebooks: Iterable[Path], listed: Iterable[str]
) -> dict[str, Path]:
    """Return the data, the modules with formulas and the notebooks.

    The key of each file is a path that is the same on every machine.
    """
    data = model.register.folder
    formulas = Path(str(import_module(model.register.formulas).__file__))
    modules = (
        formulas.parent.rglob("*.py") if formulas.name == "__init__.py" else [formulas]
    )
    found = {f"data/{name}": data / name for name in ("datapackage.json", *listed)}
    found |= {
        f"formulas/{path.relative_to(formulas.parent).as_posix()}": path
        for path in modules
    }
    return dict(
        sorted((found | {f"notebooks/{path.name}": path for path in notebooks}).items())
    )
