"""A change is read in one place, and every layer below gets the setting from there."""

from typing import Any

import pytest
from typer.testing import CliRunner

from analysis.cli import app
from analysis.model.model import Model


@pytest.mark.parametrize("command", ["explain at_risk_2021", "verify", "compare"])
def test_a_command_makes_one_setting(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    made: list[Any] = []
    own = Model.setting

    def counted(self: Model, changes: Any, *given: Any, **named: Any) -> Any:
        made.append(changes)
        return own(self, changes, *given, **named)

    monkeypatch.setattr(Model, "setting", counted)
    words = [*command.split(), "--set", "persons_per_transfer=0.55"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stderr) == (0, "")
    assert made == [{"persons_per_transfer": "0.55"}]
