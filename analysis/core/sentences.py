"""This module holds the sentences of refusals, limits and remarks, as templates.

The library and the explorer fill the same templates. A field of a template is a name in
braces; a number is spelled before it fills a field.
"""

from __future__ import annotations

from typing import Any

#: The words for a setting that changes nothing.
AS_IN_THE_ARTICLE = "as in the article"

SENTENCES = {
    # Names. A sentence about an unknown name ends with a hint.
    "no_quantity": "'{name}' is not a quantity{hint}",
    "no_reading": "{quantity} has no reading '{reading}'{hint}",
    "did_you_mean": ". Did you mean '{name}'?",
    "known": ". Choose one of these: {names}.",
    "known_more": ". Choose one of these: {names}, …. The whole list is in {whole}.",
    "elsewhere": "The {what} of {figure} is '{theirs}', but that of {quantity} is "
    "'{ours}', so {quantity} cannot be set to this figure.",
    "elsewhere_unit": "{figure} is in the unit '{theirs}', but {quantity} is in "
    "'{ours}', so {quantity} cannot be set to this figure.",
    "elsewhere_quantity": "{figure} can take the place of {use} only, so {quantity} "
    "cannot be set to this figure.",
    "elsewhere_goal": "{figure} is a goal, so {quantity} cannot be set to this figure.",
    "elsewhere_none": "{quantity} cannot be set to {figure}, because we cannot tell "
    "whether both count the same thing. {note}",
    "total": "{quantity} is a yearly number, but your number is the total over several "
    "years in {figure}. Write {quantity}={figure}, which divides the total.",
    "no_assignment": "'{text}' is not of the form quantity=value{hint}",
    "given_twice": "{name} is given twice. Give it one value or one reading.",
    # Values.
    "value": "{quantity}: {error}",
    "no_number": "'{text}' is not a number. Write a number with its unit, such as "
    "'1 {unit}'.",
    "letters": "'{text}' has a letter in place of a digit. Did you mean '{meant}'?",
    "two_numbers": "'{text}' can be read as two different numbers. Write numbers "
    "as in 500,000, 500000 or 0.5.",
    "two_scales": "'{text}' has more than one word such as million. Write one of them "
    "at most, right after the digits.",
    "span": "'{text}' has more than one number. Write one of them.",
    "other_marks": "'{text}' is not written in the usual way. Write decimals with a "
    "point, as in 0.6, and thousands with commas or without a mark, as in 400,000 or "
    "400000.",
    "no_unit": "'{text}' has no unit. Each number in a file needs one: write "
    "'{scaled} {unit}'.",
    "unknown_unit": "'{text}' is not a known unit{hint}",
    "own_unit": ". The number must be in '{unit}': write '{written} {unit}'.",
    "scale": ". If you mean {scale}, write '{written} {scale} {unit}'.",
    "no_own_unit": ". This number has no unit: write '{written}'.",
    "percentage": "'{text}' is a percentage of something. Give the number itself, "
    "in the unit '{unit}'.",
    "ratio": "This ratio is not a percentage. For {text}, write {number}.",
    "other_unit": "'{text}' is in the unit '{given}', but the number must be in "
    "'{unit}'.",
    "needless_unit": "'{text}' is in the unit '{given}', but this number has no unit.",
    "not_finite": "{quantity} must be a finite number, not {number}.",
    "not_a_number": "{quantity} takes one number, but this is of type {kind}.",
    "outside": "{quantity} cannot be {number}. It must be between {low} and "
    "{high}{unit}.",
    "below": "{quantity} cannot be {number}. It must be {low}{unit} or more.",
    # Readings.
    "unused": "Your number for {quantity} has no effect, because all that uses "
    "{quantity} here takes its reading '{reading}'. Leave out the number, or choose "
    "another reading of the quantity that should use it.",
    "without_effect": "{quantity} does not affect {targets} under these readings. "
    "Leave it out.",
    "scenario_unused": "The scenario changes {names}, but nothing computed here "
    "depends on that. Leave the scenario out, or ask for a number that depends on it: "
    "{moved}.",
    "scenario_idle": "The scenario changes {names}, but nothing computed here depends "
    "on that. Leave the scenario out.",
    "scenario_replaced": "You also set everything that this scenario changes "
    "({names}). Leave out the scenario or your settings.",
    "one_choice": "Use the same reading for {group}: choose either {chosen}.",
    "circle": "These readings need each other: {first} needs {others}. Choose another "
    "reading for one of them.",
    "circular": "With this setting the check would compare {claim} with itself, so "
    "we leave the check out.",
    # Quantities.
    "in_words": "{quantity} has no single value, because the article gives {name} only "
    "in words. Set {name} to a number.",
    "above_other": "{quantity} would be {here}, but cannot be more than {other}, "
    "which is {most}.",
    "above": "{quantity} would be {here}, but cannot be more than {high}.",
    "beneath": "{quantity} would be {here}, but cannot be less than {low}.",
    "beyond": "{quantity} would be {here}, but must be between {low} and {high}.",
    "negative": "{quantity} would be {here}, but cannot be below 0.",
    "division": "{quantity} has no finite value: its reading '{reading}' divides by "
    "zero.",
    "overflow": "{quantity} has no finite value: under its reading '{reading}' a "
    "number is too large to compute with.",
    "far": "You gave {number} for {quantity}, but {usual}. {hint}Write '{written}' "
    "if you mean it.",
    "usual_printed": "the article prints {printed}",
    "usual_varied": "we try {low} to {high}",
    "usual_computed": "we compute {computed}",
    "far_meant": "Did you mean '{number} {word}'? ",
    "varied": "{quantity} is set to {number}, outside the range from {low} to {high} "
    "that we try",
    # Differences from the article.
    "differs": "differs from the article in: {parts}",
    "other_reading": "{quantity}: {label} ({reading})",
    "our_reading": "{quantity}: {label} ({reading}, our reconstruction)",
    "other_value": "{quantity} = {number}{unit}",
    "in_place": "{quantity} = {number}{unit} in place of {was}",
    "in_place_of_ours": "{quantity} = {number}{unit} in place of our {was}",
    "median": "{quantity} = {number}{unit}, the median of the distribution "
    "{distribution}",
}


def message(sentence: str, **values: Any) -> str:
    """Return a sentence with its fields filled.

    Raises KeyError for an unknown sentence or a field that has no value.

    >>> message("negative", quantity="former_detainees", here="−128,000")
    'former_detainees would be −128,000, but cannot be below 0.'
    """
    return SENTENCES[sentence].format(**values)


def as_sentence(words: str) -> str:
    """Give words a capital letter at their start and a full stop at their end.

    >>> as_sentence("as in the article")
    'As in the article.'
    """
    return f"{words[:1].upper()}{words[1:].removesuffix('.')}."


def setting_words(differs: str) -> str:
    """Return the words for a setting: how it differs, or that it is as in the article.

    >>> setting_words("")
    'as in the article'
    """
    return differs or AS_IN_THE_ARTICLE
