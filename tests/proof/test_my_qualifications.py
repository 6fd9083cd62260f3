"""What an employee reads about their own qualifications, and does next."""

import pytest
from sqlalchemy import select

from lms.courses import Enrollment
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from tests.compliance import world


def certify() -> None:
    deliver(EventCenter.subscribers["certificates"], list(db.session.scalars(select(Change.id))))


def test_what_is_missing_says_what_to_do_and_by_when(client_for, nurse, bls):
    page = client_for(nurse).get("/my-qualifications/")
    for words in ("To do", "Missing", "Never obtained", "required by the whole organization", "BLS course", "Begin"):
        assert words.lower() in page.text.lower()


def test_beginning_enrolls_in_the_course_that_leads_to_it(client_for, nurse, bls, bls_course):
    client = client_for(nurse)
    response = client.post(f"/my-qualifications/{bls.id}/start")
    assert response.headers["Location"] == f"/courses/{bls_course.id}"
    assert db.session.scalars(select(Enrollment.course_id).where(Enrollment.user_id == nurse.id)).one() == bls_course.id
    page = client.get("/my-qualifications/")
    assert "under way" in page.text
    assert "Go on" in page.text


def test_what_is_in_order_says_until_when_and_why_and_has_its_certificate(client_for, nurse, obtains):
    obtains(nurse, -10)
    certify()
    page = client_for(nurse).get("/my-qualifications/")
    assert "everything that is asked of you is in order" in page.text
    assert "by the course BLS course of" in page.text
    assert page.text.count("/pdf") == 3  # of the qualification, and twice among the certificates: it and the course's


def test_a_renewal_that_is_not_open_yet_says_when_it_opens(client_for, nurse, obtains, bls):
    obtains(nurse, -10)
    client = client_for(nurse)
    assert "The renewal opens on" in client.get(f"/my-qualifications/{bls.id}").text
    assert client.post(f"/my-qualifications/{bls.id}/start").status_code == 409


def test_a_renewal_keeps_the_earlier_round_and_both_show(client_for, author, nurse, obtains, bls):
    obtains(nurse, -340)
    client = client_for(nurse)
    assert "Renew" in client.get("/my-qualifications/").text
    client.post(f"/my-qualifications/{bls.id}/start")
    obtains(nurse, -1)
    page = client.get(f"/my-qualifications/{bls.id}")
    assert page.text.count("Last valid day") == 2


def test_nothing_at_all_says_so(client_for, learner):
    assert "Nothing is asked of you" in client_for(learner).get("/my-qualifications/").text


def test_the_number_of_statements_does_not_grow(client_for, admin, author, nurse, bls, bls_course, statements):
    client = client_for(nurse)
    counts = []
    for number in (2, 5):
        for index in range(number):
            world.requirement(admin, world.qualification(admin, f"Other {number} {index}", bls_course))
        world.settle()
        statements.clear()
        assert client.get("/my-qualifications/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("path", ["/my-qualifications/{id}", "/my-qualifications/{id}/start"])
def test_another_organizations_qualification_is_not_there(client_for, stranger, bls, path):
    client, address = client_for(stranger), path.format(id=bls.id)
    response = client.post(address) if address.endswith("start") else client.get(address)
    assert response.status_code == 404
