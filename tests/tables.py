"""Tables of test cases as text: each case is a text, with the expectation indented
below it."""

import re


def cases(table: str) -> list[tuple[str, str]]:
    """Each text with what stands beneath it, which is put on one line."""
    found = re.findall(r"((?:^\S.*\n)+)((?:^ .*\n)+)", table, re.MULTILINE)
    return [(text.strip(), " ".join(said.split())) for text, said in found]


def refusals(table: str) -> list[tuple[str, str, str]]:
    """Each text with the field at fault and a part of the sentence, parted by a colon.

    Where nothing stands before the colon, no field is named.
    """
    parts = [(text, said.partition(": ")) for text, said in cases(table)]
    return [(text, field, words) for text, (field, _, words) in parts]
