"""A ward whose people must know basic life support."""

from collections.abc import Callable

import pytest

from lms import accounts
from lms.accounts import Department, DepartmentAttrs, Organization, User
from lms.compliance import Qualification
from lms.courses import Course
from tests import factories
from tests.compliance import world


@pytest.fixture
def ward(admin: User) -> Department:
    """Ward 3, in Care."""
    care = accounts.create_department(DepartmentAttrs(name="Care"), admin)
    return accounts.create_department(DepartmentAttrs(name="Ward 3", parent_id=care.id), admin)


@pytest.fixture
def nurse(organization: Organization, admin: User, ward: Department) -> User:
    """A nurse of the ward."""
    return world.move(factories.user(organization, "Nina Nurse"), admin, department_id=ward.id)


@pytest.fixture
def head(organization: Organization, admin: User, ward: Department) -> User:
    """The manager of all of Care."""
    return world.move(factories.user(organization, "Hans Head", "manager"), admin, department_id=ward.parent_id)


@pytest.fixture
def auditor(organization: Organization) -> User:
    """An auditor."""
    return factories.user(organization, "Audrey Auditor", "auditor")


@pytest.fixture
def bls_course(author: User) -> Course:
    """The course that leads to it."""
    return factories.open_course(author, subjects=1, title="BLS course")


@pytest.fixture
def bls(admin: User, bls_course: Course, nurse: User) -> Qualification:
    """Basic life support, valid for a year, asked of everybody; it may be renewed two months before."""
    row = world.qualification(
        admin, "BLS", bls_course, counting="completion", period="12 months", window="2 months", accepts_evidence=True
    )
    world.requirement(admin, row)
    world.settle()
    return row


@pytest.fixture
def obtains(bls: Qualification, bls_course: Course, author: User) -> Callable[[User, int], None]:
    """Somebody completed the course so many days from today (negative: before today)."""

    def complete(user: User, offset: int) -> None:
        world.completed(user, bls_course, world.day(offset), author)
        world.settle()

    return complete
