"""Settings made up at random, for tests of what holds under any setting."""

import random

from analysis import SettingError


def random_settings(article, count, seed=0):
    """Return studies with one to three changes each, which no limit forbids."""
    rng = random.Random(seed)
    model = article.model
    several = [name for name, known in model.readings.items() if len(known) > 1]
    names = sorted({*model.assumptions, *several})
    studies = []
    while len(studies) < count:
        changes = {}
        for name in rng.sample(names, rng.randint(1, 3)):
            changes[name] = value_of(rng, model, name)
        try:
            study = article.change(**changes)
            study["at_risk_2021"]
        except SettingError:
            continue
        studies.append(study)
    return studies


def value_of(rng, model, name):
    assumption = model.assumptions.get(name)
    if assumption and rng.random() < 0.7:
        number = rng.uniform(assumption.low, assumption.high)
        return f"{number:.4g} {model.units[name]}"
    return rng.choice(list(model.readings[name]))
