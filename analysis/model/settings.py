"""A setting says what differs from the article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

#: What is chosen for a quantity: the name of a reading, or a number in base units.
Choice: TypeAlias = str | float


@dataclass(frozen=True)
class Setting:
    """The differences from the article: the chosen reading or number of each quantity.

    ``Model.setting`` makes a setting. ``given`` has the names of the quantities that a
    user set, even to the article's own value, but not of those that only a scenario
    changes. ``drawn`` has the distribution, in words, of each quantity that is drawn at
    random; the number chosen for a drawn quantity is the median of its distribution.
    """

    choices: Mapping[str, Choice] = field(default_factory=dict)
    given: frozenset[str] = field(default=frozenset(), compare=False)
    drawn: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        # Studies share a setting, so nobody may write to it.
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))

    def __reduce__(self) -> tuple[Any, ...]:
        # A view of a mapping can't be pickled; the mapping can.
        return Setting, (dict(self.choices), self.given, dict(self.drawn))

    def __hash__(self) -> int:
        return hash(frozenset(self.choices.items()))

    @property
    def readings(self) -> dict[str, str]:
        """The chosen reading of each quantity whose reading is not the article's."""
        return {
            name: choice
            for name, choice in self.choices.items()
            if isinstance(choice, str)
        }

    @property
    def values(self) -> dict[str, float]:
        """The number of each quantity for which a number is set, in base units."""
        return {
            name: choice
            for name, choice in self.choices.items()
            if not isinstance(choice, str)
        }

    @property
    def by_scenario(self) -> set[str]:
        """The names of the quantities that a scenario changes and the user does not."""
        return {*self.choices} - self.given


ARTICLE = Setting()
