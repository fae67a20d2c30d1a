"""How YAML is read: numbers are decimal, and a file that can't be read gets one
sentence."""

from pathlib import Path
from typing import Any

import pytest

from analysis.core.errors import RegisterError
from analysis.core.readers import read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # YAML 1.1 reads eight, ninety and a half, 26 and the first of March.
        ("010", 10),
        ("1:30.5", "1:30.5"),
        ("0x1a", "0x1a"),
        ("2021-03-01", "2021-03-01"),
        ("1_0.5", "1_0.5"),
        ("300_000", 300_000),
        ("-0.5", -0.5),
        ("2e6", 2e6),
    ],
)
def test_a_number_in_yaml_is_decimal(tmp_path: Path, text: str, value: Any) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(f"a: {text}\n", encoding="utf-8")
    assert read_yaml(file) == {"a": value}


@pytest.mark.parametrize("text", ["!!timestamp 2020", "!!bool x", '!!int ""'])
def test_a_tag_that_does_not_fit_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(f"a: {text}\n", encoding="utf-8")
    with pytest.raises(RegisterError, match=r"one\.yaml: not YAML: .*\.$"):
        read_yaml(file)
