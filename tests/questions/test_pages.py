"""The pages of banks, questions and files, as authors and others meet them."""

import io
import json
import re

import pytest
from sqlalchemy import func, select

from lms import questions
from lms.db import db
from lms.events import Change, EventCenter
from lms.questions import Bank, BankAttrs, Question, QuestionAttrs, validated_question
from lms.questions.formats import Item, write_file
from lms.questions.html import digest
from tests.questions.samples import ALL, SINGLE, TRUE_FALSE


def number_of(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def bank(author):
    return questions.create_bank(BankAttrs(title="Fire"), author)


@pytest.fixture
def question(bank, author):
    return questions.add_question(bank, QuestionAttrs(title="Water", definition=SINGLE, tags=["fire"]), author)


def filled(definition=SINGLE, **more):
    return {"title": "Water", "tags": "fire, water", "definition": json.dumps(definition), **more}


def test_a_bank_is_made_changed_and_deleted(client_for, author):
    client = client_for(author)
    assert "There are no question banks yet" in client.get("/banks/").text
    page = client.post("/banks/new", data={"title": "Fire"}, follow_redirects=True)
    assert "No questions yet" in page.text
    id = db.session.scalar(select(Bank.id))
    client.post(f"/banks/{id}/edit", data={"title": "Fires", "description": "Hot."})
    assert re.search(r"Fires</a>.*Hot\.", client.get("/banks/").text)
    assert "The bank is deleted." in client.post(f"/banks/{id}/delete", follow_redirects=True).text
    assert "Fill this in." in client.post("/banks/new", data={"title": " "}).text


def test_a_question_is_written_changed_copied_and_deleted(client_for, author, bank):
    client = client_for(author)
    assert client.get(f"/banks/{bank.id}/questions/new?kind=matching").status_code == 200
    client.post(f"/banks/{bank.id}/questions/new", data=filled())
    row = db.session.scalars(select(Question)).one()
    assert (row.title, row.tags, row.definition) == ("Water", ["fire", "water"], validated_question(SINGLE))
    page = client.get(f"/banks/{bank.id}/questions/{row.id}")
    assert "What is put out with water?" in page.text
    client.post(f"/banks/{bank.id}/questions/{row.id}", data=filled(TRUE_FALSE, title="", tags=""))
    db.session.expire_all()
    assert (row.title, row.kind, row.tags) == ("Ice floats.", "truefalse", [])
    assert "This is the copy." in client.post(
        f"/banks/{bank.id}/questions/{row.id}/duplicate", follow_redirects=True
    ).text  # fmt: skip
    client.post(f"/banks/{bank.id}/questions/{row.id}/delete")
    assert db.session.scalars(select(Question.title)).all() == ["Ice floats. (2)"]


def test_a_question_that_cannot_be_saved_is_shown_again_with_what_is_wrong(client_for, author, bank):
    client, before = client_for(author), number_of(Change)
    for definition in ("", "[]", "nonsense", '{"kind": "single", "text": "x", "options": []}'):
        page = client.post(f"/banks/{bank.id}/questions/new", data=filled() | {"definition": definition})
        assert page.status_code == 422
        assert "The question is not saved yet." in page.text
        assert re.search(r'data-errors="[^"]+&#34;[^"]+"', page.text)
    assert (number_of(Question), number_of(Change)) == (0, before)


def test_nobody_overwrites_what_somebody_else_has_saved_without_being_told(client_for, author, admin, bank, question):
    path = f"/banks/{bank.id}/questions/{question.id}"
    mine, other = client_for(author), client_for(admin)
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', mine.get(path).text)[1]
    other.post(path, data=filled(TRUE_FALSE, title="Theirs", seen=seen))
    refused = mine.post(path, data=filled(SINGLE, title="Mine", seen=seen))
    assert (refused.status_code, "Somebody else has changed this question" in refused.text) == (422, True)
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', refused.text)[1]
    mine.post(path, data=filled(SINGLE, title="Mine", seen=seen))
    db.session.expire_all()
    assert question.title == "Mine"


def test_the_preview_shows_what_learners_see_and_grades(client_for, author):
    client = client_for(author)
    seen = client.post("/banks/preview", json={"definition": SINGLE, "seed": 3}).json["html"]
    assert "Magnesium" in seen
    assert "water cools" not in seen
    answered = client.post("/banks/preview", json={"definition": SINGLE, "seed": 3, "answer": digest("Paper")}).json
    assert "Right, water cools." in answered["html"]
    refused = client.post("/banks/preview", json={"definition": {**SINGLE, "options": []}})
    assert (refused.status_code, refused.json) == (422, {"errors": {"options": "Give at least two options."}})
    assert client.post("/banks/preview", json=[]).status_code == 422
    assert client.post("/banks/preview", json={"definition": SINGLE, "answer": "other"}).status_code == 422


def test_every_kind_is_shown_with_a_label_for_every_field_and_without_its_solution(client_for, author):
    client = client_for(author)
    for data in ALL:
        secret = {**data, "feedback": {"correct": "SECRET", "incorrect": "SECRET", "general": "SECRET"}}
        html = client.post("/banks/preview", json={"definition": secret, "seed": 1}).json["html"]
        for field in re.findall(r"<(?:input|select|button)[^>]*>", html):
            id = re.search(r'\sid="([^"]+)"', field)
            assert "aria-label" in field or (id and f'for="{id[1]}"' in html), field
        assert "SECRET" not in html
        assert "correct" not in html


def test_a_bank_is_searched_and_filtered(client_for, author, bank, question):
    questions.add_question(bank, QuestionAttrs(title="Ice", definition=TRUE_FALSE), author)
    client = client_for(author)

    def titles(query):
        return re.findall(r'cell-title" href="[^"]*">(.*?)</a>', client.get(f"/banks/{bank.id}?{query}").text)

    assert titles("") == ["Ice", "Water"]
    assert titles("sort=-title") == ["Water", "Ice"]
    assert titles("q=floats") == ["Ice"]
    assert titles("kind=single") == titles("tag=fire") == ["Water"]
    assert "No question matches" in client.get(f"/banks/{bank.id}?q=nothing").text


def test_chosen_questions_are_moved_or_deleted(client_for, author, bank, question):
    other = questions.create_bank(BankAttrs(title="Other"), author)
    client = client_for(author)
    page = client.post(
        f"/banks/{bank.id}/chosen", data={"act": "move", "bank_id": other.id, "ids": question.id}, follow_redirects=True
    )
    assert "1 question is moved." in page.text
    assert client.post(f"/banks/{bank.id}/chosen", data={"act": "delete"}).status_code == 422
    assert client.post(f"/banks/{bank.id}/chosen", data={"act": "delete", "ids": question.id}).status_code == 404
    page = client.post(f"/banks/{other.id}/chosen", data={"act": "delete", "ids": question.id}, follow_redirects=True)
    assert "1 question is deleted." in page.text


def test_lists_run_the_same_number_of_statements_whatever_their_length(client_for, author, bank, statements):
    client = client_for(author)

    def visit(path):
        client.get(path)
        statements.clear()
        assert client.get(path).status_code == 200
        return len(statements)

    questions.add_question(bank, QuestionAttrs(title="One", definition=SINGLE, tags=["a"]), author)
    questions.create_bank(BankAttrs(title="Other"), author)
    paths = ["/banks/", f"/banks/{bank.id}"]
    few = [visit(path) for path in paths]
    for number in range(8):
        questions.add_question(bank, QuestionAttrs(title=f"{number}", definition=SINGLE, tags=[f"{number}"]), author)
        questions.create_bank(BankAttrs(title=f"{number}"), author)
    assert [visit(path) for path in paths] == few


PATHS = ("", "/edit", "/questions/new", "/questions/{id}", "/import", "/export/gift", "/export/gift/file")


def test_another_organizations_bank_does_not_exist_and_learners_have_none(
    client_for, stranger, learner, bank, question
):
    addresses = [f"/banks/{bank.id}{path.format(id=question.id)}" for path in PATHS]
    foreign, own = client_for(stranger), client_for(learner)
    assert [foreign.get(address).status_code for address in addresses] == [404] * len(PATHS)
    assert [own.get(address).status_code for address in ["/banks/", *addresses]] == [403] * (len(PATHS) + 1)


def test_nor_can_anything_be_done_to_it(client_for, stranger, bank, question):
    client, before = client_for(stranger), number_of(Change)
    one = f"questions/{question.id}"
    for path in ("delete", "chosen", f"{one}/delete", f"{one}/duplicate", one, "import", "import/1"):
        assert client.post(f"/banks/{bank.id}/{path}").status_code == 404
    mine = questions.create_bank(BankAttrs(title="Mine"), stranger)
    assert client.get(f"/banks/{mine.id}/questions/{question.id}").status_code == 404
    assert number_of(Change) == before + 1


def upload(client, bank, data, name="questions.txt", **more):
    fields = {"file": (io.BytesIO(data), name), **more}
    return client.post(f"/banks/{bank.id}/import", data=fields, follow_redirects=True)


def test_a_file_is_looked_at_and_then_taken_over(client_for, author, bank):
    client = client_for(author)
    page = upload(client, bank, b"::Ice:: Ice floats.{T}\n\n::Essay:: Write.{}\n\n::Half:: Which?{=%50%a ~b}")
    assert "2 things cannot be taken over" in page.text
    assert "One option must be worth 100%." in page.text
    assert number_of(Question) == 0
    address = page.request.path
    with EventCenter.listen() as heard:
        page = client.post(address, follow_redirects=True)
    assert "1 question is added to the bank." in page.text
    assert [(one.action, one.object_type) for one in heard] == [("created", "Question"), ("updated", "QuestionImport")]
    assert client.post(address).status_code == 409
    assert "Taken over" in client.get(address).text
    assert number_of(Question) == 1


def test_a_second_file_replaces_the_first_one_that_was_only_looked_at(client_for, author, bank):
    client = client_for(author)
    first = upload(client, bank, b"Ice floats.{T}").request.path
    second = upload(client, bank, b"Fire burns.{T}").request.path
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


WRONG = [
        (b"", "a.txt", "This file is empty."), (b"\xff\xfe\x00a", "a.txt", "This is no text file."),
        (b"caf\xe9 {T}", "a.txt", "not in UTF-8"), (b"<quiz>", "a.xml", "This is not XML, or it is broken."),
        (b"<quiz/>", "a.xml", "There are no questions in this file."), (b"PK\x03\x04", "a.zip", "broken or locked"),
        (b"x" * (10 * 1024 * 1024 + 1), "a.txt", "larger than 10 MB"),
]  # fmt: skip


def test_a_wrong_file_is_refused_beside_its_field(client_for, author, bank):
    client = client_for(author)
    for data, name, sentence in WRONG:
        page = upload(client, bank, data, name)
        assert re.search(rf'class="field-error"[^>]*>.*?{re.escape(sentence)}', page.text, re.DOTALL), sentence


def test_no_file_and_an_unknown_format_are_refused(client_for, author, bank):
    client = client_for(author)
    assert "Choose a file." in client.post(f"/banks/{bank.id}/import", data={}).text
    assert "Choose one from the list." in upload(client, bank, b"Ice floats.{T}", format="word").text
    assert client.get(f"/banks/{bank.id}/export/word").status_code == 404


@pytest.mark.parametrize("format", ["gift", "moodle", "qti"])
def test_a_bank_is_exported_and_what_stays_behind_is_told_first(client_for, author, bank, question, format):
    client = client_for(author)
    file = client.get(f"/banks/{bank.id}/export/{format}/file")
    assert file.headers["Content-Disposition"].startswith('attachment; filename="fire.')
    assert "1 question" in upload(client, bank, file.data).text
    questions.add_questions(bank, [QuestionAttrs(title=data["kind"], definition=data) for data in ALL], author)
    page = client.get(f"/banks/{bank.id}/export/{format}")
    assert ("stays behind" in page.text or "stay behind" in page.text) == (format != "moodle")


def test_five_hundred_questions_are_taken_over_at_once(client_for, author, bank):
    samples = [{**ALL[n % 8], "text": f"{ALL[n % 8]['text']} {n}"} for n in range(500)]
    items = [Item(f"Number {n}", validated_question(data)) for n, data in enumerate(samples)]
    data, _report = write_file(items, "moodle")
    client = client_for(author)
    page = upload(client, bank, data, "bank.xml")
    assert "Add 500 questions to the bank" in page.text
    with EventCenter.listen() as heard:
        client.post(page.request.path)
    assert sum(one.object_type == "Question" for one in heard) == number_of(Question) == 500
