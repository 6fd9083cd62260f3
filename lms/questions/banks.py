"""Making, changing and finding banks."""

from sqlalchemy import func, select

from lms.accounts import User
from lms.attrs import Attrs, Name, Summary
from lms.db import db, find, snapshot, transaction
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize
from lms.questions.models import Bank, Question


class BankAttrs(Attrs):
    """Title and description of a bank."""

    title: Name
    description: Summary = ""


def find_bank(id: int | str, actor: User) -> Bank:
    """The bank, for those who may edit banks; raises NotFound or NotAllowed. One statement."""
    bank = find(Bank, id, actor.organization_id)
    authorize(actor, "edit", bank)
    return bank


def create_bank(attrs: BankAttrs, actor: User) -> Bank:
    """A new bank, without questions."""
    authorize(actor, "edit", "Bank")
    bank = Bank(organization_id=actor.organization_id, **attrs.model_dump())
    with transaction() as session:
        session.add(bank)
        EventCenter.broadcast("created", bank, actor)
    return bank


def update_bank(bank: Bank, attrs: BankAttrs, actor: User) -> Bank:
    """Change title or description."""
    authorize(actor, "edit", bank)
    with transaction():
        previous = snapshot(bank)
        bank.title, bank.description = attrs.title, attrs.description
        EventCenter.broadcast("updated", previous, bank, actor)
    return bank


def delete_bank(bank: Bank, actor: User) -> None:
    """Remove a bank with its questions; what was frozen of them stays with those who answered it."""
    authorize(actor, "edit", bank)
    with transaction() as session:
        for question in session.scalars(select(Question).where(Question.bank_id == bank.id)):
            EventCenter.broadcast("deleted", question, actor)
        EventCenter.broadcast("deleted", bank, actor)
        session.delete(bank)


SORTS = {"title": Bank.title, "updated": Bank.updated_at}


def banks_page(actor: User, q: str = "", sort: str = "title", number: int = 1, size: int = 25) -> Page[Bank]:
    """Banks whose title or description holds `q`; two statements."""
    authorize(actor, "edit", "Bank")
    statement = select(Bank).where(Bank.organization_id == actor.organization_id)
    if q:
        statement = statement.where(
            Bank.title.icontains(q, autoescape=True) | Bank.description.icontains(q, autoescape=True)
        )
    column = SORTS.get(sort.lstrip("-"), Bank.title)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Bank.id), number, size)


def question_counts(ids: list[int]) -> dict[int, int]:
    """Number of questions per bank; one statement."""
    rows = db.session.execute(
        select(Question.bank_id, func.count()).where(Question.bank_id.in_(ids)).group_by(Question.bank_id)
    )
    return dict.fromkeys(ids, 0) | {id: number for id, number in rows}


def bank_choices(organization_id: int) -> list[tuple[int, str, int]]:
    """Every bank with its title and number of questions, by title; one statement."""
    rows = db.session.execute(
        select(Bank.id, Bank.title, func.count(Question.id))
        .outerjoin(Question, Question.bank_id == Bank.id)
        .where(Bank.organization_id == organization_id)
        .group_by(Bank.id, Bank.title)
        .order_by(Bank.title, Bank.id)
    )
    return [(id, title, number) for id, title, number in rows]
