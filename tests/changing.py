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
    # A number far from the quantity's own would be refused. An input in words starts at
    # the least that its words allow. A change below 0 is replaced by a rise.
    plan = model.plan(name)
    starts = {word: plan.leaves[word].start for word in plan.in_words}
    return 1.0123 * abs(float(plan.target_at(starts)))
