"""This module holds the sentences of refusals, limits and remarks, as templates.

The library and the explorer's page fill the same ones. A field is a name in braces;
a number comes spelled.
"""

from __future__ import annotations

from typing import Any

SENTENCES = {
    # Names.
    "no_quantity": "'{name}' is not a quantity{hint}",
    "no_reading": "'{reading}' is not a reading of {quantity}{hint}",
    "did_you_mean": "; did you mean '{name}'?",
    "known": "; known: {names}",
    "elsewhere": "{figure} is of {theirs} and {quantity} of {ours}: context only",
    "elsewhere_unit": "{figure} is in the unit {theirs} and {quantity} in {ours}: "
    "context only",
    "elsewhere_quantity": "{figure} may be used for {use} alone, not for {quantity}: "
    "context only",
    "elsewhere_none": "{figure} is shown as context, and may be used for no quantity",
    "total": "{quantity} is a number a year, and this is the total of several years in "
    "{figure}; write {quantity}={figure}, which divides it",
    "no_assignment": "'{text}' is not of the form quantity=value",
    "given_twice": "{name} is given twice; give one value or reading",
    # Values.
    "value": "{quantity}: {error}",
    "no_number": "'{text}' is not a number, nor a number and a unit such as '1 {unit}'",
    "no_unit": "'{text}' has no unit; write '{text} {unit}', as each number in a file "
    "needs its unit",
    "unknown_unit": "'{text}' is not a known unit{hint}",
    "percentage": "'{text}' is a percentage of something; give the number itself, "
    "in {unit}",
    "other_unit": "'{text}' is in {given}, not in {unit}",
    "not_finite": "{quantity} = {number!r} is not a finite number",
    "not_a_number": "{quantity} takes one number; this is of type {kind}",
    "outside": "{quantity} = {number} lies outside its allowed range, "
    "{low} to {high}{unit}",
    "below": "{quantity} = {number} lies outside its allowed range, "
    "{low}{unit} or more",
    # Readings.
    "unused": "{quantity} is unused: its reading {reading} supplies it "
    "under these readings",
    "without_effect": "{quantity} is unused: nothing computed here depends on it "
    "under these readings",
    "scenario_unused": "nothing computed here depends on anything that the scenario "
    "changes ({names})",
    "scenario_replaced": "all that the scenario changes is given otherwise ({names}); "
    "leave out one or the other",
    "one_choice": "{group} are one choice and can't be read {chosen} at once",
    "circle": "these readings make a circle: {first} needs {others}; "
    "choose another reading of one of them",
    "circular": "with this setting the check would compare {claim} with itself",
    # Quantities.
    "in_words": "{quantity} has no single value: {name} is given in words only; "
    "set it to a number",
    "above_other": "{quantity} would be {here}, and it is at most {other}, {most}",
    "above": "{quantity} would be {here}, and it is at most {high}",
    "beneath": "{quantity} would be {here}, and it is at least {low}",
    "beyond": "{quantity} would be {here}, outside its allowed range of "
    "{low} to {high}",
    "negative": "{quantity} would be below 0: {here}",
    "division": "{quantity}, read {reading}, has no finite value: a division by zero",
    "far": "You set {quantity} to {number}, but the article prints {printed}. "
    "{hint}Write '{written}' if you mean it.",
    "far_meant": "Did you mean '{number} {word}'? ",
    "varied": "{quantity} is varied from {low} to {high}, and set to {number}",
    # Differences from the article.
    "differs": "differs from the article in: {parts}",
    "other_reading": "{quantity}: {label} ({reading})",
    "our_reading": "{quantity}: {label} ({reading}, a reconstruction)",
    "other_value": "{quantity} = {number}{unit}",
    "in_place": "{quantity} = {number}{unit} in place of {was}",
    "in_place_of_ours": "{quantity} = {number}{unit} in place of our {was}",
    "median": "{quantity} = {number}{unit}, the median of what is drawn, "
    "{distribution}",
}


def message(sentence: str, **values: Any) -> str:
    """A sentence with its fields filled.

    Raises KeyError for an unknown sentence or a field that has no value.

    >>> message("negative", quantity="former_detainees", here="−128,000")
    'former_detainees would be below 0: −128,000'
    """
    return SENTENCES[sentence].format(**values)
