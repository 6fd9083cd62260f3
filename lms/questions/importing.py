"""Files with questions: read and kept to be looked at, then taken over into a bank; and banks as files."""

from pydantic import TypeAdapter
from sqlalchemy import select

from lms.accounts import User
from lms.db import find, snapshot, transaction
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.policy import authorize
from lms.questions.formats import FORMATS, Found, Item, Line, format_of, read_file, write_file
from lms.questions.html import printable
from lms.questions.models import CHECKED, TAKEN, Bank, QuestionImport
from lms.questions.questions import QuestionAttrs, Tags, add_questions, all_of

TIDY = TypeAdapter(Tags)


def check_file(bank: Bank, name: str, data: bytes, format: str, actor: User) -> QuestionImport:
    """Read a file and keep what it holds, so that it can be looked at before anything is added to the bank.

    What this person checked before and did not take over is forgotten. Raises Invalid for a file of another kind,
    one that is broken or too large, and one without any question that can be taken over.
    """
    authorize(actor, "edit", bank)
    found = read_file(data, format)
    if not found.items and not found.lines:
        raise Invalid("file", "There are no questions in this file.")
    items, lines = found.as_data()
    row = QuestionImport(
        organization_id=bank.organization_id,
        bank_id=bank.id,
        title=" ".join(name.split())[-200:] or "file",
        format=format or format_of(data),
        found=len(items),
        user_id=actor.id,
        items=items,
        report=lines,
    )
    with transaction() as session:
        for old in session.scalars(
            select(QuestionImport).where(
                QuestionImport.bank_id == bank.id,
                QuestionImport.user_id == actor.id,
                QuestionImport.status == CHECKED,
            )
        ):
            EventCenter.broadcast("deleted", old, actor)
            session.delete(old)
        session.add(row)
        EventCenter.broadcast("created", row, actor)
    return row


def find_import(id: int | str, bank: Bank, actor: User) -> QuestionImport:
    """A file that was read for this bank; raises NotFound. One statement."""
    authorize(actor, "edit", bank)
    row = find(QuestionImport, id, actor.organization_id)
    if row.bank_id != bank.id:
        raise Conflict("This file was read for another bank. Upload it again.")
    return row


def take_over(row: QuestionImport, actor: User) -> int:
    """Add everything that a file held to its bank, all of it or nothing; returns how many questions.

    Raises Conflict if that was done already.
    """
    bank = row.bank
    authorize(actor, "edit", bank)
    with transaction() as session:
        session.refresh(row, with_for_update=True)
        if row.status != CHECKED:
            raise Conflict("This file was taken over already. You find its questions in the bank.")
        previous, items = snapshot(row), row.items
        attrs = [
            QuestionAttrs(
                title=item["title"], definition=item["definition"], tags=TIDY.validate_python(item["tags"][:50])
            )
            for item in items
        ]
        add_questions(bank, attrs, actor)
        row.status, row.items = TAKEN, []
        EventCenter.broadcast("updated", previous, row, actor)
    return len(attrs)


def items_of(row: QuestionImport, most: int) -> list[Item]:
    """The first questions that a file held."""
    return [Item(**item) for item in row.items[:most]]


def report_of(row: QuestionImport) -> list[Line]:
    """A line for each thing that could not be taken over."""
    return [Line(**line) for line in row.report]


def export_bank(bank: Bank, format: str, actor: User) -> tuple[bytes, Found]:
    """A bank as a file, and a line for each thing that the format cannot hold; one statement."""
    authorize(actor, "edit", bank)
    if format not in FORMATS:
        raise Invalid("format", "Choose one from the list.")
    return write_file([Item(**row | {"title": printable(row["title"])}) for row in all_of(bank)], format)
