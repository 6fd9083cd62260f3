"""The pages of qualifications, requirements, evidence, exemptions and sign-off."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from lms import accounts, compliance
from lms.accounts import JobFunctionAttrs
from lms.compliance import Evidence, Exemption, Holding, Qualification, Requirement, SignOff
from lms.db import db
from tests import factories
from tests.compliance.world import TODAY, completed, day, move, qualification, requirement, settle, states

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
PNG += b"\x00\x00\x00\x01" * 2 + b"\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" + b"0" * 40


def the(model):
    """The only row there is."""
    db.session.expire_all()
    return db.session.scalars(select(model)).one()


@pytest.fixture
def instructor(organization):
    """An instructor."""
    return factories.user(organization, "Ina Instructor", "instructor")


def rule_fields(**others):
    """What the form sends."""
    return {
        "title": "BLS", "counting": "previous", "period_number": "12", "period_unit": "months", "window_number": "3",
        "window_unit": "months", "grace_number": "", "expiring_days": "60", "first_needed": "1", "renewal_needed": "1",
        **others,
    }  # fmt: skip


def test_a_qualification_from_the_form_with_its_rule_in_words(client_for, author):
    course = factories.open_course(author, title="Resuscitation")
    client = client_for(author)
    response = client.post("/qualifications/new", data=rule_fields(first_courses=[course.id]), follow_redirects=True)
    assert "The renewal opens on" in response.text
    assert "Resuscitation" in response.text
    row = the(Qualification)
    assert (row.counting, row.period, row.window) == ("previous", "12 months", "3 months")
    assert row.ways == {"first": [course.id], "renewal": [], "includes": []}


def test_the_rule_is_explained_while_it_is_filled_in(client_for, author):
    response = client_for(author).post("/qualifications/explain", data=rule_fields(counting="season", season_month="1"))
    assert "To be done every January, whenever it was last done." in response.text
    assert f"the last valid day is January 31, {TODAY.year + 1}" in response.text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"period_number": ""}, "Say how long it is valid."),
        ({"window_number": ""}, "Say how long before the last valid day"),
        ({"counting": "fixed"}, "Give the date from which the periods are counted."),
        ({"counting": "season"}, "Choose the month in which it is to be done."),
        ({"first_needed": "3"}, "There are not so many courses in the list."),
        ({"title": "  "}, "Fill this in."),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(client_for, author, wrong, message):
    response = client_for(author).post("/qualifications/new", data=rule_fields(**wrong))
    assert message in response.text
    assert db.session.scalars(select(Qualification)).all() == []


def test_a_qualification_cannot_include_itself_through_others(client_for, author):
    narrow = qualification(author, "Narrow")
    wide = qualification(author, "Wide", includes=[narrow.id])
    data = rule_fields(title="Narrow", includes=[wide.id])
    response = client_for(author).post(f"/qualifications/{narrow.id}/edit", data=data)
    assert "A qualification cannot include one that includes it" in response.text


def test_a_requirement_shows_who_becomes_non_compliant_before_it_is_saved(client_for, admin, learner):
    nurse = accounts.create_job_function(JobFunctionAttrs(name="Nurse"), admin)
    move(learner, admin, job_function_id=nurse.id)
    bls = qualification(admin)
    settle()
    client = client_for(admin)
    data = {
        "qualification_id": bls.id, "target": "job_function", "job_function_id": nurse.id,
        "starts_on": day(1).isoformat(), "comply_days": "0",
    }  # fmt: skip
    response = client.post("/requirements/new", data=data)
    assert "1 person would not be compliant" in response.text
    assert "Lea Learner" in response.text
    assert db.session.scalars(select(Requirement)).all() == []
    mark = response.text.split('name="confirmed" value="')[1].split('"')[0]
    response = client.post("/requirements/new", data=data | {"confirmed": mark, "comply_days": "7"})
    assert "Show what would change" in response.text, "what was changed since the preview is not saved unseen"
    client.post("/requirements/new", data=data | {"confirmed": mark})
    row = the(Requirement)
    assert (row.job_function_id, row.department_id, row.starts_on) == (nurse.id, None, day(1))


def test_a_certificate_is_handed_in_reviewed_and_counts(client_for, learner, instructor, admin):
    bls = qualification(admin, accepts_evidence=True, counting="completion", period="2 years")
    requirement(admin, bls)
    response = client_for(learner).post(
        "/evidence/new",
        data={"qualification_id": bls.id, "obtained_on": day(-10).isoformat(), "file": (io.BytesIO(PNG), "scan.png")},
        follow_redirects=True,
    )
    assert "Handed in. You hear when it is reviewed." in response.text
    row = the(Evidence)
    assert client_for(instructor).get(f"/evidence/{row.id}/file").data == PNG
    client_for(instructor).post(f"/evidence/{row.id}/review", data={"verdict": "accept"})
    settle()
    holding = the(Holding)
    assert (holding.source, holding.achieved_on) == ("evidence", day(-10))
    assert states(learner) == {"BLS": "compliant"}


def test_the_file_is_for_the_person_and_for_reviewers_only(client_for, learner, author, admin, stranger):
    bls = qualification(admin, accepts_evidence=True)
    row = compliance.hand_in(
        compliance.EvidenceAttrs(qualification_id=bls.id, obtained_on=TODAY), io.BytesIO(PNG), "scan.png", learner
    )
    assert client_for(author).get(f"/evidence/{row.id}/file").status_code == 403
    assert client_for(stranger).get(f"/evidence/{row.id}/file").status_code == 404
    assert client_for(learner).get(f"/evidence/{row.id}/file").status_code == 200
    assert client_for(learner).get(f"/media/{row.media_id}/scan.png").status_code == 404


def test_nobody_reviews_what_they_handed_in_themselves(client_for, instructor, admin):
    bls = qualification(admin, accepts_evidence=True)
    row = compliance.hand_in(
        compliance.EvidenceAttrs(qualification_id=bls.id, obtained_on=TODAY), io.BytesIO(PNG), "scan.png", instructor
    )
    response = client_for(instructor).post(f"/evidence/{row.id}/review", data={"verdict": "accept"})
    assert (response.status_code, the(Evidence).state) == (403, "submitted")


def test_refusing_needs_a_reason(client_for, learner, instructor, admin):
    bls = qualification(admin, accepts_evidence=True)
    row = compliance.hand_in(
        compliance.EvidenceAttrs(qualification_id=bls.id, obtained_on=TODAY), io.BytesIO(PNG), "scan.png", learner
    )
    response = client_for(instructor).post(f"/evidence/{row.id}/review", data={"verdict": "refuse", "note": " "})
    assert "Say why, so that the person knows" in response.text
    assert the(Evidence).state == "submitted"


def test_an_instructor_signs_somebody_off(client_for, learner, instructor, admin):
    forklift = qualification(admin, "Forklift", accepts_sign_off=True)
    data = {"person": learner.email, "qualification_id": forklift.id, "signed_on": TODAY.isoformat()}
    client_for(instructor).post("/evidence/sign-off", data=data)
    assert the(SignOff).signed_by_id == instructor.id
    assert client_for(learner).post("/evidence/sign-off", data=data).status_code == 403


def test_an_exemption_has_a_reason_an_end_and_an_approver(client_for, learner, admin):
    bls = qualification(admin)
    requirement(admin, bls)
    data = {
        "person": "Lea Learner", "qualification_id": bls.id, "starts_on": TODAY.isoformat(),
        "ends_on": day(30).isoformat(),
    }  # fmt: skip
    client = client_for(admin)
    assert "Fill this in." in client.post("/exemptions/new", data=data).text
    client.post("/exemptions/new", data=data | {"reason": "Maternity leave"})
    assert (the(Exemption).approved_by_id, the(Exemption).reason) == (admin.id, "Maternity leave")
    settle()
    assert states(learner) == {"BLS": "exempt"}
    client.post(f"/exemptions/{the(Exemption).id}/end")
    settle()
    assert states(learner) == {"BLS": "missing"}


def test_the_last_day_of_many_is_changed_at_once_with_a_reason(client_for, learner, author, admin):
    course = factories.open_course(author)
    bls = qualification(admin, "BLS", course, counting="completion", period="1 years")
    for person in (learner, author):
        completed(person, course, day(-10), admin)
    settle()
    ids = [row.id for row in db.session.scalars(select(Holding))]
    client = client_for(admin)
    path, wanted = f"/qualifications/{bls.id}/people", {"holding_ids": ids, "last_day": "2027-06-30"}
    assert "Say why" in client.post(path, data=wanted | {"reason": ""}, follow_redirects=True).text
    client.post(path, data=wanted | {"reason": "The trainer was not certified"})
    settle()
    db.session.expire_all()
    rows = db.session.scalars(select(Holding)).all()
    assert {(row.valid_until, row.counted) for row in rows} == {(date(2027, 6, 30), "changed")}
    assert client_for(learner).post(path, data=wanted | {"reason": "Mine"}).status_code == 403


def test_revoking_suspending_and_resuming_from_the_page(client_for, learner, author, admin):
    course = factories.open_course(author)
    bls = qualification(admin, "BLS", course)
    requirement(admin, bls)
    completed(learner, course, day(-10), admin)
    settle()
    client, path = client_for(admin), f"/holdings/{the(Holding).id}"
    acts = {"suspend": "missing", "resume": "compliant", "revoke": "missing", "reinstate": "compliant"}
    for act, state in acts.items():
        client.post(f"{path}/{act}", data={"last_day": TODAY.isoformat(), "reason": "Absent for long"})
        settle()
        assert states(learner) == {"BLS": state}, act
    assert client_for(author).post(f"{path}/revoke", data={"reason": "no"}).status_code == 403


@pytest.mark.parametrize("kind", ["qualifications", "requirements", "holdings", "evidence", "exemptions"])
def test_another_organization_finds_nothing(client_for, admin, learner, stranger, author, kind):
    course = factories.open_course(author)
    bls = qualification(admin, "BLS", course, accepts_evidence=True)
    requirement(admin, bls)
    completed(learner, course, day(-10), admin)
    settle()
    row = compliance.hand_in(
        compliance.EvidenceAttrs(qualification_id=bls.id, obtained_on=TODAY), io.BytesIO(PNG), "scan.png", learner
    )
    attrs = compliance.ExemptionAttrs(
        user_id=learner.id, qualification_id=bls.id, starts_on=TODAY, ends_on=TODAY, reason="because"
    )
    exemption = compliance.exempt(attrs, admin)
    client = client_for(stranger)
    paths = {
        "qualifications": [f"/qualifications/{bls.id}{more}" for more in ("", "/edit", "/people")],
        "requirements": [f"/requirements/{the(Requirement).id}/edit"],
        "holdings": [f"/holdings/{the(Holding).id}"],
        "evidence": [f"/evidence/{row.id}"],
        "exemptions": [],
    }  # fmt: skip
    assert [client.get(path).status_code for path in paths[kind]] == [404] * len(paths[kind])
    if kind == "exemptions":
        assert client.post(f"/exemptions/{exemption.id}/end").status_code == 404


@pytest.mark.parametrize("path", ["/qualifications/", "/requirements/", "/evidence/?state=accepted", "/exemptions/"])
def test_a_list_runs_the_same_number_of_statements_whatever_its_length(client_for, admin, statements, path):
    client = client_for(admin)

    def more(number: int) -> None:
        row = qualification(admin, f"Qualification {number}", accepts_evidence=True)
        requirement(admin, row)
        user = factories.user(admin.organization, f"Person {number}")
        attrs = compliance.EvidenceAttrs(qualification_id=row.id, obtained_on=TODAY)
        evidence = compliance.hand_in(attrs, io.BytesIO(PNG), "scan.png", user)
        compliance.accept_evidence(evidence, "", admin)
        attrs = compliance.ExemptionAttrs(
            user_id=user.id, qualification_id=row.id, starts_on=TODAY, ends_on=TODAY, reason="because"
        )
        compliance.exempt(attrs, admin)

    def visit() -> int:
        client.get(path)
        statements.clear()
        assert client.get(path).status_code == 200
        return len(statements)

    more(1)
    few = visit()
    for number in range(2, 7):
        more(number)
    assert visit() == few
