"""What a user may choose for a quantity, for tests of changes."""

from analysis.model.model import Model
from analysis.model.settings import Choice


def offered(model: Model, name: str) -> list[Choice]:
    """Each reading of a quantity, and a number that none of its readings has."""
    return [*model.readings(name), _other_number(model, name)]


def _other_number(model: Model, name: str) -> float:
    assumption = model.register.assumptions.get(name)
    if assumption:
        width = assumption.maximum - assumption.minimum
        return assumption.minimum + 0.4321 * width
    default = model.sources[name][model.default(name)]
    # A number far from the printed one would be refused.
    return 1.0123 * default.value if default.is_leaf else 0.4321
