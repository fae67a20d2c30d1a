"""The register reads and checks the rows of a data package, and keeps each by its id.

The module ``rows`` checks each row by itself, ``Register._check`` checks the tables
against each other, and the model checks them against the formulas.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from analysis.core import arguments
from analysis.core.errors import RegisterError, display_path
from analysis.core.readers import read_rows, read_yaml, shipped, validated
from analysis.core.rows import (
    TABLES,
    Article,
    Assumption,
    Check,
    Claim,
    External,
    Finding,
    Headline,
    Package,
    PackageOptions,
    PrintedNumber,
    Reading,
    Ref,
    Refusal,
    Row,
    Solve,
    Statement,
    VagueReading,
)
from analysis.core.units import nearest


class Register(PackageOptions):
    """A data package that has been read and checked.

    The rows of each table are kept by id, in the order of the table's file.
    """

    model_config = ConfigDict(frozen=True)
    folder: Path
    title: str
    claims: Mapping[str, Claim] = {}
    checks: Mapping[str, Check] = {}
    readings: Mapping[tuple[str, str], Reading] = {}
    sections: Mapping[str, str] = {}
    sources: Mapping[str, str] = {}
    assumptions: Mapping[str, Assumption] = {}
    article: Article = Article()
    only_in_words: Mapping[str, VagueReading] = {}
    solutions: Mapping[str, Solve] = {}
    external: Mapping[str, External] = {}
    statements: Mapping[str, Statement] = {}
    findings: Mapping[str, Finding] = {}
    headlines: Mapping[str, Headline] = {}
    refusals: Mapping[str, Refusal] = {}
    scenarios: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path | str | None = None) -> Register:
        """Read and check the data package in a folder.

        Without a folder, the data package is the one that the environment variable
        ANALYSIS_DATA names or, if that is not set, the one that comes with the code. A
        table that is not listed in datapackage.json has no rows. Raises RegisterError,
        which names the file, the row and the field, for the first fault.

        >>> Register.read().claims["excess_2021"].section
        'mobilization-2016-2020'
        """
        if folder is not None:
            folder = arguments.path("folder", folder)
        folder = Path(folder or os.environ.get("ANALYSIS_DATA") or shipped("data"))
        if folder.is_file():
            raise RegisterError(
                folder, "this is a file; give the folder that holds datapackage.json"
            )
        described = folder / "datapackage.json"
        package = validated(described, Package, read_yaml(described))
        paths = [str(resource.get("path")) for resource in package.resources]
        _check_paths(folder, paths)
        rows: dict[str, Any] = {
            Path(table.file).stem: read_rows(folder / table.file, table)
            for table in TABLES
            if table.file in paths
        }
        assumed = rows.pop("assumptions", {}).values()
        readings = rows.pop("readings", {}).values()
        sections = rows.pop("sections", {}).values()
        sources = rows.pop("sources", {}).values()
        is_scenario = re.compile(r"scenarios/[a-z0-9_]+\.yaml")
        register = cls(
            folder=folder,
            title=package.title,
            article=package.sources[0],
            assumptions={row.id: row for row in assumed if isinstance(row, Assumption)},
            only_in_words={
                row.id: row for row in assumed if not isinstance(row, Assumption)
            },
            readings={(row.quantity, row.reading): row for row in readings},
            sections={row.id: row.title for row in sections},
            sources={row.id: f"{row.publisher}, {row.date}" for row in sources},
            scenarios=tuple(
                Path(path).stem for path in paths if is_scenario.fullmatch(path)
            ),
            **rows,
            **dict(package.analysis),
        )
        register._check()
        return register

    def file(self, name: str) -> str:
        """Return the path by which a message names a file of the package."""
        return display_path(self.folder / name)

    def refuse(self, row: Any, field: str, message: str) -> RegisterError:
        """Return an error about a row that has already been read.

        If no row is given, the error is reported for an option in datapackage.json.
        """
        if row is None:
            file = self.file("datapackage.json")
            return RegisterError(file, message, field=f"analysis.{field}")
        file = self.file(row.file)
        return RegisterError(file, message, row=row.row or "", id=row.id, field=field)

    @contextlib.contextmanager
    def refusing(self, row: Any, field: str) -> Iterator[None]:
        """Turn a ValueError in the block into an error that names a row and field.

        A RegisterError raised in the block already names its place, and is not changed.
        """
        try:
            yield
        except RegisterError:
            raise
        except ValueError as error:
            raise self.refuse(row, field, str(error)) from error

    @cached_property
    def vague_readings(self) -> Mapping[str, VagueReading]:
        """Map each quantity that is given in words to our reading of the words."""
        with_words = {
            name: assumption
            for name, assumption in self.assumptions.items()
            if assumption.floor or assumption.ceiling
        }
        return {**with_words, **self.only_in_words}

    @cached_property
    def inputs(self) -> Mapping[str, Claim]:
        """Map each quantity that has an input to the claim that is its input."""
        return {claim.quantity: claim for claim in self.claims.values() if claim.input}

    def references(self) -> Iterator[tuple[str, Row | None, str, str]]:
        """Yield every reference from a row or an option to a row or a quantity.

        A reference has four parts: the table that it points to, the row that refers
        (None for an option), the field that holds the reference, and the name that is
        referred to. A reference to a quantity has ``quantities`` as its table.
        """
        for group in self.linked_readings:
            for name in group:
                yield "quantities", None, "linked_readings", name
        yield from _marked(self, None)
        for limit in self.limits:
            yield from _marked(limit, None, "limits")
        for remark in self.remarks:
            yield from _marked(remark, None, "remarks")
        for context in self.context:
            yield from _marked(context, None, "context")
        for field in Register.model_fields:
            table = getattr(self, field)
            for row in table.values() if isinstance(table, dict) else ():
                if isinstance(row, Row):
                    yield from _marked(row, row)

    def _check(self) -> None:
        """Refuse rows of one table that do not fit those of another."""
        for target, row, field, name in self.references():
            if target in ("quantities", "values"):
                continue  # The model, which knows the formulas, checks these names.
            known = getattr(self, Path(target).stem)
            if name not in known:
                message = f"'{name}' is not a row of {target}{nearest(name, known)}"
                raise self.refuse(row, field, message)
        for claim in self.claims.values():
            self._check_claim(claim)
        for row in (*self.claims.values(), *self.external.values()):
            self._check_coarser_place(row)
        for headline in self.headlines.values():
            check = self.checks.get(headline.check)
            if check and check.claim != headline.claim:
                message = f"{check.id} checks {check.claim}, not {headline.claim}"
                raise self.refuse(headline, "check", message)
        for check in self.checks.values():
            self._check_end(check)
        for solution in self.solutions.values():
            self._check_end(solution)

    def _check_claim(self, claim: Claim) -> None:
        if claim.input:
            other = self.inputs[claim.quantity]
            if other is not claim:
                start = (
                    f"row {other.row} ({other.id}) is an input of {claim.quantity} "
                    "too, but a quantity has only one"
                )
                raise self.refuse(claim, "input", start)
        is_read = claim.quantity in self.vague_readings or claim.role == "count"
        if claim.qualifier == "vague" and not is_read:
            message = (
                "a number in words needs an assumption named after its quantity, with "
                "a floor or a ceiling"
            )
            raise self.refuse(claim, "quantity", message)
        group = {claim.id, *claim.same_calculation_as}
        for name in claim.same_calculation_as:
            named = {name, *self.claims[name].same_calculation_as}
            for missing in sorted(group - named):
                message = f"{name} does not name {missing} as the same calculation"
                raise self.refuse(claim, "same_calculation_as", message)

    def _check_coarser_place(self, row: PrintedNumber) -> None:
        """Refuse digits that can't have been rounded to their coarser rounding unit."""
        unit = row.rounding_unit_other
        for digits in filter(None, (row.printed, row.printed_high)):
            if unit and Fraction(digits) % Fraction(unit):
                message = f"{digits} is not a multiple of {unit}"
                raise self.refuse(row, "rounding_unit_other", message)

    def _check_end(self, row: Check | Solve) -> None:
        claim = self.claims.get(row.claim)
        is_range = claim is not None and claim.qualifier == "range"
        if bool(row.end) != is_range:
            message = (
                "a row that is compared with a range must name an end of the range, "
                "and any other row must name none"
            )
            raise self.refuse(row, "end", message)


def _check_paths(folder: Path, paths: list[str]) -> None:
    """Refuse a resource whose path leads to no file."""
    tables = [table.file for table in TABLES]
    for path in paths:
        # A missing table is refused when it is read; a new package has no expected.csv.
        is_known = path in tables or path == "expected.csv"
        if not is_known and not (folder / path).is_file():
            hint = nearest(path, tables) if path.endswith(".csv") else ""
            message = f"there is no such file{hint}"
            described = folder / "datapackage.json"
            raise RegisterError(described, message, id=path, field="path")


def _marked(
    part: BaseModel, row: Row | None, within: str = ""
) -> Iterator[tuple[str, Row | None, str, str]]:
    """Yield the references in a row, or in a part of a row or of datapackage.json."""
    for field, info in type(part).model_fields.items():
        content = getattr(part, field)
        parts = content if isinstance(content, tuple) else (content,)
        for inner in parts:
            if isinstance(inner, BaseModel):
                yield from _marked(inner, row, within or field)
        for mark in info.metadata:
            if isinstance(mark, Ref):
                names = (content,) if isinstance(content, str) else content
                for name in filter(None, names):
                    yield mark.to, row, within or field, name
