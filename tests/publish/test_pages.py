"""Under each label of a page of the report stands what the row has in the data.

The files of the data are read here as plain tables and lists, and the accepted numbers
from expected.csv.
"""

import csv
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from analysis.model.model import ARTICLE, Model
from analysis.model.verdicts import judge_all
from analysis.publish import report
from analysis.publish.notebooks import all_notebooks
from analysis.render.explained import explained
from tests.reading import by_hand, read, span

ROOT = Path(__file__).resolve().parents[2]
SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}
#: What the page on every number calls a check, by its kind.
KINDS = {
    "": "derived, with no printed number beside it",
    "derivation": "a calculation that the article states or implies",
    "repetition": "one fact printed twice",
    "hypothesis": "our own comparison, never counted",
    "external": "against a figure published elsewhere, never counted",
}
#: From the strongest verdict to the weakest: the sign and the style of each.
SIGNS = {
    "matches": ("✓", "ok"),
    "matches_within_rounding": ("✓", "ok"),
    "compatible": ("≈", "part"),
    "differs": ("≠", "two"),
    "not_recalculable": ("?", "no"),
}
#: The words for the verdicts, by the kind of a check.
SAID = {
    "repetition": ("the two agree", "the two are compatible", "the two differ"),
    "hypothesis": ("would match", "would be compatible", "would differ"),
    "derivation": ("matches", "compatible", "differs"),
    "external": ("matches", "compatible", "differs"),
}
#: The grades of inputs, from the weakest.
GRADES = ("chosen", "published elsewhere", "implied", "stated", "")
SEEN = {"P": "primary text", "M": "copy", "S": "secondary source"}


# The data -----------------------------------------------------------------------------


