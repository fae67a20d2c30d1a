"""Formulas read as text: which are refused, how they are shown, and that every form of
a formula gives the same result.
"""

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import formulas
from analysis.core.units import maximum, minimum
from analysis.model.expressions import parse, read

FORMULAS = read(formulas)


@pytest.fixture
def formula(tmp_path):
    """Reads functions from a text, as a module of formulas has them."""

    def of(text):
        path = tmp_path / f"made_up_{len(list(tmp_path.iterdir()))}.py"
        path.write_text(
            f"from analysis.core.units import maximum, minimum\n\n\n{text}\n",
            encoding="utf-8",
        )
        spec = importlib.util.spec_from_file_location("made_up", path)
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        return read(made)

    return of


# What is refused ----------------------------------------------------------------------

NOT = "'{0}' is not made of names, numbers, + - * / and brackets"
UNKNOWN = "'{0}' is not one of its parameters"
ASSIGN = "it may only assign names and return, not do this: {0}"
END = "it must end in a return"
PLAIN = "it may have plain parameters only"


@pytest.mark.parametrize(
    ("source", "sentence", "part"),
    [
        (
            "(a):\n for _ in range(2):\n  a = a + 1\n return a",
            ASSIGN,
            "for _ in range(2):",
        ),
        ("(a):\n if a > 1:\n  return a\n return 1", ASSIGN, "if a > 1:"),
        ("(a):\n a += 1\n return a", ASSIGN, "a += 1"),
        ("(a):\n one, two = a, a\n return one + two", ASSIGN, "one, two = (a, a)"),
        ("(a):\n b: float = a\n return b", ASSIGN, "b: float = a"),
        ("(a):\n a = 1", END, ""),
        ("(a):\n return", ASSIGN, "return"),
        ("(a):\n 'Words alone.'", END, ""),
        *(
            (f"(a, b):\n return {part}", NOT, part)
            for part in (
                "a if a else 1",
                "a > b",
                "abs(a)",
                "minimum(a, b, a)",
                "minimum(a, two=1)",
                "a.real",
                "True",
                "'2'",
                "a // b",
                "a % b",
                "a[0]",
                "not a",
                "1j",
                "[a]",
            )
        ),
        ("(a, b):\n return BEYOND", UNKNOWN, "BEYOND"),
        ("(a, b):\n return minimum", UNKNOWN, "minimum"),
        ("(a, b=1):\n return a + b", PLAIN, ""),
        ("(a, *, b):\n return a + b", PLAIN, ""),
        ("(a, b, /):\n return a + b", PLAIN, ""),
        ("(*a):\n return 1", PLAIN, ""),
        ("(**a):\n return 1", PLAIN, ""),
    ],
)
def test_a_formula_that_is_no_straight_line_is_refused_by_name(
    formula, source, sentence, part
):
    with pytest.raises(ValueError, match=r"^the formula ") as refused:
        formula(f"def q{source}")
    assert str(refused.value) == f"the formula made_up.q: {sentence.format(part)}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a +",
        "a; b",
        "a = 1",
        "a ^ 2",
        "'5'",
        "True",
        "a[0]",
        "abs(a)",
        "a.b.c",
        "a < b",
        "a and b",
        "a // b",
        "1j",
        "__import__('os').getcwd()",
        "(" * 300 + "a" + ")" * 300,
        "minimum(a)",
        "lambda: a",
        "not a",
        "+a",
    ],
)
def test_a_text_that_is_no_arithmetic_is_refused(text):
    with pytest.raises(
        ValueError, match=r"' is not made of names, numbers, \+ - \* / and brackets$"
    ):
        parse(text)


def test_two_formulas_of_one_name_are_refused(formula):
    with pytest.raises(
        ValueError, match=r"^two formulas are called q: give one of them another name$"
    ):
        formula("def q():\n return 1\n\n\ndef q():\n return 2")


