"""Writes ro-crate-metadata.json, which describes each part of the package as an
RO-Crate, for archives and search engines.

    python -m tests.crate

The crate has no hashes of files, so that it changes only if a part is added or
described in another way.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from rocrate.model.contextentity import ContextEntity
from rocrate.model.dataset import Dataset
from rocrate.model.file import File
from rocrate.rocrate import ROCrate

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {
    "analysis/": "The programs: a Python package.",
    "benchmarks/": "Measurements of the package beside other tools.",
    "docs/": "Architecture, one verdict on one page, where each number goes, codebook, "
    "results, an example for TeX.",
    "notebooks/": "The notebooks with their outputs, one per headline number.",
    "tests/": "Tests, and hand arithmetic for every check.",
}
FILES = {
    "README.md": ("How to reproduce, and what everything means.", "text/markdown"),
    "CHANGELOG.md": (
        "What changed for a user, and which results moved.",
        "text/markdown",
    ),
    "CITATION.cff": ("How to cite.", "application/yaml"),
    "codemeta.json": ("The same for machines.", "application/json"),
    "LICENSE": ("The licence of the code.", "text/plain"),
    "Makefile": ("What can be run, a target each.", "text/x-makefile"),
    "CONTRIBUTING.md": (
        "How to add a number, a formula, a check, a scenario or a figure.",
        "text/markdown",
    ),
    "pyproject.toml": (
        "The package, its dependencies and its checks.",
        "application/toml",
    ),
    "environment.yml": ("The same environment for conda.", "application/yaml"),
    "requirements.lock": (
        "Every package that a run needs, with its hashes.",
        "text/plain",
    ),
    "requirements-dev.lock": (
        "What the tests need besides, with its hashes.",
        "text/plain",
    ),
}


def crate() -> str:
    """The crate's text."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    package = json.loads(
        (ROOT / "data" / "datapackage.json").read_text(encoding="utf-8")
    )
    made = ROCrate(version="1.3")
    root = made.root_dataset
    # The library has put the clock there; a release would have a date.
    del root["datePublished"]
    if "date-released" in citation:
        root["datePublished"] = citation["date-released"]
    root["name"] = citation["title"]
    root["description"] = " ".join(citation["abstract"].split())
    root["version"], root["keywords"] = citation["version"], citation["keywords"]

    def add(identifier: str, kind: str, /, **properties: Any) -> Any:
        return made.add(ContextEntity(made, identifier, {"@type": kind, **properties}))

    root["license"] = add("LICENSE#licence", "CreativeWork", name=citation["license"])
    root["author"] = add(
        "#contributors", "Organization", name=citation["authors"][0]["name"]
    )
    (article,) = citation["references"]
    writer = article["authors"][0]
    author = f"{writer['given-names']} {writer['family-names']}"
    printed = {
        "datePublished": article["date-published"],
        "isPartOf": article["journal"],
    }
    root["citation"] = add(
        "#article", "ScholarlyArticle", name=article["title"], author=author, **printed
    )
    for name, (description, encoding) in FILES.items():
        properties = {
            "name": name,
            "description": description,
            "encodingFormat": encoding,
        }
        made.add(File(made, dest_path=name, properties=properties))
    for name, description in FOLDERS.items():
        properties = {"name": name, "description": description}
        made.add(Dataset(made, dest_path=name, properties=properties))
    data = {
        "name": package["title"],
        "description": package["description"],
        "conformsTo": "data/datapackage.json",
    }
    rows = [
        (entry["path"], entry["description"], entry["mediatype"])
        for entry in package["resources"]
    ]
    files = []
    for name, description, encoding in [
        *rows,
        ("datapackage.json", "The schema of the data.", "application/json"),
    ]:
        properties = {
            "name": name,
            "description": description,
            "encodingFormat": encoding,
        }
        files.append(
            made.add(File(made, dest_path=f"data/{name}", properties=properties))
        )
    folder = made.add(Dataset(made, dest_path="data/", properties=data))
    folder["hasPart"] = files
    return (
        json.dumps(
            made.metadata.generate(), indent=1, sort_keys=True, ensure_ascii=False
        )
        + "\n"
    )


if __name__ == "__main__":
    (ROOT / "ro-crate-metadata.json").write_text(crate(), encoding="utf-8")
