"""Worked steps: each line recomputes from the digits that it shows."""

import html

from analysis.model.model import ARTICLE, Model
from analysis.render.headlines import headlines
from analysis.render.paragraphs import WIDTH
from analysis.render.places import settled_places
from analysis.render.steps import Step, Steps
from analysis.study import Study
from tests.reading import by_hand, place
from tests.small import claim, formula, small_model


def worked(model: Model) -> list[tuple[str, Step]]:
    """Every quantity under every reading that has a formula."""
    found = []
    for quantity, readings in model.sources.items():
        for reading, source in readings.items():
            if source.expression and quantity in model.quantities:
                name = f"{quantity}.{reading}" if len(readings) > 1 else quantity
                found.append((name, Steps(model, ARTICLE, [name], depth=0).steps[0]))
    return found


def test_each_step_recomputes_from_the_digits_that_it_shows(model: Model) -> None:
    steps = worked(model)
    assert len(steps) > 50
    for name, step in steps:
        *_, put_in, result = step.lines
        if "in words" not in put_in:
            half = float(place(result)) / 2
            assert abs(by_hand(put_in) - by_hand(result)) <= 1.000001 * half, (
                name,
                step,
            )


def test_a_headline_by_hand(article: Study) -> None:
    # 3.17 / 1.105 = 2.8688, and 1.6 + 3.17 - 2.8688 = 1.9012. The last headline takes
    # it from 2 million, which leaves 98,778: 99,000 is what 1.901 million leaves.
    # 1 - 1.901 / 2 = 4.95 percent.
    assert repr(article.steps("at_risk_2021", depth=1)).splitlines()[:5] == [
        "at risk 2021 = at risk 2019 + net new persons × at risk share of new",
        "             = 1.6 million + 301,000 × 1",
        "             = 1.901 million    at most",
        '    printed: "likely approaches two million" (section on scale, paragraph 3):',
        "    matches, at least 99,000 or 4.95 percent short",
    ]


def test_a_factor_that_only_serves_units_is_not_shown(article: Study) -> None:
    # Five years of 2.2 million a year, times a year, are 11 million.
    (step,) = article.steps("planned_total_2016_2020", depth=0).steps
    assert step.lines == (
        "= planned transfers 2016–2020 × years 2016–2020",
        "= 2.2 million × 5",
        "= 11 million",
    )


def test_a_tie_in_decimals_is_rounded_as_by_hand(article: Study) -> None:
    # 3.17 x 0.5 = 1.585, of which a half is up.
    study = article.change(persons_per_transfer=0.5)
    assert "= 1.59 million" in repr(study.steps("persons_2021", depth=0))


def test_every_line_fits_a_terminal(article: Study) -> None:
    lines = repr(article.steps(*article.model.quantities)).splitlines()
    assert [line for line in lines if len(line) > WIDTH] == []


def test_an_input_in_words_leaves_no_number(article: Study) -> None:
    total, *_, detainees, overlap = article.steps("at_risk_total").steps
    assert total.lines[1:] == ("= 1.901 million + in words × (1 − 0)", "= no value")
    assert (detainees.lines, overlap.lines) == (("= in words",), ("= 0",))
    # Three hundred thousand instead: 1.9012 + 0.3, to three digits 2.20.
    steps = article.change(former_detainees="floor").steps("at_risk_total").steps
    assert steps[0].lines[-1] == "= 2.2 million"


def test_a_changed_setting_is_worked_with_its_own_numbers_and_remarks(
    article: Study,
) -> None:
    # 0.55 x 0.301222 = 0.165672; 1.765672 - 0.55 x 3.17 = 0.022172
    text = " ".join(
        repr(article.change(persons_per_transfer=0.55).steps("at_risk_2021")).split()
    )
    for words in (
        "= 1.6 million + 166,000 × 1 = 1.766 million",
        "0.55 as set",
        "remark: 22,200 more persons than",
    ):
        assert words in text


def test_each_quantity_that_is_named_has_its_steps_and_its_verdict(
    article: Study,
) -> None:
    # 1.65 million x 0.95, and 0.94 million x 0.5 more.
    both = repr(article.steps("at_risk_2019.southern", "at_risk_2019.composition"))
    assert both.index("= 1.57 million") < both.index("= 2.04 million")
    beside = repr(article.steps("at_risk_2021", "at_risk_2019.southern"))
    assert beside.index("= 1.901 million") < beside.index("= 1.57 million")
    # What one named quantity needs may be named as well, before or after it.
    verdict = 'printed: "approximately 300,000 persons" (note 4): matches'
    for names in (
        ("at_risk_2021", "net_new_persons"),
        ("net_new_persons", "at_risk_2021"),
    ):
        steps = " ".join(repr(article.steps(*names)).split())
        assert steps.count(verdict) == 1
        assert steps.count("net new persons = persons 2021") == 1