# What is shown ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a - (b - c)", "a − (b − c)"),
        ("(a - b) - c", "a − b − c"),
        ("a / (b * c)", "a ÷ (b × c)"),
        ("a * (b / c)", "a × b ÷ c"),
        ("a / b / c", "a ÷ b ÷ c"),
        ("(a + b) * c", "(a + b) × c"),
        ("a + b * c", "a + b × c"),
        ("-(a + b)", "−(a + b)"),
        ("-a * b", "−a × b"),
        ("a - -b", "a − −b"),
        ("(a + b) ** 2", "(a + b) ^ 2"),
        ("(a ** 2) ** 3", "(a ^ 2) ^ 3"),
        ("1000000 * a", "1,000,000 × a"),
        ("0.5 * a", "0.5 × a"),
        ("minimum(a, b + c) * 2", "(the smaller of a and (b + c)) × 2"),
        ("maximum(a, minimum(b, c))", "the larger of a and (the smaller of b and c)"),
    ],
)
def test_brackets_stand_where_they_are_needed(text, shown):
    assert parse(text).text({}) == shown


def test_names_are_shown_as_they_are_given():
    assert (
        parse("at.low - b").text({"at.low": "2 million", "b": "5 percent"})
        == "2 million − 5 percent"
    )
    assert parse("a - b").text({"a": "2", "b": "−1"}) == "2 − (−1)"
    assert parse("at.low - b").needs == ("at.low", "b")


def test_assigned_names_are_put_in(formula):
    words = '"""The one over\n the other.\n\n More."""'
    text = (
        f"def q(a, b):\n {words}\n half = b / 2\n rest = a - half\n return rest / half"
    )
    made = formula(text)["q"]
    assert made.text({}) == "(a − b ÷ 2) ÷ (b ÷ 2)"
    assert (made.needs, made.words) == (("a", "b"), "The one over the other.")
    assert made.compiled(7.0, 2.0) == 6.0  # (7 - 1) / 1
    assert parse("(a - b / 2) / (b / 2)").compiled(7.0, 2.0) == 6.0


def test_a_name_assigned_again_has_its_latest_value(formula):
    assert formula("def q(a):\n b = a\n b = b + a\n return b")["q"].text({}) == "a + a"
    with pytest.raises(ValueError, match="'c' is not one of its parameters"):
        formula("def q(a):\n b = c\n c = a\n return b")


# What is computed ---------------------------------------------------------------------
@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1))
def test_source_and_shown_text_compute_what_the_function_does(name, seed):
    made = FORMULAS[name]
    values = dict(
        zip(
            made.needs,
            np.random.default_rng(seed).uniform(0.5, 3, len(made.needs)).tolist(),
            strict=True,
        )
    )
    expected = made.function(**values)
    scope = {
        "minimum": minimum,
        "maximum": maximum,
        **{f"{need}_": value for need, value in values.items()},
    }
    assert eval(
        made.source({need: f"{need}_" for need in values}), scope
    ) == pytest.approx(expected, rel=1e-12)
    if not made.under_extremes:
        python = (
            made.text({})
            .translate(str.maketrans("−×÷^", "-*/~"))
            .replace("~", "**")
            .replace(",", "")
        )
        assert eval(python, {}, values) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "names"),
    [("a + b", ""), ("minimum(a, b) * c", "ab"), ("maximum(2 * a, 1)", "a")],
)
def test_what_a_choice_is_made_from_is_seen(text, names):
    assert parse(text).under_extremes == {*names}


@pytest.mark.parametrize(
    "text", ["9**9**9", "a ** b", "2 ** 0.5", "2 ** 10", "a ** -10"]
)
def test_a_power_that_might_never_end_is_refused(text):
    with pytest.raises(ValueError, match="has a power that is not a whole number"):
        parse(text)


def test_powers_of_powers_and_long_sums_come_to_an_end():
    # 9^9^3 has 696 digits; a float has no such number, and says so at once.
    with pytest.raises(OverflowError):
        parse("((9**9)**9)**9").compiled()
    for text in ("1+" * 3000 + "1", "(" * 100_000 + "1" + ")" * 100_000):
        with pytest.raises(ValueError, match="is not made of names, numbers"):
            parse(text)
