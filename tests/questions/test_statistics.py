"""Statistics of questions against numbers worked by hand."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.questions import Response, choice_texts, item_statistics, validated_question
from lms.questions.html import digest
from lms.questions.statistics import correlation, facility, upper_lower_index
from tests.questions.samples import GAPS, MATCHING, SINGLE

# Five people, three questions, 1 for right:      A  B  C   total   rest of A
TABLE = {"an": (1, 1, 1), "bo": (1, 1, 0), "cy": (1, 0, 0), "di": (0, 1, 0), "ed": (0, 0, 0)}


def responses():
    return [
        Response(person, question, points, 1, "x" if points else None)
        for person, row in TABLE.items()
        for question, points in zip("ABC", row, strict=True)
    ]


def test_difficulty_is_the_share_of_the_points():
    figures = item_statistics(responses())
    assert [figures[question].difficulty for question in "ABC"] == [0.6, 0.6, 0.2]
    assert facility([1, 0.5, 0, 0.5]) == 0.5
    with pytest.raises(ValueError, match="no scores"):
        facility([])


def test_discrimination_is_the_correlation_with_the_rest():
    """A: scores 1 1 1 0 0, rest 2 1 0 1 0. Means 0.6 and 0.8; sums of squares 1.2 and 2.8; of products
    0.4*1.2 + 0.4*0.2 + 0.4*-0.8 + -0.6*0.2 + -0.6*-0.8 = 0.6; so r = 0.6 / sqrt(1.2 * 2.8) = 0.3273.
    C: scores 1 0 0 0 0, rest 2 2 1 1 0. Sums of squares 0.8 and 2.8, of products 0.8; r = 0.8 / sqrt(2.24) = 0.5345."""
    figures = item_statistics(responses())
    assert figures["A"].discrimination == pytest.approx(0.3273, abs=1e-4)
    assert figures["C"].discrimination == pytest.approx(0.5345, abs=1e-4)


def test_it_is_the_point_biserial_correlation_for_right_or_wrong():
    """Rest of those right on A: 2 1 0, mean 1; wrong: 1 0, mean 0.5; s of 2 1 0 1 0 is sqrt(0.56); p = 0.6:
    (1 - 0.5) / 0.7483 * sqrt(0.6 * 0.4) = 0.3273."""
    formula = (1 - 0.5) / 0.56**0.5 * (0.6 * 0.4) ** 0.5
    assert item_statistics(responses())["A"].discrimination == pytest.approx(formula)


def test_the_upper_and_the_lower_27_percent():
    """Of 11 people, 27% are 3: the best three score 1 1 0.5 on the question, the weakest 0 0.5 0: 2.5/3 - 0.5/3."""
    scores = [1, 1, 0.5, 1, 0, 0, 1, 0, 0, 0.5, 0]
    pairs = [(score, 20 - place) for place, score in enumerate(scores)]
    assert upper_lower_index(pairs) == pytest.approx(2 / 3)


def test_those_who_tie_at_the_border_share_the_places_that_are_left():
    """Four people, one in a group; two tie for the best, with 1 and 0: 0.5. The weakest has 0."""
    assert upper_lower_index([(1, 9), (0, 9), (1, 5), (0, 1)]) == 0.5


def test_too_few_answers_and_answers_that_are_all_alike_say_nothing():
    assert correlation([(1, 1), (0, 0)]) is None
    assert correlation([(1, 1), (1, 0), (1, 0.5)]) is None
    assert upper_lower_index([(1, 1)] * 3) is None
    alone = item_statistics([Response(person, "only", person % 2, 1) for person in range(10)])["only"]
    assert (alone.answers, alone.difficulty, alone.discrimination) == (10, 0.5, None)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), min_size=4, max_size=30))
def test_figures_stay_within_their_bounds_and_do_not_depend_on_the_order(rows):
    given_ = [Response(p, q, points, 4) for p, row in enumerate(rows) for q, points in enumerate(row)]
    figures = item_statistics(given_)
    for one in figures.values():
        assert 0 <= one.difficulty <= 1
        assert one.discrimination is None or -1 <= one.discrimination <= 1
        assert -1.000001 <= one.upper_lower <= 1.000001
    Random(1).shuffle(given_)
    again = item_statistics(given_)
    for question, one in figures.items():
        assert again[question].upper_lower == pytest.approx(one.upper_lower)
        assert again[question].discrimination == pytest.approx(one.discrimination)


def test_what_is_chosen_is_counted_and_has_words():
    definition = validated_question(SINGLE)
    answers = [digest("Paper"), digest("Fat"), digest("Paper"), None]
    rows = [Response(person, "q", 0, 1, answer, "single") for person, answer in enumerate(answers)]
    chosen, texts = item_statistics(rows)["q"].chosen, choice_texts(definition)
    assert {texts.get(key, key): number for key, number in chosen.items()} == {"Paper": 2, "Fat": 1, "": 1}


@pytest.mark.parametrize(
    ("answer", "kind", "expected"),
    [
        (True, "truefalse", {"true": 1}), (["a", "b"], "multiple", {"a": 1, "b": 1}),
        (["a", "b"], "ordering", {"a b": 1}),
        ("Paris", "shorttext", {"paris": 1}), (2.50, "numeric", {"2.5": 1}),
        ({"1": 3.0, "2": "X"}, "gaps", {"1 3": 1, "2 x": 1}),
    ],
)  # fmt: skip
def test_each_kind_of_answer_is_counted_in_its_way(answer, kind, expected):
    assert item_statistics([Response(1, "q", 0, 1, answer, kind)])["q"].chosen == expected


def test_words_for_pairs_and_gaps():
    pairs = choice_texts(validated_question(MATCHING))
    assert pairs[f"{digest('Stop')} {digest('Green')}"] == "Stop – Green"
    assert choice_texts(validated_question(GAPS))[f"3 {digest('two')}"] == "3: two"