def table(name: str) -> dict[str, dict[str, str]]:
    with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def entries(name: str) -> dict[str, Any]:
    """The entries of a list, with each number as it is written in the file."""
    text = (ROOT / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    return {entry["id"]: entry for entry in yaml.load(text, yaml.BaseLoader)}


def accepted() -> dict[str, dict[str, dict[str, str]]]:
    """The accepted values: by table, row and field."""
    found: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
    with (ROOT / "data" / "expected.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["table"]][row["id"]][row["field"]] = row["value"]
    return found


CLAIMS, CHECKS, EXTERNAL = table("claims"), table("checks"), table("external")
SECTIONS, SOURCES, STATEMENTS = table("sections"), table("sources"), table("statements")
SOLUTIONS = table("solutions")
ASSUMPTIONS = {
    name: entry
    for name, entry in entries("assumptions").items()
    # A row that only says how a word is read is not an assumption.
    if entry["kind"] != "words"
}
FINDINGS, HEADLINES = entries("findings"), entries("headlines")
FIGURES, REFUSALS = entries("figures"), entries("refusals")
EXPECTED = accepted()
BOOKS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
}


def title_of(book: str) -> str:
    sources = ("".join(cell["source"]) for cell in BOOKS[book]["cells"])
    return next(re.findall(r"^# +(.+)$", text, re.M)[0] for text in sources)


def where(claim: dict[str, str]) -> str:
    """The place of a claim in the article, as a reader would name it."""
    section, paragraph = claim["section"], claim["paragraph"]
    if section == "notes":
        return f"note {paragraph}"
    words = re.sub(r"(\d{4})-(\d{4})", r"\1–\2", section).replace("-", " ")
    words = re.sub(r"(\d{4}) (\d{4})", r"\1–\2", words)
    start = words if section == "introduction" else f"section on {words}"
    item = f", item {claim['item']}" if claim["item"] else ""
    return f"{start}, paragraph {paragraph}{item}"


def source_words(name: str) -> str:
    row = SOURCES[name]
    return f"{row['publisher']}, {row['date']}"


def verdict_of(check: str) -> str:
    return EXPECTED["checks"][check]["verdict"]


def said_of(check: str) -> str:
    """A verdict in the words of its kind."""
    verdict = verdict_of(check)
    matches, compatible, differs = SAID[CHECKS[check]["kind"]]
    return {
        "matches": matches,
        "matches_within_rounding": f"{matches} within rounding",
        "compatible": compatible,
        "differs": differs,
    }[verdict]


def judges(claim: dict[str, str]) -> list[str]:
    return [one for one in re.split(r"; *", claim["judged_by"]) if one]


def verdict_of_result(claim: dict[str, str]) -> str:
    """The weakest verdict of the checks that judge a result."""
    found = [verdict_of(name) for name in judges(claim)]
    return max(found, key=[*SIGNS].index) if found else "not_recalculable"


# The pages ----------------------------------------------------------------------------


class Section:
    """What stands between the anchor of a row and the next: a heading and fields."""

    def __init__(self, text: str, above: str) -> None:
        self.text, self.above = text, above
        self.fields: dict[str, list[str]] = {}
        self.heading, label = "", ""
        for line in text.splitlines():
            if not self.heading and (found := re.match(r"#+ (.*)", line)):
                self.heading = plain(found[1])
            elif found := re.match(r":([^:`]+):(?: (.*))?$", line):
                label = found[1]
                assert label not in self.fields, label
                self.fields[label] = [plain(found[2])] if found[2] else []
            elif line.startswith("  - ") and label:
                self.fields[label].append(plain(line.removeprefix("  - ")))
            elif line.strip():
                label = ""

    def only(self, label: str) -> str:
        """What stands under a label of one line, or an empty text without the label."""
        lines = self.fields.get(label, [""])
        assert len(lines) == 1, (label, lines)
        return lines[0]


def plain(markdown: str) -> str:
    """Markdown without the backslashes of a letter shown as it is."""
    return " ".join(re.sub(r"\\([^A-Za-z0-9\s])", r"\1", markdown).split())


def sections(page: str) -> dict[str, Section]:
    """The sections of a page by their anchors, with the heading above each."""
    found, above = {}, ""
    first, *parts = re.split(r"^\((.+)\)=$", page, flags=re.M)
    headings = re.findall(r"^## (.+)$", first, re.M)
    above = headings[-1] if headings else ""
    for anchor, text in zip(parts[::2], parts[1::2], strict=True):
        found[anchor] = Section(text, plain(above))
        _, *later = re.findall(r"^#+ .+$", text, re.M)
        above = next((one[3:] for one in later if one.startswith("## ")), above)
    return found


def of_kind(found: dict[str, Section], kind: str) -> dict[str, Section]:
    return {
        anchor.removeprefix(f"{kind}-"): section
        for anchor, section in found.items()
        if anchor.startswith(f"{kind}-")
    }


def links(lines: Iterable[str]) -> list[str]:
    """Where the links at the start of lines lead."""
    return [re.match(r"\[.*?\]\(#(.+?)\)", line)[1] for line in lines]


def near(words: str, number: str, share: str = "0.005") -> bool:
    """Whether words say a number, which three digits give to half a percent."""
    wanted = Decimal(number)
    return abs(read(words) - wanted) <= abs(wanted) * Decimal(share)


def fits(template: str, shown: str) -> bool:
    """Whether a text is a template with the braces filled.

    In the place of a row's name stands the number that the row prints.
    """
    parts = re.split(r"(\|?\{[^{}]+\}\|?)", " ".join(template.split()))
    pattern = "".join(
        "(.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    found = re.fullmatch(pattern, " ".join(shown.split()))
    if not found:
        return False
    for brace, words in zip(parts[1::2], found.groups(), strict=True):
        name = brace.strip("{}|")
        row = CLAIMS.get(name) or EXTERNAL.get(name)
        if row and row["printed"] and not row["printed_high"]:
            number = Decimal(row["printed"]) * SCALES[row["scale"]]
            number /= 100 if row["unit"] == "percent" else 1
            if read(words) != number:
                return False
    return True


@pytest.fixture(scope="module")
def pages(model: Model) -> dict[str, str]:
    return report.pages(model, judge_all(model), all_notebooks())


@pytest.fixture(scope="module")
def claims(pages: dict[str, str]) -> dict[str, Section]:
    return of_kind(sections(pages["register"]), "claim")


@pytest.fixture(scope="module")
def checks(pages: dict[str, str]) -> dict[str, Section]:
    return of_kind(sections(pages["register"]), "check")


@pytest.fixture(scope="module")
def front(pages: dict[str, str]) -> BeautifulSoup:
    (text,) = re.findall(r"```\{raw\} html\n(.*?)```", pages["index"], re.S)
    return BeautifulSoup(text, "html.parser")


# Every number: the claims -------------------------------------------------------------


def test_each_claim_has_its_own_row_below_its_section(
    claims: dict[str, Section],
) -> None:
    order = [*SECTIONS]
    in_order = sorted(CLAIMS, key=lambda name: order.index(CLAIMS[name]["section"]))
    assert [*claims] == in_order
    for name, row in CLAIMS.items():
        section = claims[name]
        assert section.heading == row["statement"]
        assert section.above == SECTIONS[row["section"]]["title"]
        assert section.only("row") == (
            f"`{name}`, {row['role']}; a value of `{row['quantity']}`"
        )
        assert section.only("cite").endswith(f", row {name}")


def test_each_claim_has_what_the_article_prints_and_where(
    claims: dict[str, Section],
) -> None:
    for name, row in CLAIMS.items():
        first, *others = claims[name].fields["printed"]
        assert f"({row['period']}, {row['place']})" in first, name
        if row["words"]:
            assert row["words"] in first, name
        elif row["printed"]:
            assert f"{Decimal(row['printed']):,}" in first, name
        source = source_words(row["source"]) if row["source"] else "none"
        about = f"; about: {row['document']}" if row["document"] else ""
        assert f"{where(row)}; source cited: {source}{about}" in others, name
        notes = [line for line in others if line.startswith("note: ")]
        assert notes == ([f"note: {row['note']}"] if row["note"] else []), name


def test_each_result_has_the_sign_of_its_verdict(claims: dict[str, Section]) -> None:
    for name, row in CLAIMS.items():
        wanted = ""
        if row["role"] == "result":
            verdict = verdict_of_result(row)
            sign, style = SIGNS[verdict]
            words = verdict.replace("_", " ")
            if style == "no":
                words = "cannot be recalculated from this article"
            wanted = f"[{sign} {words}]{{.v .{style}}}"
        assert claims[name].only("verdict") == wanted, name


def test_each_claim_names_the_findings_about_it(claims: dict[str, Section]) -> None:
    for name, section in claims.items():
        wanted = [
            f"[{finding['title']}](#finding-{id})"
            for id, finding in FINDINGS.items()
            if name in finding["claims"]
        ]
        assert section.fields.get("findings", []) == wanted, name


def test_a_claim_is_used_by_the_checks_that_start_from_it(
    claims: dict[str, Section], checks: dict[str, Section]
) -> None:
    starts = {
        name: links(section.fields.get("starts from", []))
        for name, section in checks.items()
    }
    for name, section in claims.items():
        wanted = [
            f"[{row['statement']}](#check-{id})"
            for id, row in CHECKS.items()
            if f"claim-{name}" in starts[id]
        ]
        assert section.fields.get("used by", []) == wanted, name


def test_the_terminal_names_the_same_checks_that_start_from_a_claim(
    model: Model, claims: dict[str, Section]
) -> None:
    for name, section in claims.items():
        text = "\n".join(explained(model, name, ARTICLE, full=False))
        _, _, named = text.partition("checks that start from it: ")
        used = [f"check-{one}" for one in re.findall(r"\w+", named)]
        assert used == links(section.fields.get("used by", [])), name


# Every number: the checks -------------------------------------------------------------


def test_each_check_is_below_its_claim_with_its_kind(pages: dict[str, str]) -> None:
    below, under = {}, ""
    for anchor in re.findall(r"^\((.+)\)=$", pages["register"], re.M):
        kind, _, name = anchor.partition("-")
        under = name if kind == "claim" else under
        if kind == "check":
            below[name] = under
    found = of_kind(sections(pages["register"]), "check")
    assert set(found) == set(CHECKS)
    for name, row in CHECKS.items():
        assert found[name].heading == row["statement"]
        assert found[name].only("check") == f"`{name}`; {KINDS[row['kind']]}"
        if row["claim"]:
            assert below[name] == row["claim"]
        else:
            assert found[name].above == "Derived, with no printed number beside it"


def test_each_check_has_its_number_its_bounds_and_its_verdict(
    checks: dict[str, Section],
) -> None:
    for name, row in CHECKS.items():
        section = checks[name]
        values = EXPECTED["checks" if name in EXPECTED["checks"] else "derived"][name]
        value, _, bounds = section.only("recomputed").partition("; ")
        assert ("recomputed" in values) == bool(re.search(r"\d", value)), name
        if "recomputed" in values:
            assert near(value, values["recomputed"]), name
        if bounds:
            low, high = span(bounds.removesuffix(" by rounding of the printed digits"))
            # Outward, by less than a hundredth of the larger end.
            ends = [Decimal(values[f"recomputed_{end}"]) for end in ("low", "high")]
            room = max(map(abs, ends)) / 100
            assert -room <= low - ends[0] <= 0 <= high - ends[1] <= room, name
        verdict = section.only("verdict")
        if "verdict" not in values:
            assert (verdict, row["kind"]) == ("derived", ""), name
            continue
        sign, style = SIGNS[values["verdict"]]
        words = re.escape(said_of(name))
        by = " by [^]]+" if style == "two" else ""
        pattern = rf"\[{re.escape(sign)} {words}{by}\]\{{\.v \.{style}\}}"
        assert re.match(pattern, verdict), (name, verdict)


def test_each_check_has_its_readings_its_note_and_its_grade(
    checks: dict[str, Section],
) -> None:
    with (ROOT / "data" / "readings.csv").open(encoding="utf-8", newline="") as file:
        labels = {
            (row["quantity"], row["reading"]): row["label"]
            for row in csv.DictReader(file)
        }
    compared = 0
    for name, row in CHECKS.items():
        section = checks[name]
        values = EXPECTED["checks" if name in EXPECTED["checks"] else "derived"][name]
        pairs = [one.split("=") for one in re.split(r"; *", row["readings"]) if one]
        shown = section.fields.get("readings", [])
        assert len(shown) == len(pairs), name
        for line, (quantity, reading) in zip(shown, pairs, strict=True):
            start, _, label = line.partition(": ")
            assert start == f"{quantity} = {reading}", name
            if (quantity, reading) in labels:
                assert label == labels[quantity, reading], name
                compared += 1
        assert section.only("note") == row["note"], name
        assert section.only("stays for") == values.get("condition", ""), name
        grade = values.get("rests_on") or (
            "none, because it starts from printed numbers alone"
            if "recomputed" in values
            else ""
        )
        assert section.only("weakest grade of its inputs") == grade, name
    assert compared > 20


def test_each_check_says_how_many_other_numbers_would_pass(
    checks: dict[str, Section],
) -> None:
    for name in CHECKS:
        words = checks[name].only("had another number been printed")
        passing = EXPECTED["checks"][name].get("passing")
        assert bool(words) == (passing is not None), name
        if passing:
            _, _, share = words.partition("within ten percent of it, ")
            is_word = not re.search(r"\d", share)
            # "All" and "none" are the two shares without a number.
            number = {"a": "1", "n": "0"}[share[0]] if is_word else ""
            shown = Decimal(number) if is_word else read(share)
            assert abs(shown - Decimal(passing)) < Decimal("0.006"), (name, words)


def test_a_check_starts_from_the_inputs_of_its_working(
    checks: dict[str, Section],
) -> None:
    """The working below the check names each input: the place of a printed number, and
    an assumption as ours.
    """
    labels = {name: name.replace("_", " ") for name in ASSUMPTIONS}
    graded = "ours|stated|in words only|the least that the words allow"
    checked = 0
    for name, row in CHECKS.items():
        starts = links(checks[name].fields.get("starts from", []))
        if row["against"] and row["claim"]:
            # It starts from figures published elsewhere, and not from its quantity.
            assert starts == [], name
            continue
        (working,) = re.findall(r"<pre>(.*?)</pre>", checks[name].text, re.S)
        working = " ".join(html.unescape(working).split())
        places = re.findall(r"printed(?:: \".+?\")? \(([^()]+)\)", working)
        wanted = [
            where(CLAIMS[start.removeprefix("claim-")])
            for start in starts
            if start.startswith("claim-")
        ]
        assert sorted(places) == sorted(wanted), (name, places)
        ours = {
            f"assumption-{one}"
            for one, label in labels.items()
            if re.search(rf"(?:^| ){label} = [^=]+? (?:{graded})", working)
        }
        assert ours == {one for one in starts if one.startswith("assumption-")}, name
        checked += len(starts)
    assert checked > 150


def test_each_start_has_its_number_and_its_grade(checks: dict[str, Section]) -> None:
    for name, section in checks.items():
        for line in section.fields.get("starts from", []):
            label, kind, start, words = re.fullmatch(
                r"\[(.*?)\]\(#(claim|assumption)-(.+?)\): (.*)", line
            ).groups()
            if kind == "claim":
                row = CLAIMS[start]
                assert label == row["statement"], name
                assert f"{Decimal(row['printed']):,}" in words, name
            else:
                entry = ASSUMPTIONS[start]
                assert label == entry["label"], name
                shown, _, grade = words.rpartition(", ")
                assert grade == entry["grade"], name
                # The article has the number of former detainees in words only.
                if start != "former_detainees":
                    assert read(shown) == Decimal(entry["value"]), name


@pytest.mark.parametrize(
    ("check", "starts"),
    [
        # 3.17 million / 1.105, times one person per transfer in both years; 1.6 million
        # and the share of those added.
        (
            "at_risk_2021_sum",
            {
                "claim-at_risk_2019_up_to",
                "claim-total_2021_tianshan",
                "claim-growth_rate_2019_2021",
                "assumption-persons_per_transfer",
                "assumption-persons_per_transfer_drift",
                "assumption-at_risk_share_of_new",
            },
        ),
        # 1.65 million times 0.95 times 1. All labourers, 2.59 million, are only what
        # those of the south are at most.
        (
            "southern_at_values",
            {
                "claim-figure_2019_south",
                "assumption-minority_share_south",
                "assumption-at_risk_share_of_base",
            },
        ),
        # 2.87 million / 2.2 million - 1
        ("excess_over_goal", {"claim-mean_2016_2020", "claim-plan_2016_2020_floor"}),
    ],
)
def test_a_check_starts_from_what_it_takes_by_hand(
    checks: dict[str, Section], check: str, starts: set[str]
) -> None:
    assert set(links(checks[check].fields["starts from"])) == starts


def test_each_check_leads_to_the_notebook_that_lists_it(
    checks: dict[str, Section],
) -> None:
    listed = {
        check: book
        for book, content in BOOKS.items()
        for check in content["metadata"]["analysis"]["checks"]
    }
    assert len(listed) > 80
    for name, section in checks.items():
        book = listed.get(name)
        wanted = f"[{title_of(book)}]({book}.ipynb)" if book else ""
        assert section.only("shown in") == wanted, name


def test_the_filter_offers_each_sign_with_its_words(pages: dict[str, str]) -> None:
    options = re.findall(
        r'<option value="\.v\.(\w+)">(.+?)</option>', pages["register"]
    )
    assert options == [
        ("ok", "✓ matches"),
        ("part", "≈ compatible"),
        ("no", "? cannot be recalculated"),
        ("two", "≠ differs"),
    ]


# Assumptions --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def assumptions(pages: dict[str, str]) -> dict[str, Section]:
    return of_kind(sections(pages["assumptions"]), "assumption")


def test_each_assumption_has_its_own_values_and_texts(
    assumptions: dict[str, Section],
) -> None:
    assert [*assumptions] == [*ASSUMPTIONS]
    sides = {"ceiling": ", at most", "floor": ", at least"}
    for name, entry in ASSUMPTIONS.items():
        section = assumptions[name]
        assert section.heading == entry["label"]
        assert section.only("assumption") == (
            f"`{name}`, {entry['grade']}{sides.get(entry['kind'], '')}"
        )
        assert read(section.only("value")) == Decimal(entry["value"]), name
        varied, allowed = section.only("varied over").split("; allowed: ")
        assert span(varied) == (Decimal(entry["low"]), Decimal(entry["high"])), name
        ends = Decimal(entry["minimum"]), Decimal(entry["maximum"])
        assert span(allowed) == ends, name
        claim = CLAIMS[entry["claim"]]
        assert section.only("belongs to") == (
            f"[{claim['statement']}](#claim-{entry['claim']})"
        )
        for label, field in (
            ("rationale", "rationale"),
            ("bias", "bias"),
            ("would settle it", "settle"),
        ):
            assert section.only(label) == " ".join(entry[field].split()), name


def test_each_value_worth_trying_has_its_reason(
    assumptions: dict[str, Section],
) -> None:
    for name, entry in ASSUMPTIONS.items():
        shown = assumptions[name].fields.get("worth trying", [])
        marked = entry.get("marked", [])
        assert len(shown) == len(marked), name
        for line, one in zip(shown, marked, strict=True):
            number, _, reason = line.partition(": ")
            assert read(number) == Decimal(one["value"]), name
            assert reason == " ".join(one["reason"].split()), name


def test_each_assumption_moves_an_estimate_from_one_end_to_the_other(
    assumptions: dict[str, Section],
) -> None:
    """By hand: 3.17 million transfers of 2021, and 3.17 million / 1.105 of 2019."""
    made, base = Decimal(3_170_000), Decimal(3_170_000) / Decimal("1.105")
    ends: dict[str, list[list[Decimal]]] = {
        # Persons added, and with them persons at risk in 2021; at most all are added.
        "persons_per_transfer": [[(made - base) * Decimal("0.36"), made - base]],
        "persons_per_transfer_drift": [
            # One person per transfer is the most, so the high end changes nothing.
            [made * Decimal("0.95") - base, made - base]
        ],
    }
    for moved in ends.values():
        moved.append([Decimal(1_600_000) + number for number in moved[0]])
    ends["at_risk_share_of_new"] = [
        [1_600_000 + (made - base) * share for share in (Decimal("0.62"), Decimal(1))]
    ]
    for name, section in assumptions.items():
        shown = section.fields.get("moves", [])
        assert len(shown) == len(ends.get(name, [])), name
        for line, numbers in zip(shown, ends.get(name, []), strict=True):
            _, _, words = line.rpartition(": ")
            low, high = re.fullmatch(
                r"(.+) at the low end, (.+) at the high end", words
            ).groups()
            assert near(low, str(numbers[0])), line
            assert near(high, str(numbers[1])), line


def test_each_statement_stands_at_the_assumptions_on_which_it_turns(
    assumptions: dict[str, Section],
) -> None:
    turns = EXPECTED["break_evens"]
    seen = 0
    for name, section in assumptions.items():
        shown = section.fields.get("statements", [])
        wanted = [
            id
            for id in STATEMENTS
            if f"{id}.{name}" in turns and "waits_for" not in turns[f"{id}.{name}"]
        ]
        assert len(shown) == len(wanted), name
        for line, id in zip(shown, wanted, strict=True):
            assert line.startswith(f"{STATEMENTS[id]['statement']}: "), name
            heading, words = line.split("; holds for: ")
            if "left" in turns[id]:
                left, right = heading.rpartition(": ")[2].split(" against ")
                holds = "holds, " if turns[id]["holds"] == "true" else "does not hold, "
                assert left.startswith(holds), line
                assert near(left, turns[id]["left"]), line
                assert near(right, turns[id]["right"]), line
            holds_for = turns[f"{id}.{name}"]["holds"]
            for root in turns[f"{id}.{name}"].get("roots", "").split("; "):
                is_end = root and root in holds_for.split(" ")
                if is_end and Decimal(root):
                    assert any(
                        near(number, root)
                        for number in re.findall(r"\d[\d,.]*\d(?: million)?", words)
                    ), line
            assert (words == "no value") == (holds_for == "never"), line
            seen += 1
    assert seen > 10


# Findings and refusals ----------------------------------------------------------------


def test_each_finding_has_its_own_arithmetic_views_and_rows(
    pages: dict[str, str],
) -> None:
    found = of_kind(sections(pages["findings"]), "finding")
    assert [*found] == [*FINDINGS]
    for name, finding in FINDINGS.items():
        section = found[name]
        assert section.heading == " ".join(finding["title"].split())
        for label, field in (
            ("sceptical", "sceptical"),
            ("charitable", "charitable"),
            ("would settle it", "settle"),
        ):
            assert section.only(label) == " ".join(finding[field].split()), name
        assert section.fields["rests on"] == [
            *(f"[{CLAIMS[id]['statement']}](#claim-{id})" for id in finding["claims"]),
            *(
                f"[{EXTERNAL[id]['statement']}](#external-{id})"
                for id in finding.get("external", [])
            ),
            *(source_words(id) for id in finding.get("sources", [])),
        ], name
        lines = [plain(one) for one in re.findall(r"^- (.*)$", section.text, re.M)]
        steps = finding["arithmetic"]
        assert len(lines) == len(steps), name
        for line, step in zip(lines, steps, strict=True):
            start = f"{' '.join(step['what'].split())}: "
            assert line.startswith(start), name
            wanted = Decimal(step["comes_to"])
            # By hand to the digits given, and on the page to three digits or more.
            half = Decimal(1).scaleb(int(wanted.as_tuple().exponent)) / 2
            room = half + abs(wanted) / 200
            assert abs(read(line.removeprefix(start)) - wanted) <= room, (name, line)


def test_each_refusal_has_its_own_reason(pages: dict[str, str]) -> None:
    found = of_kind(sections(pages["refusals"]), "refusal")
    assert [*found] == [*REFUSALS]
    for name, refusal in REFUSALS.items():
        assert found[name].heading == " ".join(refusal["what"].split())
        _, _, rest = found[name].text.strip().partition("\n\n")
        reason = plain(rest.partition("\n")[0])
        assert reason == " ".join(refusal["reason"].split()), name


# Published elsewhere ------------------------------------------------------------------


@pytest.fixture(scope="module")
def external(pages: dict[str, str]) -> dict[str, Section]:
    return of_kind(sections(pages["external"]), "external")


def test_each_figure_published_elsewhere_has_its_own_source(
    external: dict[str, Section],
) -> None:
    assert [*external] == [*EXTERNAL]
    for name, row in EXTERNAL.items():
        section = external[name]
        assert section.heading == row["statement"]
        (summary,) = re.findall(r"<summary>(.*?)</summary>", section.text)
        summary = html.unescape(summary)
        said = f"; {row['period']}; {row['scope']}; {SEEN[row['seen']]}"
        assert summary.endswith(said), name
        figure = summary.removesuffix(said)
        if row["printed"]:
            assert f"{Decimal(row['printed']):,}" in figure, name
        if row["unit"] != "percent":
            assert figure.endswith(f" {row['unit_as_printed']}"), name
        assert section.only("figure") == f"`{name}`"
        assert section.only("in its words") == row["as_printed"], name
        assert section.only("noun") == row["noun"], name
        source = [row[field] for field in ("publisher", "title", "date") if row[field]]
        assert section.only("source") == ", ".join(source), name
        assert section.only("address") == (row["address"] or "not known"), name
        assert section.only("note") == row["note"], name


def test_each_figure_stands_beside_the_numbers_that_its_row_names(
    external: dict[str, Section],
) -> None:
    scored = 0
    for name, row in EXTERNAL.items():
        shown = external[name].fields["beside ours"]
        beside = [one for one in re.split(r"; *", row["beside"]) if one]
        if not beside:
            assert shown == ["context only"], name
            continue
        assert len(shown) == len(beside), name
        for line, other in zip(shown, beside, strict=True):
            values = EXPECTED["compared"][f"{name} beside {other}"]
            ours, _, rest = line.partition(": ")
            assert rest.startswith(f"{values['quantity']}, "), name
            assert near(ours, values["ours"]), line
            if "ratio" in values:
                has_side = row["qualifier"] in ("over", "at_least", "up_to")
                lies = values["words" if has_side else "rounding"]
                end = {"within": "; agrees", "overlap": "; agrees within rounding"}
                if lies in end:
                    assert line.endswith(end[lies]), line
                else:
                    more = Decimal(values["difference"]) > 0
                    distance = re.search(r"; ([^;]+) (higher|lower) than ours", line)
                    assert distance[2] == ("higher" if more else "lower"), line
                    gap = values["difference"].removeprefix("-")
                    assert near(distance[1], gap), line
                scored += 1
            else:
                assert "agrees" not in line, line
                assert "context only" in line or "not compared" in line, line
    assert scored > 10


# What may be cited --------------------------------------------------------------------


def verdict_template(headline: dict[str, Any]) -> str:
    """The verdict of a headline: its own words, or those of its check."""
    check = headline.get("check", "")
    words = headline.get("shown", "{verdict}")
    return words.replace("{verdict}", said_of(check)) if check else words


def test_each_headline_is_cited_with_its_own_texts(pages: dict[str, str]) -> None:
    found = of_kind(sections(pages["cite"]), "cite")
    assert [*found] == [*HEADLINES]
    for name, headline in HEADLINES.items():
        section, cite = found[name], headline["cite"]
        assert section.heading == " ".join(headline["title"].split())
        (quoted,) = re.findall(r"^> (.*)$", section.text, re.M)
        assert fits(cite["sentence"], plain(quoted)), name
        assert fits(cite["caveat"], section.only("caveat")), name
        check = headline.get("check")
        start = f"[{check}](#check-{check}): " if check else "none; it "
        shown = section.only("check")
        assert shown.startswith(start), name
        assert fits(verdict_template(headline), shown.removeprefix(start)), name
        official = section.fields["official figures"]
        assert len(official) == len(cite["official"]), name
        for line, one in zip(official, cite["official"], strict=True):
            words, *sources = re.split(r" \((?=\[\w+\]\(#external-)", line)
            assert fits(one["words"], words), name
            figures = one.get("figures", [])
            for source, id in zip(sources, figures, strict=True):
                row = EXTERNAL[id]
                assert source.startswith(f"[{id}](#external-{id}), "), name
                for field in ("publisher", "title", "date"):
                    assert row[field] in source, (name, field)
                assert SEEN[row["seen"]] in source, name


# The front page -----------------------------------------------------------------------

#: By hand, from the printed numbers; 3.17 million / 1.105 = 2,868,778 for 2019.
WORKINGS = {
    # 2.87 / 2.2 - 1
    "above_plan": [0.3045],
    # 2,868,778, and 3,170,000 less that
    "growth_since_2019": [2_868_778, 301_222],
    # 2,868,778 less 2,590,000
    "two_figures_of_2019": [278_778],
    "up_to_in_2019": [],
    # 1,600,000 + 301,222
    "approaches_in_2021": [1_901_222],
    # 2 million and 2.5 million, less 1,901,222
    "with_former_detainees": [98_778, 598_778],
}
#: The colour of each verdict: "if" for a match that an assumption or a condition
#: decides, and "apart" for a comparison that the article does not make.
STYLES = {
    "above_plan": "if",
    "growth_since_2019": "ok",
    "two_figures_of_2019": "apart",
    "up_to_in_2019": "no",
    "approaches_in_2021": "if",
    "with_former_detainees": "part",
}


def words_of(tag: Any) -> str:
    return " ".join(tag.get_text().split()) if tag else ""


def test_each_headline_of_the_front_page_has_its_own_texts(
    front: BeautifulSoup,
) -> None:
    blocks = front.select("div.row")
    assert len(blocks) == len(HEADLINES)
    for block, (name, headline) in zip(blocks, HEADLINES.items(), strict=True):
        place = where(CLAIMS[headline["claim"]])
        assert words_of(block.select_one(".q small")) == place
        title = " ".join(headline["title"].split())
        assert words_of(block.select_one(".q")) == f"{title}{place}"
        assert fits(headline["sentence"], words_of(block.select_one(".why"))), name
        assert fits(headline["caveats"], words_of(block.select_one("details p"))), name
        (link,) = block.select(".ft a")
        assert link["href"] == f"{headline['notebook']}.html"
        assert words_of(link) == headline.get("link", "Working")
        (verdict,) = block.select("p.verdict")
        assert verdict["class"] == ["verdict", STYLES[name]]
        assert fits(verdict_template(headline), words_of(verdict)), name


def test_each_calculation_of_the_front_page_is_right(front: BeautifulSoup) -> None:
    for block, (name, results) in zip(
        front.select("div.row"), WORKINGS.items(), strict=True
    ):
        lines = [words_of(line) for line in block.select(".calc span")]
        assert len(lines) == len(results), (name, lines)
        for line, result in zip(lines, results, strict=True):
            work, _, shown = line.rpartition(" = ")
            assert float(read(shown)) == pytest.approx(result, rel=0.005), line
            assert by_hand(work.rpartition(" = ")[2]) == pytest.approx(
                result, rel=0.01
            ), line
        empty = words_of(block.select_one(".calc i"))
        assert empty == ("" if results else "no derivation in this article")


def test_the_key_of_the_front_page_has_the_style_and_sense_of_each_verdict(
    front: BeautifulSoup,
) -> None:
    found = {
        words_of(block.dt): (block.dt["class"][1], words_of(block.dd))
        for block in front.select("dl.key div")
    }
    wanted = {
        "matches, agree": ("ok", "or rounds to the article's number."),
        "matches, if …": ("if", "if the condition named beside the verdict holds"),
        "matches within rounding": ("ok", "any that round to their printed digits"),
        "compatible": ("part", "does not decide whether the article's words hold."),
        "differs": ("two", "Neither the recomputed number nor any other"),
        "two figures apart": ("apart", "that the article does not compare"),
        "cannot be recalculated": ("no", "neither prints nor implies a calculation"),
    }
    assert [*found] == [*wanted]
    for verdict, (style, words) in wanted.items():
        assert found[verdict][0] == style, verdict
        assert words in found[verdict][1], verdict


def test_the_front_page_ends_with_the_tally_and_three_refusals(
    front: BeautifulSoup,
) -> None:
    tally, ours = map(words_of, front.select("section.tally p"))
    assert tally.startswith("Of the six headlines, three match or agree (two of them")
    clauses = [
        entry["clause"]
        for name, entry in ASSUMPTIONS.items()
        if name
        in (
            "persons_per_transfer",
            "persons_per_transfer_drift",
            "at_risk_share_of_new",
            "overlap",
        )
    ]
    assert all(clause in ours for clause in clauses)
    refused = words_of(front.select("section.more p")[-1])
    shown = [" ".join(one["what"].split()) for one in REFUSALS.values()]
    assert refused.startswith(". ".join(shown[:3]) + ". ")
    assert shown[3] not in refused


@pytest.mark.parametrize(
    ("words", "sign", "style"),
    [
        ("matches", "✓", "ok"),
        ("matches within rounding", "✓", "ok"),
        ("would match within rounding", "✓", "ok"),
        ("the two agree", "✓", "ok"),
        ("the two agree within rounding", "✓", "ok"),
        ("compatible", "≈", "part"),
        ("would be compatible", "≈", "part"),
        ("the two are compatible", "≈", "part"),
        ("differs by 2,000", "≠", "two"),
        ("would differ by 2,000", "≠", "two"),
        ("the two differ", "≠", "two"),
        ("cannot be recalculated from this article", "?", "no"),
        ("not computable", "?", "no"),
        ("two figures, 279,000 apart", "↔", "apart"),
        # A condition gives a match a style of its own, and nothing else.
        ("matches, if four assumptions hold", "✓", "if"),
        ("matches, on these assumptions", "✓", "if"),
        ("the two agree, if that holds", "✓", "if"),
        ("compatible, if four assumptions hold", "≈", "part"),
        ("differs by 2,000, on these assumptions", "≠", "two"),
    ],
)
def test_the_words_of_a_verdict_have_its_sign_and_style(
    words: str, sign: str, style: str
) -> None:
    _, shown = report.mark(words)
    assert (shown, report.style(words)) == (sign, style)


# Method -------------------------------------------------------------------------------


def test_the_rule_for_approaches_has_its_two_shares(pages: dict[str, str]) -> None:
    """A tenth short matches, and less than a fifth short is compatible: 1.9 million of
    two million is 5 percent short, and 1.6 million is 20 percent short.
    """
    text = " ".join(pages["methods"].split())
    assert 'up to 10% short of a number matches the word "approaches"' in text
    assert "A result that is less than 20% short is compatible" in text
    short = "more than a tenth short, but less than a fifth"
    assert pages["register"].count(f":reason: {short}") == 3


def test_each_verdict_on_the_page_of_methods_has_its_own_meaning(
    pages: dict[str, str],
) -> None:
    meant = dict(re.findall(r"^([a-z ]+)\n: (.*)$", pages["methods"], re.M))
    assert meant["matches"] == "the value satisfies what the claim asserts"
    assert (
        "some values that round to the printed numbers do"
        in (meant["matches within rounding"])
    )
    assert "the words of its inputs allow a value that does" in meant["compatible"]
    assert meant["differs"].startswith("no value that the printed numbers")


def rows_of(page: str, heading: str) -> list[list[str]]:
    """The cells of the table with a heading, without the heading."""
    _, _, rest = page.partition(f"| {heading} |")
    _, _, *lines = rest.partition("\n\n")[0].splitlines()
    return [plain(line).strip("| ").split(" | ") for line in lines]


def test_the_table_of_results_has_the_kind_and_verdict_of_each(
    pages: dict[str, str],
) -> None:
    wanted = []
    for name, row in CLAIMS.items():
        if row["role"] != "result":
            continue
        judging = judges(row)
        twice = any(CHECKS[one]["kind"] == "repetition" for one in judging)
        verdict = verdict_of_result(row).replace("_", " ")
        grades = [EXPECTED["checks"][one].get("rests_on", "") for one in judging]
        grade = min(grades, key=GRADES.index, default="")
        wanted.append(
            [
                f"[{row['statement']}](#claim-{name})",
                where(row),
                "one thing printed twice" if twice else "a calculation or estimate",
                f"{verdict} on {grade} inputs" if grade else verdict,
                ", ".join(judging) or "none",
            ]
        )
    assert rows_of(pages["methods"], "result") == wanted


def test_the_table_of_solutions_has_the_value_and_range_of_each(
    pages: dict[str, str],
) -> None:
    rows = rows_of(pages["methods"], "solved for")
    assert [row[0] for row in rows] == [row["statement"] for row in SOLUTIONS.values()]
    for (_, value, varied, status), (name, row) in zip(
        rows, SOLUTIONS.items(), strict=True
    ):
        values, entry = EXPECTED["solutions"][name], ASSUMPTIONS[row["solve"]]
        assert near(value, values["value"]), name
        assert span(varied) == (Decimal(entry["low"]), Decimal(entry["high"])), name
        number = Decimal(values["value"])
        is_possible = Decimal(entry["minimum"]) <= number <= Decimal(entry["maximum"])
        is_varied = Decimal(entry["low"]) <= number <= Decimal(entry["high"])
        within = "in range" if is_varied else "out of range"
        assert status == (within if is_possible else "impossible"), name


# Figures and notebooks ----------------------------------------------------------------


def test_each_figure_has_its_own_picture_and_notebooks(pages: dict[str, str]) -> None:
    found = of_kind(sections(pages["figures"]), "figure")
    drawn = {
        name: [
            book
            for book, content in BOOKS.items()
            if name in content["metadata"]["analysis"]["figures"]
        ]
        for name in FIGURES
    }
    assert [*found] == [name for name in FIGURES if drawn[name]]
    for name, section in found.items():
        soup = BeautifulSoup(section.text, "html.parser")
        assert section.heading.lower() == name.replace("_", " ")
        assert soup.img["src"] == f"figures/{name}.svg"
        assert soup.img["alt"] == " ".join(FIGURES[name]["alt"].split())
        (caption,) = soup.select("figcaption")
        caption_parts = re.split(r"\{[^{}]+\}", FIGURES[name]["caption"])
        assert all(
            " ".join(part.split()) in words_of(caption) for part in caption_parts
        ), name
        assert [link["href"] for link in soup.select("a")] == [
            f"figures/{name}.csv",
            f"figures/{name}.svg",
        ]
        books = " and ".join(f"[{title_of(one)}]({one}.ipynb)" for one in drawn[name])
        assert plain(f"Shown in {books}.") in plain(section.text), name


def test_every_notebook_is_in_the_table_of_contents(pages: dict[str, str]) -> None:
    (listed,) = re.findall(r":maxdepth: 1\n\n(.*?)\n```", pages["numbers"], re.S)
    assert listed.split() == [*BOOKS]
