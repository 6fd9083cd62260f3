"""What answers are worth, by example and as properties."""

import copy
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.errors import Invalid
from lms.questions import for_learner, grade, read_answer, right_answer, validated_question
from lms.questions.grading import matches
from lms.questions.html import digest
from tests.questions.drawn import answers, questions
from tests.questions.samples import (
    ALL,
    GAPS,
    MATCHING,
    MULTIPLE,
    NUMERIC,
    ORDERING,
    SHORT_TEXT,
    SINGLE,
    TRUE_FALSE,
)

quick = settings(max_examples=60, deadline=None)


def ids(*texts):
    return [digest(text) for text in texts]


def points(data, raw):
    definition = validated_question(data)
    return grade(definition, read_answer(definition, raw)).points


@quick
@given(questions())
def test_the_right_answer_earns_every_point(definition):
    answer = right_answer(definition)
    assert read_answer(definition, answer) == answer
    result = grade(definition, answer)
    assert (result.points, result.of, result.correct) == (definition["points"], definition["points"], True)


@quick
@given(st.data())
def test_no_answer_earns_less_than_nothing_or_more_than_everything(data):
    definition = data.draw(questions())
    result = grade(definition, read_answer(definition, data.draw(answers(definition))))
    assert 0 <= result.points <= result.of == definition["points"]
    assert result.correct == (result.points == result.of)


@quick
@given(st.data())
def test_the_order_of_options_does_not_matter(data):
    definition = data.draw(questions(kinds=("single", "multiple", "shorttext", "numeric", "matching")))
    answer = read_answer(definition, data.draw(answers(definition)))
    other = copy.deepcopy(definition)
    own = {"single": "options", "multiple": "options", "shorttext": "variants", "numeric": "numbers"}
    name = own.get(definition["kind"], "pairs")
    other[name] = data.draw(st.permutations(definition[name]))
    assert grade(other, answer).points == grade(definition, answer).points


@pytest.mark.parametrize("data", ALL, ids=lambda data: data["kind"])
def test_no_answer_is_worth_nothing_and_gets_the_general_words(data):
    definition = validated_question({**data, "feedback": {"incorrect": "No.", "general": "Read page 3."}})
    result = grade(definition, read_answer(definition, None))
    assert (result.points, result.correct, result.feedback) == (0, False, ["No.", "Read page 3."])


@pytest.mark.parametrize(
    ("data", "raw", "expected"),
    [
        (SINGLE, ids("Paper")[0], 1),
        (SINGLE, ids("Fat")[0], 0),
        (MULTIPLE, ids("Iron", "Zinc"), 4),
        (MULTIPLE, ids("Iron"), 2),
        (MULTIPLE, ids("Iron", "Zinc", "Coal"), 2),
        (MULTIPLE, ids("Iron", "Zinc", "Coal", "Sulphur"), 0),
        (MULTIPLE, ids("Coal"), 0),
        ({**MULTIPLE, "scoring": "all"}, ids("Iron"), 0),
        (TRUE_FALSE, "true", 1),
        (TRUE_FALSE, "false", 0),
        (SHORT_TEXT, " paris ", 1),
        (SHORT_TEXT, "Parris", 0.5),
        (SHORT_TEXT, "Rome", 0),
        ({**SHORT_TEXT, "case_sensitive": True}, "PARIS", 0),
        (NUMERIC, "100,5", 1),
        (NUMERIC, "100.51", 0.5),
        (NUMERIC, 95, 0.5),
        (NUMERIC, "94.999", 0),
        (ORDERING, ids("Look", "Call", "Act", "Tell"), 3),
        (ORDERING, ids("Tell", "Look", "Call", "Act"), 2),
        (ORDERING, ids("Tell", "Act", "Call", "Look"), 0),
        ({**ORDERING, "scoring": "all"}, ids("Tell", "Look", "Call", "Act"), 0),
        (MATCHING, {digest("Stop"): digest("Red"), digest("Wait"): digest("Green")}, 1),
        (MATCHING, {digest("Stop"): digest("Red"), digest("Wait"): ""}, 1),
        (GAPS, {"1": "112", "2": "Where you are", "3": digest("ten")}, 3),
        (GAPS, {"1": "911", "3": digest("two")}, 1),
    ],
)
def test_partial_credit(data, raw, expected):
    assert points(data, raw) == expected


def test_weights_decide_where_an_author_sets_them():
    weights = {"a": 100, "b": 60, "c": -50}
    data = {**SINGLE, "options": [{"text": text, "weight": weight} for text, weight in weights.items()]}
    assert [points(data, digest(text)) for text in "abc"] == [1, 0.6, 0]
    thirds = [{"text": text, "weight": 33.33333} for text in "abc"] + [{"text": "d", "weight": -100}]
    assert points({**MULTIPLE, "options": thirds}, ids("a", "b", "c")) == 4
    assert points({**MULTIPLE, "options": thirds}, ids("a", "b", "c", "d")) == 0


def test_decimals_are_decimals():
    assert points({"kind": "numeric", "text": "?", "numbers": [{"value": 0.2, "tolerance": 0.1}]}, "0.3") == 1


