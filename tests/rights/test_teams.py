"""What managers see: their team, in lists as on the page of one."""

import pytest

from lms import courses, results
from lms.db import db
from lms.errors import Invalid, NotAllowed
from tests import factories


def test_a_manager_finds_the_team_in_lists_and_nobody_else(client_for, admin):
    ward, kitchen = (factories.department(admin, name) for name in ("Ward", "Kitchen"))
    manager, near, far = (
        factories.user(admin.organization, name, role)
        for name, role in (("Mia Manager", "manager"), ("Nora Near", "learner"), ("Fred Far", "learner"))
    )
    for person, place in ((manager, ward), (near, ward), (far, kitchen)):
        person.department_id = place.id
    db.session.commit()
    course = factories.open_course(admin)
    for enrollment in courses.enroll(course, [near.id, far.id], admin):
        results.finish_content(enrollment, courses.with_subjects(course)[0], enrollment.user)
    client = client_for(manager)
    for path in ("/people/", f"/courses/{course.id}/people/", f"/courses/{course.id}/people/enroll", "/results/",
                 "/search/?q=r"):  # fmt: skip
        text = client.get(path).text
        assert near.name in text, path
        assert far.name not in text, path
    assert client.get(f"/people/{near.id}").status_code == 200
    assert client.get(f"/people/{far.id}").status_code == 403


def test_a_manager_enrolls_and_takes_out_the_team_only(admin, course):
    ward = factories.department(admin, "Ward")
    manager = factories.user(admin.organization, "Mia Manager", "manager")
    near, far = (factories.user(admin.organization, name) for name in ("Nora Near", "Fred Far"))
    manager.department_id = near.department_id = ward.id
    db.session.commit()
    [enrollment] = courses.enroll(course, [near.id], manager)
    with pytest.raises(Invalid):
        courses.enroll(course, [near.id, far.id], manager)
    courses.unenroll(enrollment, manager)
    [elsewhere] = courses.enroll(course, [far.id], admin)
    with pytest.raises(NotAllowed):
        courses.unenroll(elsewhere, manager)
