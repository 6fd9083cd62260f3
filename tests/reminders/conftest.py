"""A hospital with wards and managers, and nurses whose qualifications end."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from lms import accounts
from lms.accounts import Department, DepartmentAttrs, Organization, User, UserAttrs
from lms.compliance.models import Holding, Qualification, Status
from lms.db import db, transaction
from tests import factories

TODAY = date(2026, 6, 1)


@pytest.fixture
def ward(admin: User) -> Department:
    """Ward 3, in Care."""
    care = accounts.create_department(DepartmentAttrs(name="Care"), admin)
    return accounts.create_department(DepartmentAttrs(name="Ward 3", parent_id=care.id), admin)


def put(user: User, department_id: int | None, admin: User) -> User:
    """Put somebody in a department."""
    attrs = UserAttrs(name=user.name, email=user.email, roles=list(user.roles), department_id=department_id)
    return accounts.update_user(user, attrs, admin)


@pytest.fixture
def nurse(organization: Organization, admin: User, ward: Department) -> User:
    """A nurse of the ward."""
    return put(factories.user(organization, "Nina Nurse"), ward.id, admin)


@pytest.fixture
def head(organization: Organization, admin: User, ward: Department) -> User:
    """The manager of all of Care; the ward has none of its own."""
    return put(factories.user(organization, "Hans Head", "manager"), ward.parent_id, admin)


@pytest.fixture
def expires(organization: Organization) -> Callable[..., Holding]:
    """Makes a required qualification that somebody holds for `left` more days."""
    return making(organization)


def making(organization: Organization) -> Callable[..., Holding]:
    """What the fixture above gives."""
    titles: dict[str, Qualification] = {}

    def make(user: User, left: int, title: str = "Basic life support", state: str = "compliant") -> Holding:
        with transaction() as session:
            qualification = titles.get(title)
            if qualification is None:
                qualification = titles[title] = Qualification(
                    organization_id=organization.id, title=title, counting="completion", period="1 years"
                )
                session.add(qualification)
                session.flush()
            until = TODAY + timedelta(days=left)
            holding = Holding(
                organization_id=user.organization_id, user_id=user.id, qualification_id=qualification.id,
                source="evidence", source_id=left, achieved_on=until - timedelta(days=365),
                rule=qualification.rule.plain(), valid_from=until - timedelta(days=365), valid_until=until,
                base_on=until, counted="completion",
            )  # fmt: skip
            session.add(holding)
            session.flush()
            session.add(
                Status(
                    organization_id=user.organization_id, user_id=user.id, qualification_id=qualification.id,
                    state=state, since=holding.valid_from, valid_until=until, due_on=until,
                    required_since=holding.valid_from, holding_id=holding.id, department_id=user.department_id,
                )
            )  # fmt: skip
        return holding

    return make


def move(holding: Holding, until: date) -> None:
    """Give a holding another last day."""
    with transaction():
        holding.valid_until = until
        status = db.session.query(Status).filter_by(holding_id=holding.id).one()
        status.valid_until = until
