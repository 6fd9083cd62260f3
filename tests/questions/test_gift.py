"""GIFT: what its documentation shows is read, and what it can hold survives being written and read."""

import pytest
from hypothesis import given, settings

from lms.questions import grade, read_answer, validated_question
from lms.questions.formats import Item, read_file, write_file
from lms.questions.html import digest
from tests.questions.drawn import questions
from tests.questions.samples import ALL, SINGLE


def read(text):
    return read_file(text.encode(), "gift")


def one(text):
    found = read(text)
    assert found.lines == []
    (item,) = found.items
    return item


def worth(item, raw):
    return grade(item.definition, read_answer(item.definition, raw)).points


def test_single_choice_with_feedback_and_comment():
    item = one("""// a comment
::Q1:: Who is buried
in Grant's tomb? {
=no one # Right, it is a trick.
~Grant # He lies above the ground.
~Napoleon
}
""")
    assert (item.title, item.definition["kind"]) == ("Q1", "single")
    assert item.definition["text"] == "Who is buried<br>in Grant's tomb?"
    assert [row["feedback"] for row in item.definition["options"]][:2] == [
        "Right, it is a trick.", "He lies above the ground.",
    ]  # fmt: skip
    assert worth(item, digest("no one")) == 1


def test_weights_for_partly_right_choices():
    item = one("Where is he? {~%50%Grant ~%50%nobody ~%-100%Lee}")
    assert item.definition["kind"] == "multiple"
    assert worth(item, [digest("Grant")]) == 0.5
    assert worth(item, [digest("Grant"), digest("Lee")]) == 0
    assert worth(one("Colour? {=red ~%50%pink ~blue}"), digest("pink")) == 0.5


@pytest.mark.parametrize(("answer", "expected"), [("T", True), ("TRUE", True), ("F", False), ("false", False)])
def test_true_or_false(answer, expected):
    assert one(f"The sun rises in the east.{{{answer}}}").definition["answer"] is expected


def test_true_or_false_with_feedback_for_wrong_and_for_right():
    definition = one("Grant was buried.{FALSE#Nobody was buried.#Well done.####See page 3.}").definition
    assert definition["feedback"] == {
        "incorrect": "Nobody was buried.", "correct": "Well done.", "partial": "", "general": "See page 3.",
    }  # fmt: skip


def test_short_answers_with_weights_asterisks_and_without_an_equals_sign():
    item = one("Two plus two is {=four =4 =%50%fo*#Nearly.}")
    assert item.definition["kind"] == "shorttext"
    assert [worth(item, raw) for raw in ("Four", "4", "fooour", "five")] == [1, 1, 0.5, 0]
    assert worth(one("Who wrote it? {Grant}"), "grant") == 1


def test_numbers_with_tolerance_ranges_and_several_answers():
    assert worth(one("When was Grant born? {#1822:5}"), "1827") == 1
    assert worth(one("What is pi, to three decimals? {#3.141..3.142}"), "3.1415") == 1
    item = one("When was Grant born? {#\n=1822:0 # Exactly.\n=%50%1822:2 # Nearly.\n~# Not at all.\n}")
    assert [worth(item, raw) for raw in (1822, 1824, 1825)] == [1, 0.5, 0]
    assert item.definition["feedback"]["incorrect"] == "Not at all."
    assert worth(one("How cold? {#-3:0.5}"), "-3.5") == 1
    assert worth(one("How cold? {#=-5..-1}"), "-2") == 1


def test_matching_with_extra_wrong_answers():
    item = one("Match the capitals. {\n=Canada -> Ottawa\n=Italy -> Rome\n=Japan -> Tokyo\n= -> Paris\n}")
    assert item.definition["kind"] == "matching"
    assert [pair["right"] for pair in item.definition["pairs"]] == ["Ottawa", "Rome", "Tokyo"]
    assert item.definition["extra"] == ["Paris"]


def test_a_missing_word_is_a_gap():
    choice = one("Mahatma Gandhi's birthday is a {~feast =holiday ~fast} in India.")
    assert choice.definition["text"] == "Mahatma Gandhi's birthday is a [[1]] in India."
    assert worth(choice, {"1": digest("holiday")}) == 1
    word = one("The {=sun =Sun#Right.} is a star.")
    assert worth(word, {"1": "SUN"}) == 1
    number = one("A week has {#7} days.")
    assert worth(number, {"1": "7"}) == 1
    assert one("Ice {T} floats.").definition["text"] == "Ice _____ floats."


