"""What a question may be, and the sentence for what it may not."""

import json

import pytest
from hypothesis import given, settings

from lms.errors import Invalid
from lms.questions import validated_question
from tests.questions.drawn import questions
from tests.questions.samples import ALL, GAPS, MATCHING, MULTIPLE, NUMERIC, ORDERING, SHORT_TEXT, SINGLE


@pytest.mark.parametrize("data", ALL, ids=lambda data: data["kind"])
def test_every_kind_is_accepted_and_every_field_is_there(data):
    definition = validated_question(data)
    assert definition["kind"] == data["kind"]
    assert set(definition["feedback"]) == {"correct", "partial", "incorrect", "general"}
    assert validated_question(definition) == definition


@settings(max_examples=60, deadline=None)
@given(questions())
def test_a_definition_survives_a_second_look_and_json(definition):
    assert validated_question(json.loads(json.dumps(definition))) == definition


def test_scripts_and_what_xml_cannot_hold_are_taken_out():
    dirty = '<p onclick="x()">Why?<script>alert(1)</script>\x00\x0b</p><img src="data:image/svg+xml;base64,AAAA">'
    picture = '<img src="data:image/png;base64,iVBORw0KGgo=">'
    definition = validated_question({**SINGLE, "text": dirty + picture})
    assert definition["text"].startswith("<p>Why?</p><img>")
    assert "data:image/png;base64,iVBORw0KGgo=" in definition["text"]
    links = '<a href="data:text/html,x">a</a><a href="javascript:x">b</a>'
    link = validated_question({**SINGLE, "text": links})["text"]
    assert "data:" not in link
    assert "javascript" not in link


def test_the_id_of_an_option_is_of_its_text_alone():
    one = validated_question(SINGLE)
    other = validated_question({**SINGLE, "options": [{**row, "correct": row["text"] == "Fat", "id": "x"}
                                                      for row in reversed(SINGLE["options"])]})  # fmt: skip
    assert {row["text"]: row["id"] for row in one["options"]} == {row["text"]: row["id"] for row in other["options"]}


def changed(data, **fields):
    return {**data, **fields}


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({}, "kind", "Choose a kind"),
        ({"kind": "essay"}, "kind", "Choose a kind"),
        ({"kind": ["single"]}, "kind", "Choose a kind"),
        (changed(SINGLE, text="<p> </p>"), "text", "Write the question."),
        (changed(SINGLE, colour="red"), "colour", "cannot be set"),
        (changed(SINGLE, points=0), "points", "above 0"),
        (changed(SINGLE, points="many"), "points", "Fill in a number."),
        (changed(SINGLE, points=float("nan")), "points", "number"),
        (changed(SINGLE, options=[{"text": "Only one", "correct": True}]), "options", "at least two"),
        (changed(SINGLE, options=[{"text": "a"}, {"text": "b"}]), "options", "Mark the right option."),
        (changed(SINGLE, options=[{"text": "a", "correct": True}, {"text": " "}]), "options.1.text", "Fill this in"),
        (changed(SINGLE, options=[{"text": "a", "correct": True}, {"text": "a"}]), "options.1.text", "the same"),
        (changed(SINGLE, options=[{"text": "a", "weight": 50}, {"text": "b"}]), "options", "worth 100%"),
        (changed(SINGLE, options=[{"text": "a", "weight": 500}, {"text": "b"}]), "options.0.weight", "100 or less"),
        (changed(SINGLE, options=[{"text": "x"}] * 51), "options", "at most 50"),
        (changed(MULTIPLE, options=[{"text": "a"}, {"text": "b"}]), "options", "at least one right"),
        (changed(MULTIPLE, options=[{"text": "a", "weight": 60}, {"text": "b", "weight": 60}]), "options", "together"),
        (changed(SHORT_TEXT, variants=[]), "variants", "at least one answer"),
        (changed(SHORT_TEXT, variants=[{"text": " "}]), "variants.0.text", "Fill this in"),
        (changed(SHORT_TEXT, variants=[{"text": "x" * 501}]), "variants.0.text", "at most 500"),
        (changed(NUMERIC, numbers=[{"value": 1, "weight": 50}]), "numbers", "worth 100%"),
        (changed(NUMERIC, numbers=[{"low": 2, "high": 1}]), "numbers.0.high", "must not be below"),
        (changed(NUMERIC, numbers=[{"low": 2}]), "numbers.0.value", "both ends"),
        (changed(NUMERIC, numbers=[{"value": 2, "high": 3}]), "numbers.0.value", "not both"),
        (changed(NUMERIC, numbers=[{"value": 2, "tolerance": -1}]), "numbers.0.tolerance", "0 or more"),
        (changed(ORDERING, items=[{"text": "a"}]), "items", "at least two"),
        (changed(ORDERING, items=[{"text": "a"}, {"text": "a"}]), "items.1.text", "the same"),
        (changed(MATCHING, pairs=[{"left": "a", "right": "b"}]), "pairs", "at least two"),
        (changed(MATCHING, pairs=[{"left": "a", "right": "b"}, {"left": "c"}]), "pairs.1.right", "Fill this in"),
        (changed(MATCHING, extra=[], pairs=[{"left": x, "right": "b"} for x in "ac"]), "pairs", "two different"),
        (changed(GAPS, gaps=[]), "gaps", "at least one gap"),
        (changed(GAPS, text="[[1]] [[2]] [[2]]"), "text", "Every gap"),
        (changed(GAPS, text="[[1]] [[2]]"), "text", "Every gap"),
        (changed(GAPS, text='[[1]] [[2]] <a href="[[3]]">x</a>'), "text", "Every gap"),
        (changed(GAPS, text="[[1]]", gaps=[{"kind": "choice"}]), "gaps.0.options", "at least two"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place_and_a_sentence(data, field, sentence):
    with pytest.raises(Invalid) as refused:
        validated_question(data)
    ((place, message),) = refused.value.errors.items()
    assert place == field
    assert sentence in message
