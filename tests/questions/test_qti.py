"""QTI 2.1: items and packages as other systems write them, and our own read again."""

import io
import zipfile

import pytest

from lms.errors import Invalid
from lms.questions import grade, read_answer, validated_question
from lms.questions.formats import Item, read_file, write_file
from lms.questions.html import digest
from tests.questions.samples import ALL, MULTIPLE, SHORT_TEXT, SINGLE, TRUE_FALSE

HEAD = '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="x" title="Titled">'
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"


def item(declaration, body, processing="map_response", more=""):
    return f"""<?xml version="1.0" encoding="UTF-8"?>{HEAD}{declaration}{more}<itemBody>{body}</itemBody>
      <responseProcessing template="{TEMPLATES}{processing}"/></assessmentItem>""".encode()


def declared(right, entries=(), cardinality="single", base="identifier", name="RESPONSE"):
    values = "".join(f"<value>{value}</value>" for value in right)
    rows = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in entries)
    mapping = f'<mapping defaultValue="0">{rows}</mapping>' if rows else ""
    return f"""<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">
      <correctResponse>{values}</correctResponse>{mapping}</responseDeclaration>"""


def choices(tag, texts, attributes=""):
    rows = "".join(f'<simpleChoice identifier="{name}">{text}</simpleChoice>' for name, text in texts.items())
    return f'<{tag} responseIdentifier="RESPONSE" {attributes}><prompt>Which?</prompt>{rows}</{tag}>'


def one(data):
    found = read_file(data)
    assert found.lines == []
    (only,) = found.items
    assert only.title == "Titled"
    return only.definition


def worth(definition, raw):
    return grade(definition, read_answer(definition, raw)).points


def test_single_choice_with_the_text_before_it():
    said = '<feedbackInline identifier="B" outcomeIdentifier="F">No.</feedbackInline>'
    asked = choices("choiceInteraction", {"A": "You must <b>stay</b>.", "B": f"Go.{said}"}, 'shuffle="false"')
    body = f"<p>Look at the text.</p>{asked}"
    definition = one(item(declared(["A"]), body, "match_correct"))
    assert definition["text"] == "<p>Look at the text.</p><p>Which?</p>"
    assert (definition["kind"], definition["shuffle"]) == ("single", False)
    assert worth(definition, digest("You must <b>stay</b>.")) == 1
    assert definition["options"][1] | {"id": ""} == {
        "id": "", "text": "Go.", "correct": False, "weight": None, "feedback": "No.",
    }  # fmt: skip


def test_multiple_choice_with_a_mapping():
    texts = {"H": "Hydrogen", "He": "Helium", "O": "Oxygen"}
    mapped = [("H", 1), ("O", 1), ("He", -2)]
    body = choices("choiceInteraction", texts, 'shuffle="true" maxChoices="0"')
    definition = one(item(declared(["H", "O"], mapped, "multiple"), body))
    assert (definition["points"], worth(definition, [digest("Hydrogen")])) == (2, 1)
    assert worth(definition, [digest("Hydrogen"), digest("Helium")]) == 0
    definition = one(item(declared(["H", "O"], (), "multiple"), body, "match_correct"))
    assert definition["scoring"] == "all"


def test_order_and_match():
    texts = {"a": "Driver A", "b": "Driver B", "c": "Driver C"}
    asked = choices("orderInteraction", texts)
    definition = one(item(declared(["c", "a", "b"], (), "ordered"), asked, "match_correct"))
    assert [row["text"] for row in definition["items"]] == ["Driver C", "Driver A", "Driver B"]
    part = '<simpleAssociableChoice identifier="{0}" matchMax="4">{1}</simpleAssociableChoice>'
    sets = [[("C", "Capulet"), ("D", "Demetrius")], [("R", "Romeo"), ("M", "A Dream"), ("T", "Tempest")]]
    rows = "".join(f"<simpleMatchSet>{''.join(part.format(*row) for row in rows)}</simpleMatchSet>" for rows in sets)
    body = f'<matchInteraction responseIdentifier="RESPONSE"><prompt>Which?</prompt>{rows}</matchInteraction>'
    entries = [("C R", 1), ("D M", 0.5)]
    definition = one(item(declared(["C R", "D M"], entries, "multiple", "directedPair"), body))
    assert [(pair["left"], pair["right"]) for pair in definition["pairs"]] == [
        ("Capulet", "Romeo"), ("Demetrius", "A Dream"),
    ]  # fmt: skip
    assert (definition["extra"], definition["points"]) == (["Tempest"], 1.5)
    several = declared(["C R", "C M"], (), "multiple", "directedPair")
    assert "more than one other thing" in read_file(item(several, body)).lines[0].why
    scored = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float" normalMaximum="4"/>'
    assert one(item(declared(["C R", "D M"], entries, "multiple", "directedPair"), body, more=scored))["points"] == 4