def test_escaped_signs_are_text():
    item = one(r"Which is 4 \= 2 \+ 2 \{really\}\: {=2 \= 2\~\#1 ~C\:\\temp ~a\nb}")
    assert item.definition["text"] == r"Which is 4 = 2 \+ 2 {really}:"
    assert [row["text"] for row in item.definition["options"]] == ["2 = 2~#1", r"C:\temp", "a<br>b"]


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("[html]", "<b>a</b> &amp; b"), ("[plain]", "&lt;b&gt;a&lt;/b&gt; &amp;amp; b"),
        ("[moodle]", "<b>a</b> &amp; b"), ("[markdown]", "<p><b>a</b> &amp; b</p>"), ("", "<b>a</b> &amp; b"),
    ],
)  # fmt: skip
def test_formats_of_text(mark, expected):
    assert one(f"::x::{mark}<b>a</b> &amp; b{{T}}").definition["text"] == expected


def test_markdown_becomes_html():
    assert "<strong>bold</strong>" in one("[markdown]Is **bold** bold? {T}").definition["text"]


def test_categories_and_tags_of_comments_become_tags():
    found = read("""// [id:7] [tag:first aid] [tag:a\\]b]
$CATEGORY: $course$/top/Safety/Fire

Ice floats.{T}

$CATEGORY: tom/dick

Fire burns.{T}
""")
    assert [list(item.tags) for item in found.items] == [["Fire", "a]b", "first aid"], ["dick"]]


def test_questions_without_a_name_are_called_after_their_text():
    assert one("<p>Does <b>ice</b> float?</p>{T}").title == "Does ice float?"


def test_what_cannot_be_taken_over_is_told_line_by_line():
    found = read("""You can use your book.

::Essay:: Write about Grant. {}

::Broken:: Two {=a ~b

::Nothing right:: Which? {~a ~b}

::Half:: Which? {=%50%a ~%50%b ~c}

::Ten:: How many? {#ten}

::Good:: Ice floats.{T}
""")
    assert [item.title for item in found.items] == ["Good"]
    assert [(line.where, line.what) for line in found.lines] == [
        ("line 1", "You can use your book."), ("line 3", "Essay"), ("line 5", "Broken"), ("line 7", "Nothing right"),
        ("line 9", "Half"), ("line 11", "Ten"),
    ]  # fmt: skip
    assert all(line.why.endswith(".") for line in found.lines)


def held(definition):
    """What GIFT can hold of a definition."""
    kept = {"truefalse": {"correct", "incorrect", "general"}, "shorttext": {"incorrect", "general"},
            "numeric": {"incorrect", "general"}}  # fmt: skip
    names = kept.get(definition["kind"], {"general"})
    if definition["kind"] == "gaps" and definition["gaps"][0]["kind"] != "choice":
        names = {"incorrect", "general"}
    rest = {name: said if name in names else "" for name, said in definition["feedback"].items()}
    data = {**definition, "points": 1, "shuffle": True, "feedback": rest}
    for owner in (data, *data.get("gaps", ())):
        if "case_sensitive" in owner:
            owner["case_sensitive"] = False
    if "scoring" in data:
        data["scoring"] = "partial"
    if "gaps" in data:
        data["gaps"] = [{**gap, "weight": 1} for gap in data["gaps"]]
    return validated_question(data)


def is_held(definition):
    texts = [row["text"] for owner in (definition, *definition.get("gaps", ())) for row in owner.get("variants", ())]
    arrows = bool(texts) and len(texts) > 1 and all("->" in text for text in texts)
    return definition["kind"] != "ordering" and len(definition.get("gaps", [0])) == 1 and not arrows


@settings(max_examples=80, deadline=None)
@given(questions())
def test_what_gift_can_hold_survives_a_round_trip(definition):
    data, report = write_file([Item("Some: {title}", definition, ["a tag"])], "gift")
    if not is_held(definition):
        assert report.lines[-1].why == "GIFT has no such question. Use Moodle XML."
        return
    found = read_file(data, "gift")
    assert found.lines == []
    assert [(item.title, list(item.tags), item.definition) for item in found.items] == [
        ("Some: {title}", ["a tag"], held(definition))
    ]


def test_the_samples_survive_and_losses_are_told():
    items = [Item(data["kind"], validated_question(data)) for data in ALL]
    data, report = write_file(items, "gift")
    kinds = [item.definition["kind"] for item in read_file(data).items]
    assert kinds == ["single", "multiple", "truefalse", "shorttext", "numeric", "matching"]
    assert [line.what for line in report.lines] == ["multiple", "ordering", "matching", "gaps"]
    _data, report = write_file([Item("x", validated_question({**SINGLE, "shuffle": False}), ["a|b"])], "gift")
    assert len(report.lines) == 2
