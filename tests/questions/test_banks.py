"""Banks: making and changing, broadcasting, searching, and drawing questions out of them."""

import tracemalloc

import pytest
from sqlalchemy import func, select

from lms import questions
from lms.db import db
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.events import EventCenter, assert_received
from lms.questions import BankAttrs, Question, QuestionAttrs, QuestionVersion, validated_question
from tests.questions.samples import ALL, ORDERING, SINGLE, TRUE_FALSE


@pytest.fixture
def bank(author):
    return questions.create_bank(BankAttrs(title="Fire"), author)


def attrs(title="Water", definition=SINGLE, tags=()):
    return QuestionAttrs(title=title, definition=definition, tags=list(tags))


def number_of(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_everything_that_is_done_to_a_bank_is_heard(author):
    with EventCenter.listen() as heard:
        bank = questions.create_bank(BankAttrs(title="Fire"), author)
        questions.update_bank(bank, BankAttrs(title="Fires"), author)
        question = questions.add_question(bank, attrs(), author)
        questions.update_question(question, attrs("Paper"), author)
    for action, row in (("created", bank), ("updated", bank), ("created", question), ("updated", question)):
        assert_received(heard, action, row, author)
    with EventCenter.listen() as heard:
        questions.delete_bank(bank, author)
    assert [(one.action, one.object_type) for one in heard] == [("deleted", "Question"), ("deleted", "Bank")]
    assert number_of(Question) == 0


def test_a_question_is_kept_in_its_canonical_form(bank, author):
    question = questions.add_question(bank, attrs(tags=["  water ", "fire", "fire", ""]), author)
    assert question.definition == validated_question(SINGLE)
    assert (question.kind, question.summary) == ("single", "What is put out with water?")
    assert question.tags == ["fire", "water"]


def test_several_questions_are_added_together_or_not_at_all(bank, author):
    with pytest.raises(Invalid):
        questions.add_questions(bank, [attrs(), attrs(definition={**SINGLE, "options": []})], author)
    assert number_of(Question) == 0
    with EventCenter.listen() as heard:
        questions.add_questions(bank, [attrs(data["kind"], data) for data in ALL], author)
    assert len(heard) == number_of(Question) == len(ALL)


def test_a_copy_stands_beside_its_question(bank, author):
    question = questions.add_question(bank, attrs(tags=["fire"]), author)
    copy = questions.duplicate_question(question, author)
    assert (copy.title, copy.definition, copy.tags) == ("Water (2)", question.definition, ["fire"])


def test_questions_are_moved_and_deleted_together(bank, author):
    other = questions.create_bank(BankAttrs(title="First aid"), author)
    rows = questions.add_questions(bank, [attrs(str(number)) for number in range(3)], author)
    with EventCenter.listen() as heard:
        assert questions.move_questions(bank, [rows[0].id, rows[1].id], other, author) == 2
    assert [(one.action, one.previous["bank_id"], one.current["bank_id"]) for one in heard] == [
        ("updated", bank.id, other.id)
    ] * 2
    with pytest.raises(NotFound):
        questions.delete_questions(bank, [rows[0].id, rows[2].id], author)
    with pytest.raises(Conflict):
        questions.move_questions(bank, [rows[2].id], bank, author)
    with pytest.raises(Invalid):
        questions.delete_questions(bank, [], author)
    assert questions.delete_questions(bank, [rows[2].id], author) == 1
    assert questions.question_counts([bank.id, other.id]) == {bank.id: 0, other.id: 2}


def test_only_authors_and_administrators_have_banks(bank, learner, stranger):
    for refused in (NotAllowed, learner), (NotFound, stranger):
        with pytest.raises(refused[0]):
            questions.find_bank(bank.id, refused[1])
        with pytest.raises(refused[0]):
            questions.add_question(bank, attrs(), refused[1])
    with pytest.raises(NotAllowed):
        questions.create_bank(BankAttrs(title="Mine"), learner)


def test_a_question_is_found_by_title_text_kind_and_tag(bank, author):
    questions.add_question(bank, attrs("Water", SINGLE, ["fire", "été"]), author)
    questions.add_question(bank, attrs("Ice", TRUE_FALSE, ["water"]), author)

    def found(*args, **filters):
        return [row.title for row in questions.questions_page(bank, *args, **filters).items]

    assert found() == ["Ice", "Water"]
    assert found("", "-title") == ["Water", "Ice"]
    assert found("put out") == ["Water"]
    assert found(kind="truefalse") == ["Ice"]
    assert found(tag="été") == ["Water"]
    assert found(tag="wat") == []
    assert questions.tags_of(bank) == ["fire", "water", "été"]


def test_the_same_definition_is_frozen_once_in_an_organization(organization, other_organization):
    one, other = validated_question(SINGLE), validated_question({**SINGLE, "points": 2})
    version = questions.freeze(one, organization.id)
    assert questions.freeze(dict(reversed(one.items())), organization.id).id == version.id
    assert questions.freeze(other, organization.id).id != version.id
    assert questions.freeze(one, other_organization.id).id != version.id
    assert [row.id for row in questions.freeze_all([one, other, one], organization.id)][::2] == [version.id] * 2
    assert number_of(QuestionVersion) == 3


@pytest.fixture
def large(bank, author):
    """A bank of 500 questions of some size."""
    rows = [
        attrs(f"Number {number}", {**ORDERING, "text": f"<p>{number} {'Some words. ' * 300}</p>"})
        for number in range(500)
    ]
    questions.add_questions(bank, rows, author)
    return bank.id


def test_ten_of_five_hundred_are_drawn_without_reading_the_others(large, organization, statements):
    owner = organization.id
    statements.clear()
    tracemalloc.start()
    drawn = questions.draw(large, 10, 7, owner)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len({version.id for version in drawn}) == 10
    assert len(statements) <= 6
    assert peak < 1_000_000
    assert [version.id for version in questions.draw(large, 10, 7, owner)] == [version.id for version in drawn]
    assert [version.id for version in questions.draw(large, 10, 8, owner)] != [version.id for version in drawn]


def test_a_bank_gives_what_it_has_and_only_to_its_own(bank, author, stranger):
    assert questions.draw(bank.id, 5, 1, author.organization_id) == []
    questions.add_question(bank, attrs(), author)
    assert len(questions.draw(bank.id, 5, 1, author.organization_id)) == 1
    with pytest.raises(NotFound):
        questions.draw(bank.id, 5, 1, stranger.organization_id)