def test_feedback_of_the_option_comes_before_that_of_the_question():
    definition = validated_question({**SINGLE, "feedback": {"correct": "Well done.", "general": "See page 2."}})
    assert grade(definition, digest("Paper")).feedback == ["Right, water cools.", "Well done.", "See page 2."]


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("blue", "Blue", True), ("blue*", "bluegreen", True), ("*blue", "green blue", True), ("b*e", "be", True),
        ("b*e", "e", False), ("a*b*c", "a-b-c", True), ("a*b*c", "acb", False), ("*", "anything", True),
        (r"2\*2", "2*2", True), (r"2\*2", "2x2", False), ("ab*ba", "aba", False), ("caf\u00e9", "cafe\u0301", True),
    ],
)  # fmt: skip
def test_asterisks_stand_for_any_characters(pattern, text, fits):
    assert matches(pattern, text, case_sensitive=False) is fits


def test_a_pattern_of_many_asterisks_takes_no_time():
    began = time.perf_counter()
    assert not matches("a*" * 200 + "b", "a" * 1000, case_sensitive=False)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("data", "raw"),
    [
        (SINGLE, "nothing"), (SINGLE, {"a": 1}), (SINGLE, [1]), (SINGLE, 1), (MULTIPLE, ["nothing"]), (MULTIPLE, [[]]),
        (MULTIPLE, 3), (TRUE_FALSE, "maybe"), (TRUE_FALSE, ["x"]), (SHORT_TEXT, ["x"]), (SHORT_TEXT, "x" * 1001),
        (NUMERIC, "about ten"), (NUMERIC, "1e999"), (NUMERIC, "nan"), (NUMERIC, True), (NUMERIC, [1]),
        (NUMERIC, "1_000"), (ORDERING, ["a"]), (ORDERING, ids("Look", "Look", "Act", "Tell")), (ORDERING, 4),
        (ORDERING, [[], [], [], []]), (MATCHING, "x"), (MATCHING, {"x": "y"}), (MATCHING, {digest("Stop"): "y"}),
        (GAPS, {"4": "x"}), (GAPS, {"1": "x"}), (GAPS, {"3": "x"}), (GAPS, 7), (GAPS, {1: "x"}),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused(data, raw):
    with pytest.raises(Invalid):
        read_answer(validated_question(data), raw)


@quick
@given(st.data())
def test_any_json_is_an_answer_or_refused(data):
    definition = data.draw(questions())
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=5,
    )
    try:
        answer = read_answer(definition, data.draw(anything))
    except Invalid:
        return
    assert 0 <= grade(definition, answer).points <= definition["points"]


@quick
@given(st.data(), st.integers(0, 10**9))
def test_what_a_learner_sees_does_not_depend_on_the_solution(data, seed):
    """Two questions that differ in what is right, in weights and in feedback, and in nothing else, look the same."""
    definition = data.draw(questions())
    other = with_another_solution(data, definition)
    assert for_learner(other, seed) == for_learner(definition, seed)


def with_another_solution(data, definition):
    other = copy.deepcopy(definition)
    other["feedback"] = dict.fromkeys(other["feedback"], "Something else.")
    other["scoring"] = "all"
    match definition["kind"]:
        case "single" | "multiple":
            solve_options(data, other["options"])
        case "truefalse":
            other["answer"] = not definition["answer"]
        case "shorttext":
            other |= {"variants": [{"text": "x", "weight": 100, "feedback": ""}], "case_sensitive": True}
        case "numeric":
            other["numbers"] = [{"value": 5, "tolerance": 1, "weight": 100, "feedback": ""}]
        case "ordering":
            other["items"] = data.draw(st.permutations(definition["items"]))
        case "matching":
            texts = [*(pair["right"] for pair in definition["pairs"]), *definition["extra"]]
            texts = data.draw(st.permutations(sorted(set(texts))))
            for number, pair in enumerate(other["pairs"]):
                pair["right"] = texts[number % len(texts)]
            other["extra"] = texts
            other["pairs"] = data.draw(st.permutations(other["pairs"]))
        case "gaps":
            for gap in other["gaps"]:
                gap |= {"variants": [], "numbers": [], "case_sensitive": False, "weight": 3}
                solve_options(data, gap["options"])
    return other


def solve_options(data, options):
    for option in options:
        option |= {"correct": data.draw(st.booleans()), "weight": data.draw(st.integers(-100, 100)), "feedback": "No."}


@quick
@given(questions(), st.integers(0, 10**9))
def test_the_same_seed_gives_the_same_order(definition, seed):
    assert for_learner(definition, seed) == for_learner(copy.deepcopy(definition), seed)


def test_another_seed_gives_another_order_and_an_order_that_matters_is_kept():
    definition = validated_question(ORDERING)
    orders = {tuple(item["text"] for item in for_learner(definition, seed)["items"]) for seed in range(100)}
    assert len(orders) > 15
    fixed = validated_question({**SINGLE, "shuffle": False})
    assert {for_learner(fixed, seed)["options"][0]["text"] for seed in range(10)} == {"Paper"}
