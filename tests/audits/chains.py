"""Chains for tests: a trail that is written and sealed, and SQL behind the application's back."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text

from lms import audits, create_app
from lms.accounts import Organization, User
from lms.audits import Report
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from tests import factories, services


@contextmanager
def database(kind: str, folder) -> Iterator[None]:
    """An application on an empty database of its own, and its context."""
    if kind == "sqlite":
        with application(f"sqlite:///{folder / 'chain.sqlite3'}"):
            yield
        return
    with services.own_database() as url, application(url.replace("postgresql://", "postgresql+psycopg://", 1)):
        yield


@contextmanager
def application(url: str) -> Iterator[None]:
    app = create_app(SQLALCHEMY_DATABASE_URI=url, BROKER_URL=None, SECRET_KEY="not a secret", AUDIT_KEY="")
    with app.app_context():
        db.create_all()
        yield
        db.session.remove()
        db.engine.dispose()


def written(count: int = 12) -> Organization:
    """An organization with so many audits, none of them sealed."""
    owner = factories.organization()
    admin = factories.user(owner, "Ada Admin", "admin")
    for number in range(count - 2):
        factories.department(admin, f"Ward {number}")
    record()
    return owner


def record() -> None:
    """Have every change audited that is not."""
    db.session.commit()
    assert not deliver(EventCenter.subscribers["audits"], list(db.session.scalars(select(Change.id)))).waiting


def sealed(count: int = 12) -> Organization:
    """An organization with so many audits, all of them sealed."""
    owner = written(count)
    assert audits.seal(0) == count
    assert found(owner) == []
    return owner


def behind(*statements: str, **values) -> None:
    """Run SQL as a database administrator would."""
    db.session.rollback()
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def found(owner: Organization, *heads: str) -> list[str]:
    """What a verification says, in words."""
    return [str(problem) for problem in verified(owner, *heads).problems]


def verified(owner: Organization, *heads: str) -> Report:
    """A verification."""
    db.session.rollback()
    return audits.verify(owner.id, [audits.parsed(head) for head in heads])


def change_of(owner: Organization, number: int) -> int:
    """The change that entry `number` is for."""
    mine = (audits.AuditSeal.organization_id == owner.id, audits.AuditSeal.number == number)
    return db.session.scalars(select(audits.AuditSeal.change_id).where(*mine)).one()


def more(owner: Organization, number: int, name: str = "Office") -> None:
    """So many further audits, sealed."""
    for one in range(number):
        factories.department(admin_of(owner), f"{name} {one}")
    record()
    assert audits.seal(0) >= number


def admin_of(owner: Organization) -> User:
    """Its first person."""
    return db.session.scalars(select(User).where(User.organization_id == owner.id).order_by(User.id)).first()
