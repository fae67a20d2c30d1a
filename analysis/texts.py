"""The texts of the data: YAML, checked by the schemas of datapackage.json.

``Book`` reads all texts with ``read_texts``, and the rules for the columns of tables
with ``read_package``.

>>> texts, tables = read_package(DATA)
>>> tables["checks"]["id"]["type"]
'string'
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import fastjsonschema
import yaml

from analysis.rows import DataError

HERE = Path(__file__).resolve().parent
#: The folder of the package's own article; an installed package has it inside.
ROOT = HERE if (HERE / "data").exists() else HERE.parent
DATA = ROOT / "data"
PACKAGE = "datapackage.json"


def other_data(folder: Path) -> str:
    """Say which data are read from a folder, if a run starts beside other data."""
    here = Path.cwd()
    for place in (here, *here.parents):
        near = place / "data"
        if (near / PACKAGE).is_file():
            if near.resolve() == folder / "data":
                break
            return f"The data are read from {folder / 'data'}, and not from {near}."
    return ""


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads YAML in C, where PyYAML can; of two equal keys none is lost silently."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Return a mapping; raises YAMLError for a key that appears twice."""
        seen: list[Any] = []
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.YAMLError(f"{key.value} appears twice{key.start_mark}")
            seen.append(key.value)
        return super().construct_mapping(node, deep)


def read_text(path: Path) -> str:
    """Return the text of a file of an article; raises DataError for one that is none.

    >>> read_text(ROOT / "no.md")
    Traceback (most recent call last):
    ...
    analysis.rows.DataError: no.md cannot be read: this file does not exist
    """
    if not path.is_file():
        raise DataError(f"{path.name} cannot be read: this file does not exist")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from None


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file; raises ValueError for one that is none."""
    if not path.is_file():
        raise ValueError("this file does not exist")
    try:
        return yaml.load(path.read_text("utf-8"), Loader)
    except (yaml.YAMLError, AttributeError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from None


def read_package(folder: Path) -> tuple[list[Any], dict[str, Any]]:
    """Return from datapackage.json the texts, each with its schema, and the rules for
    the columns of each table, by name."""
    tables: dict[str, Any] = {}
    try:
        package = json.loads((folder / PACKAGE).read_text("utf-8-sig"))
        for table in package["resources"]:
            tables[table["name"]] = rules = {}
            for column in table["schema"]["fields"]:
                rules[column["name"]] = column | column.get("constraints", {})
        return package["texts"], tables
    except FileNotFoundError:
        sentence = f"{folder.parent} is not the folder of an article"
        raise DataError(f"{sentence}: it has no file data/{PACKAGE}") from None
    except Exception as error:
        raise DataError(f"{PACKAGE} cannot be read: {error!r}") from None


def read_texts(
    folder: Path, texts: list[Any], formats: Mapping[str, Callable[[str], bool]]
) -> dict[str, Any]:
    """Return the texts of a folder by name, or raise DataError for the first fault.

    The formats of the schemas are kinds of names, which must be known.
    """
    found = {}
    for text in texts:
        place = text["path"]
        try:
            check = fastjsonschema.compile(text["schema"], formats=formats)
            found[text["name"]] = check(read_yaml(folder / place))
        except fastjsonschema.JsonSchemaValueException as error:
            raise DataError(f"{place}: {sentence_of(error)}") from None
        except (OSError, ValueError) as error:
            raise DataError(f"{place}: {error}") from None
    return found


def sentence_of(error: Any) -> str:
    """Say which part of a text does not fit its schema."""
    part = ", ".join(map(str, error.path[1:])) or "the file"
    if error.rule == "format":
        return f"{part}: no {error.rule_definition} is called '{error.value}'"
    return f"{part} {error.message.removeprefix(f'{error.name} ')}"
