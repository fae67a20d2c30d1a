"""Where a run came from: its inputs, parameters, software, source and outputs, as an RO-Crate.

What belongs here: finding out what went into a run and what came of it, and saying it in the terms of the Process Run
Crate profile. What does not: running anything (``notebooks``), and putting whole folders in their place (``results``).

Two runs on one tree give the same bytes, so there is no clock, host, user or path of a machine in it. That leaves out
what the profile would like but does not demand: when the run ended, and who started it. The run's identifier is a hash
of what went in. ``datePublished`` is the day that SOURCE_DATE_EPOCH names, else the day of the commit; where neither is
known it is left out, for a date that nobody knows is worse than none.

What went in lies outside of the folder of a run. So inputs are ``#`` identifiers with a ``localPath``, as RO-Crate has
it for files that are not in the crate, and outputs are its files.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.metadata
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from analysis import __version__
from analysis.core.files import CRATE, write_file
from analysis.core.model import Model

#: In a folder of results, and the end of the name of one that stands beside a notebook.
NAME = CRATE
PROFILE = "https://w3id.org/ro/wfrun/process/0.6"
UNKNOWN = "unknown"
_HERE = Path(__file__).resolve().parents[1]
#: Seconds after which git has no answer.
_PATIENCE = 20
_FORMATS = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript",
    ".json": "application/json",
    ".lock": "text/plain",
    ".png": "image/png",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".tex": "application/x-tex",
    ".yaml": "application/yaml",
}


@dataclass(frozen=True)
class Source:
    """The state of the source that ran: commit, whether the tree was clean or dirty, and the commit's day."""

    commit: str = UNKNOWN
    tree: str = UNKNOWN
    day: str = ""


def source(package: Path = _HERE) -> Source:
    """The source that a package's folder lies in, as git knows it.

    Dirty is a tree in which anything differs from the commit, or is new and not ignored. Everything is unknown where
    git is missing or does not answer, or tracks no such package: one that is installed into an environment within a
    repository is not of that repository.
    """
    if _git(package, "ls-files", "--error-unmatch", "__init__.py") is None:
        return Source()
    commit = _git(package, "rev-parse", "--verify", "HEAD")
    changes = _git(package, "status", "--porcelain")
    seconds = _git(package, "log", "-1", "--format=%ct")
    tree = UNKNOWN if changes is None else "dirty" if changes else "clean"
    return Source(commit or UNKNOWN, tree, _day(seconds or ""))


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints, or None. It reads neither the user's settings nor the machine's, and writes nothing."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            check=True,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _day(seconds: str) -> str:
    """The day, in UTC, of a number of seconds since 1970; empty where it is no such number.

    >>> _day("1000000000"), _day("soon")
    ('2001-09-09', '')
    """
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat() if re.fullmatch("[0-9]{1,11}", seconds) else ""


def software(root: Path = _HERE.parent) -> dict[str, str]:
    """Versions, by name, of the installed distributions that the root's requirements.lock names; of all without one."""
    lock = root / "requirements.lock"
    if lock.is_file():
        names = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    else:
        names = [one.name for one in importlib.metadata.distributions() if one.name]
    versions = {}
    for name in sorted(set(names)):
        # A lock for all systems also names what this one does not need.
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


def inputs(model: Model, notebooks: Iterable[Path], root: Path = _HERE.parent) -> dict[str, Path]:
    """The files that go into a run, by a path that is the same on every machine.

    Below ``data/`` what the data package's datapackage.json lists, itself, and what was accepted; below ``notebooks/``
    the notebooks; the modules with the formulas as they are imported; and requirements.lock where the root has one.
    """
    folder = model.register.folder.resolve()
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    names = {"datapackage.json", "expected.csv", *(str(entry.get("path", "")) for entry in package["resources"])}
    files = {(folder / name).resolve() for name in names if name}
    found = {
        f"data/{path.relative_to(folder).as_posix()}": path
        for path in files
        if path.is_file() and path.is_relative_to(folder)
    }
    module = importlib.import_module(model.register.formulas)
    first = Path(str(module.__file__)).resolve()
    modules = first.parent.rglob("*.py") if hasattr(module, "__path__") else [first]
    # The folder that the module is imported from: as many steps up as its name has parts.
    top = first.parents[module.__name__.count(".") + hasattr(module, "__path__")]
    found |= {path.relative_to(top).as_posix(): path for path in modules}
    found |= {f"notebooks/{path.name}": path for path in notebooks}
    if (root / "requirements.lock").is_file():
        found["requirements.lock"] = root / "requirements.lock"
    return dict(sorted(found.items()))


def write(folder: Path, model: Model, notebooks: Iterable[Path], *, failed: Iterable[str] = ()) -> None:
    """Describe a run of notebooks with the article's assumptions, in the folder that holds what came of it.

    failed: names of notebooks that did not run to their end.
    """
    outputs = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".gitignore" and path != folder / NAME
    }
    described = _describe(
        model,
        inputs(model, notebooks),
        outputs,
        what="every notebook and table",
        parameters={"scenario": "article"},
        how="as in the article",
        failed=failed,
    )
    write_file(folder / NAME, described)


