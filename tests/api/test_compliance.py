"""Qualifications, what people hold, and compliance by call."""

import csv
import io

import pytest

from lms import compliance, transfer
from lms.compliance import Holding
from lms.db import db
from tests import factories
from tests.compliance import world
from tests.compliance.world import day


@pytest.fixture
def bls(admin):
    made = world.qualification(admin, "BLS", counting="completion", period="12 months", external_id="Q-1")
    world.requirement(admin, made)
    world.settle()
    return made


@pytest.fixture
def record(program, bls, learner):
    """Puts on record by call that the learner holds it."""

    def do(**attrs):
        return program.post("/holdings", {
            "user_id": learner.id, "qualification_id": bls.id, "obtained_on": day(-30).isoformat(), **attrs,
        })  # fmt: skip

    return do


def test_what_somebody_holds_is_recorded_with_the_last_day_of_the_rule(record, program, learner, bls):
    made = record(issuer="Red Cross")
    assert made.status_code == 201, made.json
    assert (made.json["valid_until"], made.json["source"]) == (compliance.latest_holding(learner.id, bls).valid_until
                                                               .isoformat(), "evidence")  # fmt: skip
    assert (made.json["counted"], made.json["email"]) == ("completion", learner.email)
    world.settle()
    [row] = program.get(f"/compliance?user_id={learner.id}").json["data"]
    assert (row["state"], row["qualification"], row["since"]) == ("compliant", "BLS", day(0).isoformat())
    assert row["explanation"].startswith("Valid until")
    assert "Red Cross" in row["explanation"]
    assert program.get(f"/evidence?user_id={learner.id}").json["data"][0]["state"] == "accepted"


def test_a_certificate_may_name_its_own_last_day(record):
    assert record(expires_on=day(100).isoformat()).json["valid_until"] == day(100).isoformat()


@pytest.mark.parametrize(
    ("attrs", "field"),
    [({"obtained_on": day(3).isoformat()}, "obtained_on"), ({"user_id": 999_999}, "user_id"),
     ({"qualification_id": 999_999}, "qualification_id"), ({"obtained_on": "soon"}, "obtained_on"),
     ({"expires_on": day(-40).isoformat()}, "expires_on")],
)  # fmt: skip
def test_what_cannot_be_recorded_is_named(record, attrs, field):
    answer = record(**attrs)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert db.session.query(Holding).count() == 0


def test_what_is_held_is_revoked_with_a_reason_and_reinstated(record, program, learner):
    path = f"/holdings/{record().json['id']}"
    assert program.post(f"{path}/revoke", {"on": day(-1).isoformat()}).status_code == 422
    revoked = program.post(f"{path}/revoke", {"on": day(-1).isoformat(), "reason": "Forged"})
    assert (revoked.status_code, revoked.json["revoked_on"]) == (200, day(-1).isoformat())
    assert program.post(f"{path}/revoke", {"on": day(0).isoformat(), "reason": "Again"}).status_code == 409
    world.settle()
    assert world.states(learner) == {"BLS": "missing"}
    assert program.post(f"{path}/reinstate").json["revoked_on"] is None
    told = {"last_day": day(5).isoformat(), "reason": "Course full"}
    assert program.post(f"{path}/change-expiry", told).json["valid_until"] != day(5).isoformat()
    world.settle()
    assert program.get(path).json["valid_until"] == day(5).isoformat()


def test_absence_suspends_what_is_held(record, program):
    path = f"/holdings/{record().json['id']}"
    suspended = program.post(f"{path}/suspend", {"on": day(-3).isoformat(), "reason": "Leave"}).json
    assert suspended["suspensions"] == [{"from": day(-3).isoformat(), "until": None, "reason": "Leave"}]
    assert program.post(f"{path}/resume", {"on": day(0).isoformat()}).json["suspensions"][0]["until"]


def test_compliance_is_told_of_another_day(record, program, learner):
    record(expires_on=day(10).isoformat())
    world.settle()

    def state_on(offset):
        rows = program.get(f"/compliance?user_id={learner.id}&as_of={day(offset).isoformat()}").json["data"]
        return [(row["state"], row["until"]) for row in rows]

    assert state_on(0) == [("expiring", day(10).isoformat())]
    assert state_on(11) == [("expired", None)]
    assert program.get("/compliance?as_of=yesterday").json["errors"] == {"as_of": "Give a day, such as 2026-03-31."}


def test_compliance_is_narrowed_by_state_and_department_with_all_below_it(program, admin, learner, bls):
    above = factories.department(admin)
    below = factories.department(admin, "Ward 3", above.id)
    world.move(learner, admin, department_id=below.id)
    world.settle()
    rows = program.get(f"/compliance?department_id={above.id}&state=missing").json["data"]
    assert [(row["user_id"], row["department"]) for row in rows] == [(learner.id, "Ward 3")]
    assert program.get(f"/compliance?department_id={above.id}&state=compliant").json["data"] == []
    assert len(program.get(f"/compliance?qualification_id={bls.id}").json["data"]) == 2


def test_a_page_of_compliance_takes_a_fixed_number_of_statements(program, organization, bls, statements):
    def count() -> int:
        world.settle()
        statements.clear()
        assert program.get("/compliance").status_code == 200
        return len(statements)

    count()
    before = count()
    for number in range(5):
        factories.user(organization, f"Person {number}")
    assert count() == before


def test_a_qualification_is_changed_by_call_and_keeps_what_was_not_said(program, course):
    made = program.post("/qualifications", {
        "title": "AED", "counting": "completion", "period": "2 years", "first_courses": [course.id],
    }).json  # fmt: skip
    assert "first_courses" in made, made
    assert (made["first_courses"], made["includes"]) == ([course.id], [])
    path = f"/qualifications/{made['id']}"
    changed = program.change(path, {"grace": "1 months", "external_id": "Q-7"}).json
    assert (changed["grace"], changed["first_courses"], changed["period"]) == ("1 months", [course.id], "2 years")
    assert [row["id"] for row in program.get("/qualifications?external_id=Q-7").json["data"]] == [made["id"]]
    refused = program.post("/qualifications", {"title": "Other", "external_id": "Q-7"})
    assert refused.json["errors"] == {"external_id": "Another qualification has this already."}
    assert program.post(f"{path}/archive").json["archived"] is True


def test_a_requirement_is_made_changed_and_withdrawn_by_call(program, learner, bls):
    made = program.post("/requirements", {
        "qualification_id": bls.id, "target": "person", "user_id": learner.id, "starts_on": day(0).isoformat(),
    })  # fmt: skip
    assert made.status_code == 201, made.json
    path = f"/requirements/{made.json['id']}"
    assert program.change(path, {"comply_days": 30}).json["comply_days"] == 30
    assert program.post(f"{path}/withdraw").json["withdrawn"] is True


def test_a_key_reads_compliance_with_a_scope_of_its_own(program_of, admin, bls):
    assert program_of(admin, "learning:read").get("/compliance").status_code == 403
    reading = program_of(admin, "compliance:read")
    assert reading.get("/compliance").status_code == 200
    assert reading.post("/holdings", {}).status_code == 403


def test_an_export_of_compliance_has_the_explanations(admin, record, learner):
    record()
    world.settle()
    text = b"".join(transfer.stream(transfer.exported("compliance", admin), "csv", admin)).decode("utf-8-sig")
    row = next(row for row in csv.DictReader(io.StringIO(text)) if row["email"] == learner.email)
    assert (row["state"], row["since"]) == ("compliant", day(0).isoformat())
    assert row["explanation"].startswith("Valid until")