def test_fields_in_a_text_are_gaps_and_one_at_the_end_is_a_short_text():
    entry = '<textEntryInteraction responseIdentifier="{0}" expectedLength="15"/>'
    inline = """<inlineChoiceInteraction responseIdentifier="C" shuffle="false"><inlineChoice identifier="L">Lancaster
      </inlineChoice><inlineChoice identifier="Y">York</inlineChoice></inlineChoiceInteraction>"""
    declarations = declared(["York"], [("York", 1), ("york", 0.5)], "single", "string", "A") + declared(["Y"], name="C")
    definition = one(item(declarations, f"<p>Son of {entry.format('A')} or of {inline} it is.</p>"))
    assert definition["text"] == "<p>Son of [[1]] or of [[2]] it is.</p>"
    assert (definition["points"], worth(definition, {"1": "York", "2": digest("York")})) == (2, 2)
    short = one(item(declared(["York"], (), "single", "string", "A"), f"<p>Whose son?</p><p>{entry.format('A')}</p>"))
    assert (short["kind"], short["text"]) == ("shorttext", "<p>Whose son?</p>")
    number = one(item(declared(["5"], (), "single", "integer", "A"), f"<p>How many? {entry.format('A')}</p>"))
    assert (number["kind"], worth(number, "5")) == ("numeric", 1)


def test_what_cannot_be_taken_over_is_told():
    for body, sentence in (
        ('<extendedTextInteraction responseIdentifier="RESPONSE"/>', "no such kind"),
        ("<p>Only text.</p>", "without a question"),
        (choices("choiceInteraction", {"A": "a", "B": "b"}) * 2, "Several questions"),
        (choices("choiceInteraction", {"A": "a", "B": "b"}).replace("RESPONSE", "OTHER"), "does not say what is right"),
        ('<p><img src="missing.png"/></p>' + choices("choiceInteraction", {"A": "a", "B": "b"}), "picture is missing"),
    ):
        assert sentence in read_file(item(declared(["A"]), body)).lines[0].why


def package(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return file.getvalue()


def test_a_package_with_items_in_folders_pictures_and_a_test():
    body = '<p><img src="../pictures/a.png" alt="A"/></p>' + choices("choiceInteraction", {"A": "a", "B": "b"})
    manifest = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>
      <resource identifier="t" type="imsqti_test_xmlv2p1" href="test.xml"/>
      <resource identifier="i" type="imsqti_item_xmlv2p1" href="items/one.xml"><file href="items/one.xml"/></resource>
      <resource identifier="m" type="imsqti_item_xmlv2p1" href="items/missing.xml"/></resources></manifest>"""
    found = read_file(package({
        "imsmanifest.xml": manifest, "items/one.xml": item(declared(["A"]), body), "pictures/a.png": b"\x89PNG0000",
    }))  # fmt: skip
    assert "data:image/png;base64," in found.items[0].definition["text"]
    assert [line.where for line in found.lines] == ["test.xml", "items/missing.xml"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04 nothing", "broken or locked"), (package({"a.xml": "<a/>"}), "no imsmanifest.xml"),
        (package({"imsmanifest.xml": "<manifest>"}), "broken"), (b"<assessmentTest/>", "first element is not"),
        (package({f"{number}.txt": "" for number in range(5001)}), "too large"),
        (package({"imsmanifest.xml": "<manifest/>", "bomb.xml": b"0" * 33 * 1024 * 1024}), "too large"),
    ],
    ids=["broken", "no manifest", "broken manifest", "no item", "many files", "bomb"],
)  # fmt: skip
def test_broken_packages_and_bombs_are_refused_with_a_sentence(data, sentence):
    with pytest.raises(Invalid) as refused:
        read_file(data, "qti")
    assert sentence in refused.value.errors["file"]


def test_our_own_packages_are_read_again():
    without_asterisk = {**SHORT_TEXT, "variants": [{"text": "Paris"}, {"text": "Lutetia", "weight": 50}]}
    samples = [without_asterisk if data is SHORT_TEXT else data for data in ALL]
    items = [Item(f"{data['kind']} & co", validated_question(data)) for data in samples]
    data, report = write_file(items, "qti")
    found = read_file(data)
    assert found.lines == []
    assert [line.what for line in report.lines] == ["ordering & co"]
    for before, after in zip(items, found.items, strict=True):
        assert after.title == before.title
        assert essence(after.definition) == essence(before.definition)


def essence(definition):
    """Without what QTI spells otherwise: a block around the text, ranges, and how an order is scored."""
    text = definition["text"].replace("<div>", "").replace("</div>", "")
    data = {**definition, "text": text, "scoring": "", "shuffle": True}
    if "numbers" in data:
        data["numbers"] = [row["weight"] for row in data["numbers"]]
    if "gaps" in data:
        data["gaps"] = [{**gap, "weight": 1, "numbers": len(gap["numbers"])} for gap in data["gaps"]]
    return data


def test_feedback_and_what_is_not_held():
    said = {**TRUE_FALSE, "feedback": {"correct": "Yes.", "incorrect": "No.", "general": "Hm."}}
    items = [Item("a", validated_question(said), ["tag"]), Item("b", validated_question(SINGLE))]
    data, report = write_file(items, "qti")
    again = [item.definition for item in read_file(data).items]
    assert (again[0]["feedback"]["correct"], again[0]["feedback"]["incorrect"]) == ("Yes.", "No.")
    assert again[1]["options"][0]["feedback"] == "Right, water cools."
    assert [line.why for line in report.lines] == [
        "Tags are not written to QTI.", "QTI files hold feedback per option only.",
    ]  # fmt: skip
    all_of_it = validated_question({**MULTIPLE, "scoring": "all"})
    assert read_file(write_file([Item("c", all_of_it)], "qti")[0]).items[0].definition["scoring"] == "all"