def beside(target: Path) -> Path:
    """Where the provenance of one notebook stands: beside it, under its name.

    A folder of such runs gathers many, so that no one file describes it; ``NAME-ro-crate-metadata.json`` is what
    RO-Crate calls a crate that describes more than it holds.

    >>> beside(Path("runs/04_at_risk_2021.ipynb")).as_posix()
    'runs/04_at_risk_2021-ro-crate-metadata.json'
    """
    return target.with_name(f"{target.stem}-{NAME}")


def describe_one(made: Path, model: Model, notebook: Path, parameters: Mapping[str, Any], how: str) -> str:
    """The provenance of a run of one notebook, to stand beside what came of it.

    made: a file that holds what came of it, by the name that it will have.
    parameters: all that it ran with, by name. how: what differs from the article, in one line, so that a run with other
    parameters can be told from the article's. Of a path in a parameter, as of a scenario's file, only the name is kept;
    the file is an input.
    """
    given = inputs(model, [notebook])
    named = dict(parameters)
    for name, value in parameters.items():
        if isinstance(value, str) and Path(value).is_absolute():
            named[name] = Path(value).name
            given[f"parameters/{named[name]}"] = Path(value)
            how = how.replace(value, named[name])
    what = f"the notebook {notebook.stem}"
    return _describe(model, given, {made.name: made}, what=what, parameters=named, how=how, apart=True)


def _describe(
    model: Model,
    given: Mapping[str, Path],
    outputs: Mapping[str, Path],
    *,
    what: str,
    parameters: Mapping[str, Any],
    how: str,
    failed: Iterable[str] = (),
    apart: bool = False,
) -> str:
    """The crate's text. apart: it stands beside its output, and so holds no file of its own."""
    from rocrate.model.contextentity import ContextEntity
    from rocrate.model.file import File
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version="1.3")

    def add(identifier: str, kind: str, /, **properties: Any) -> Any:
        return crate.add(ContextEntity(crate, identifier, {"@type": kind, **properties}))

    def outside(name: str, path: Path) -> Any:
        return add(f"#{quote(name)}", "File", localPath=name, **_file(name, path))

    seen = source()
    failures = sorted(failed)
    title = model.register.title
    root = crate.root_dataset
    # The library has put the clock there.
    del root["datePublished"]
    if day := _day(os.environ.get("SOURCE_DATE_EPOCH", "")) or seen.day:
        root["datePublished"] = day
    root["name"] = f"Run of {what}: {title}"
    root["description"] = f"What came of running {what}, {how}. {title}."
    root["license"] = _licence(model)
    root["conformsTo"] = add(PROFILE, "CreativeWork", name="Process Run Crate", version=PROFILE.rpartition("/")[2])

    objects = [outside(name, path) for name, path in given.items()]
    for name, value in parameters.items():
        unit = {"unitText": model.units[name]} if name in model.units else {}
        value = value if isinstance(value, str | int | float) else repr(value)
        objects.append(add(f"#parameter/{quote(name)}", "PropertyValue", name=name, value=value, **unit))
    required = [
        add("#software/python", "SoftwareApplication", name="Python", softwareVersion=platform.python_version()),
        *(
            add(f"#software/{quote(name)}", "SoftwareApplication", name=name, softwareVersion=version)
            for name, version in software().items()
        ),
    ]
    # Commit and state of the tree together say which source ran.
    states = [
        add("#commit", "PropertyValue", name="git commit", value=seen.commit),
        add("#tree", "PropertyValue", name="state of the tree beside the commit", value=seen.tree),
    ]
    instrument = add(
        "#analysis",
        "SoftwareApplication",
        name="analysis",
        description="Runs notebooks on a register of printed numbers and judges what follows from what.",
        softwareVersion=__version__,
        identifier=states,
        softwareRequirements=required,
    )
    if apart:
        results = [outside(name, path) for name, path in outputs.items()]
    else:
        results = [
            crate.add(File(crate, dest_path=name, properties=_file(name, path))) for name, path in outputs.items()
        ]
    went_in = [dict(one.properties()) for one in (*objects, *required, *states)]
    key = hashlib.sha256(json.dumps([__version__, how, went_in], sort_keys=True).encode()).hexdigest()
    status = "FailedActionStatus" if failures else "CompletedActionStatus"
    action = add(
        f"#run-{key[:16]}",
        "CreateAction",
        name=f"Run of {what}",
        description=how,
        instrument=instrument,
        object=objects,
        result=results,
        actionStatus={"@id": f"http://schema.org/{status}"},
    )
    if failures:
        action["error"] = f"did not run to the end: {', '.join(failures)}"
    root["mentions"] = [action]
    return json.dumps(crate.metadata.generate(), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _file(name: str, path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    encoding = {"encodingFormat": _FORMATS[path.suffix]} if path.suffix in _FORMATS else {}
    return {"name": name, "sha256": digest, "contentSize": str(path.stat().st_size), **encoding}


def _licence(model: Model) -> str:
    """How the data package may be used, in its own words."""
    package = json.loads((model.register.folder / "datapackage.json").read_text(encoding="utf-8"))
    stated = [str(one.get("title") or one.get("name")) for one in package.get("licenses", [])]
    return "; ".join(stated) or f"{UNKNOWN}: the data package states none"