def test_a_quantity_past_a_limit_has_no_value_and_says_why(article: Study) -> None:
    # 1.05 persons per transfer in 2021: persons of 2021 and the increase are refused,
    # those of 2019 are not.
    study = article.change(persons_per_transfer_drift=1.05)
    steps = study.steps("net_new_persons").steps
    refused = {step.label for step in steps if step.lines[-1] == "= no value"}
    assert refused == {"net new persons", "persons 2021", "persons per transfer 2021"}
    assert "would be 1.05" in steps[0].notes[0]


def test_a_division_by_zero_ends_in_the_sentence(article: Study) -> None:
    # (2 million - 1.901 million) / (1 - 1)
    study = article.change(overlap=1, former_detainees="from_low_end")
    steps = repr(study.steps("former_detainees", depth=0))
    assert "÷ (1 − 1)" in steps
    said = (
        "former_detainees has no finite value: its reading 'from_low_end' "
        "divides by zero."
    )
    assert said in " ".join(steps.split())


def test_steps_are_escaped_in_a_page(article: Study) -> None:
    steps = article.steps("at_risk_2021", depth=0)
    assert steps._repr_html_() == f'<pre class="steps">{html.escape(repr(steps))}</pre>'


def test_a_result_reads_as_in_the_headlines_on_every_screen(article: Study) -> None:
    # 3.17 / 1.105 = 2.8688, of which the increase takes four digits: 3.17 - 2.869 is
    # 0.301, and 3.17 - 2.87 would be 0.3.
    (step,) = article.steps("transfers_2019", depth=0).steps
    assert step.lines[-1] == "= 2.869 million"
    working = headlines(article.model)[1].working
    assert working[0].endswith("= 2.869 million")


def test_a_result_has_two_digits_only_where_the_line_gives_them_exactly(
    article: Study,
) -> None:
    # 2.5 - 1.901222 = 0.598778, over 0.7 it is 0.855398. 1.901 would give 0.855714, and
    # 1.9012 gives 0.855429: so that line has 1.9012, and no other line has.
    study = article.change(overlap=0.3, former_detainees="from_high_end")
    detainees, *others = study.steps("former_detainees", depth=1).steps
    assert detainees.lines[1:] == (
        "= (2.5 million − 1.9012 million) ÷ (1 − 0.3)",
        "= 855,000",
    )
    (at_risk,) = [step for step in others if step.quantity == "at_risk_2021"]
    assert at_risk.lines[-1] == "= 1.901 million"
    # 2 - 1.901 = 0.099, exactly.
    study = article.change(former_detainees="from_low_end")
    (detainees,) = study.steps("former_detainees", depth=0).steps
    assert detainees.lines[1:] == (
        "= (2 million − 1.901 million) ÷ (1 − 0)",
        "= 99,000",
    )


def test_a_median_has_no_more_digits_than_a_computed_number(article: Study) -> None:
    study = article.change(former_detainees=600_000, overlap=("beta", 8, 2))
    # The median of this distribution is 0.8204 to four digits, from its density
    # 72 x^7 (1 - x): 9 x^8 - 8 x^9 is 0.5 there.
    assert abs(9 * 0.8204**8 - 8 * 0.8204**9 - 0.5) < 1e-4
    lines = "\n".join(shown_lines(study))
    assert "600,000 × (1 − 0.8204)" in lines
    # Where a line needs more digits to recompute, it has them, as others have.
    assert "0.820380388" not in lines
    assert "0.8203" not in str(study["at_risk_total"])
    # A number that somebody sets keeps all its digits.
    chosen = article.change(former_detainees=600_000, overlap=0.820380388)
    assert "600,000 × (1 − 0.820380388)" in "\n".join(shown_lines(chosen))


def shown_lines(study: Study) -> list[str]:
    """The worked steps of the total, and the headlines with their sentences."""
    shown = [*study.headlines().why, *map(str, study.headlines().working)]
    return [*shown, str(study.steps("at_risk_total"))]


def test_a_ratio_of_one_is_no_plural(article: Study) -> None:
    sentence = article.change(at_risk_share_of_new=0.7).headlines().why.tolist()[4]
    assert "a ratio of persons to transfers of 1 in 2019 and of 1 in 2021" in sentence


def test_a_line_that_divides_by_what_a_screen_shows_as_none_is_left_as_it_is():
    # 0.3 persons are shown as 0, so the line can't be recomputed from the screen.
    model = small_model(
        formula("few(x) = x"),
        formula("twice(x, few) = x / few"),
        claims=[claim("printed_x", "0.3", unit="person")],
    )
    plan = model.plan("twice")
    assert plan.value == 1
    assert settled_places(model, ARTICLE, [(plan, "twice")])["few", 0.3] == 0
