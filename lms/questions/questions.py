"""Making, changing and finding the questions of a bank."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import TableValuedAlias, exists, func, select, true

from lms.accounts import User
from lms.attrs import Attrs, Name
from lms.db import db, find, snapshot, transaction
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize
from lms.questions.definitions import validated_question
from lms.questions.html import plain, printable
from lms.questions.models import Bank, Question

LONGEST_TAG = 50


def _tidy(tags: list[str]) -> list[str]:
    words = (" ".join(printable(tag).split())[:LONGEST_TAG].strip() for tag in tags)
    return sorted({word for word in words if word})


Tags = Annotated[list[str], Field(max_length=50), AfterValidator(_tidy)]
"""Words to find questions by: each up to 50 characters, in alphabetical order, none twice."""


class QuestionAttrs(Attrs):
    """A question as it is filled in."""

    title: Name
    definition: dict[str, Any]
    tags: Tags = []


def find_question(id: int | str, actor: User) -> Question:
    """The question, for those who may edit questions; raises NotFound or NotAllowed. One statement."""
    question = find(Question, id, actor.organization_id)
    authorize(actor, "edit", question)
    return question


def add_question(bank: Bank, attrs: QuestionAttrs, actor: User) -> Question:
    """A new question; raises Invalid with the path of the field that cannot be accepted."""
    return add_questions(bank, [attrs], actor)[0]


def add_questions(bank: Bank, rows: Sequence[QuestionAttrs], actor: User) -> list[Question]:
    """Several new questions, all of them or none; each is broadcast."""
    authorize(actor, "edit", bank)
    questions = [
        Question(organization_id=bank.organization_id, bank_id=bank.id, **_columns(attrs)) for attrs in rows
    ]
    with transaction() as session:
        session.add_all(questions)
        session.flush()
        for question in questions:
            EventCenter.broadcast("created", question, actor)
    return questions


def _columns(attrs: QuestionAttrs) -> dict[str, Any]:
    definition = validated_question(attrs.definition)
    return {
        "title": attrs.title,
        "kind": definition["kind"],
        "summary": plain(definition["text"])[:300],
        "tags": attrs.tags,
        "definition": definition,
    }


def update_question(question: Question, attrs: QuestionAttrs, actor: User) -> Question:
    """Change a question. Those who are answering it keep the version they began with."""
    authorize(actor, "edit", question)
    columns = _columns(attrs)
    with transaction():
        previous = snapshot(question)
        for name, value in columns.items():
            setattr(question, name, value)
        EventCenter.broadcast("updated", previous, question, actor)
    return question


def duplicate_question(question: Question, actor: User) -> Question:
    """A copy beside it, to be changed."""
    title = f"{question.title[:190]} (2)"
    attrs = QuestionAttrs(title=title, definition=question.definition, tags=question.tags)
    return add_question(question.bank, attrs, actor)


def delete_questions(bank: Bank, ids: Collection[int], actor: User) -> int:
    """Remove questions of a bank; returns how many. Raises NotFound if one of them is not in it."""
    authorize(actor, "edit", bank)
    with transaction() as session:
        questions = _chosen(bank, ids)
        for question in questions:
            EventCenter.broadcast("deleted", question, actor)
            session.delete(question)
    return len(questions)


def move_questions(bank: Bank, ids: Collection[int], target: Bank, actor: User) -> int:
    """Put questions of a bank into another one of the organization; returns how many."""
    authorize(actor, "edit", bank)
    authorize(actor, "edit", target)
    if target.id == bank.id:
        raise Conflict("These questions are in that bank already. Choose another one.")
    with transaction():
        questions = _chosen(bank, ids)
        for question in questions:
            previous = snapshot(question)
            question.bank_id = target.id
            EventCenter.broadcast("updated", previous, question, actor)
    return len(questions)


def _chosen(bank: Bank, ids: Collection[int]) -> list[Question]:
    if not ids:
        raise Invalid("ids", "Choose at least one question.")
    statement = select(Question).where(Question.bank_id == bank.id, Question.id.in_(ids)).order_by(Question.id)
    questions = list(db.session.scalars(statement))
    if len(questions) != len(set(ids)):
        raise NotFound("One of these questions is no longer in this bank. Reload the page.")
    return questions


SORTS = {"title": Question.title, "kind": Question.kind, "updated": Question.updated_at, "added": Question.id}


def questions_page(
    bank: Bank, q: str = "", sort: str = "title", number: int = 1, size: int = 25, *, kind: str = "", tag: str = ""
) -> Page[Question]:
    """Questions of a bank whose title or text holds `q`; two statements."""
    statement = select(Question).where(Question.bank_id == bank.id)
    if q:
        statement = statement.where(
            Question.title.icontains(q, autoescape=True) | Question.summary.icontains(q, autoescape=True)
        )
    if kind:
        statement = statement.where(Question.kind == kind)
    if tag:
        words = _words()
        statement = statement.where(exists(select(1).select_from(words).where(words.c.value == tag)))
    column = SORTS.get(sort.lstrip("-"), Question.title)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Question.id), number, size)


def tags_of(bank: Bank) -> list[str]:
    """Every tag in a bank, in alphabetical order; one statement."""
    words = _words()
    return list(
        db.session.scalars(
            select(words.c.value)
            .select_from(Question)
            .join(words, true())
            .where(Question.bank_id == bank.id)
            .distinct()
            .order_by(words.c.value)
        )
    )


def _words() -> TableValuedAlias:
    """The tags of a question as rows, in the words of the database at hand."""
    is_postgresql = db.session().get_bind().dialect.name == "postgresql"
    rows = func.jsonb_array_elements_text(Question.tags) if is_postgresql else func.json_each(Question.tags)
    return rows.table_valued("value")


def all_of(bank: Bank) -> list[dict[str, Any]]:
    """Title, tags and definition of every question in a bank, oldest first, for an export; one statement."""
    rows = db.session.execute(
        select(Question.title, Question.tags, Question.definition)
        .where(Question.bank_id == bank.id)
        .order_by(Question.id)
    )
    return [dict(row._mapping) for row in rows]
