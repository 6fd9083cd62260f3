"""The page that says whether the trail was touched, the job behind it, and the commands."""

import pytest
from sqlalchemy import select, update

from lms import audits
from lms.accounts import Organization
from lms.audits import AuditHold, AuditPlan, AuditVerification
from lms.commands.audits import group
from lms.db import db, utcnow
from lms.errors import Conflict
from tests import factories
from tests.audits.chains import admin_of, behind, sealed


@pytest.fixture
def owner(app) -> Organization:
    return sealed()


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(group, arguments)


def test_the_page_says_what_a_verification_found(client_for, owner):
    client = client_for(admin_of(owner))
    assert "Not verified yet" in client.get("/audits/chain/").text
    assert client.post("/audits/chain/verify").status_code == 302
    assert "Being verified" in client.get("/audits/chain/state").text
    assert client.post("/audits/chain/verify").status_code == 409
    assert audits.run() == 1
    page = client.get("/audits/chain/").text
    assert "Untouched" in page
    assert "entry 12" in page
    behind("UPDATE audits SET title = 'x' WHERE change_id = (SELECT change_id FROM audit_seals WHERE number = 5)")
    client.post("/audits/chain/verify")
    audits.run()
    page = client.get("/audits/chain/").text
    assert "It was touched" in page
    assert "Entry 5: the audit of change" in page


def test_an_auditor_looks_and_verifies_and_changes_nothing(client_for, owner, stranger):
    client = client_for(factories.user(owner, "Aud Itor", "auditor"))
    page = client.get("/audits/chain/").text
    assert "Verify now" in page
    assert "Place a hold" not in page
    for address in ("plan", "holds", "holds/1/lift"):
        assert client.post(f"/audits/chain/{address}", data={"reason": "x"}).status_code == 403
    assert client_for(factories.user(owner, "Lea", "learner")).get("/audits/chain/").status_code == 403
    hold = audits.place_hold(audits.HoldAttrs(reason="Case 1"), admin_of(owner))
    assert client_for(stranger).post(f"/audits/chain/holds/{hold.id}/lift").status_code == 404
    assert "Case 1" not in client_for(stranger).get("/audits/chain/").text


def test_an_administrator_says_how_long_and_where_to_and_holds(client_for, owner):
    client = client_for(admin_of(owner))
    bad = client.post("/audits/chain/plan", data={"keep_years": "-1", "every": "daily", "address": ""})
    assert "Give 0 or more." in bad.text
    client.post("/audits/chain/plan", data={"keep_years": "7", "every": "weekly", "address": "a@outside.example"})
    plan = db.session.scalars(select(AuditPlan)).one()
    assert (plan.keep_years, plan.every, plan.address) == (7, "weekly", "a@outside.example")
    client.post("/audits/chain/holds", data={"reason": "Case 2026/117"})
    hold = db.session.scalars(select(AuditHold)).one()
    assert "Case 2026/117" in client.get("/audits/chain/").text
    client.post(f"/audits/chain/holds/{hold.id}/lift")
    assert "Lifted" in client.get("/audits/chain/").text


def test_the_exported_end_is_one_that_verify_takes(app, client_for, owner):
    head = client_for(admin_of(owner)).get("/audits/chain/head.txt").text
    assert head.strip() == run(app, "head", "--organization", owner.slug).output.strip()
    found = run(app, "verify", "--organization", owner.slug, "--head", head)
    assert found.exit_code == 0
    assert "12 entries up to 12, 0 audits wait to be sealed, 0 problems" in found.output


def test_the_command_names_what_it_finds_and_ends_with_1(app, owner):
    behind("DELETE FROM audits WHERE change_id = (SELECT change_id FROM audit_seals WHERE number = 5)")
    found = run(app, "verify")
    assert found.exit_code == 1
    assert "Harbour Hospital: Entry 5: the audit of change" in found.output
    assert run(app, "verify", "--head", "nonsense").exit_code == 1
    assert "There is no organization" in run(app, "verify", "--organization", "nonsense").output


def test_an_operator_signs_again_with_a_reason_in_the_trail(app, owner):
    assert run(app, "sign", "--organization", owner.slug, "--reason", "x", "--yes").exit_code == 1
    behind("UPDATE audit_chains SET signature = 'x'")
    signed = run(app, "sign", "--organization", owner.slug, "--reason", "Key lost", "--yes")
    assert "goes on from entry 12" in signed.output
    assert run(app, "verify").exit_code == 0
    assert audits.chain_of(owner.id).note == "Key lost"


def test_every_chain_is_verified_once_a_day_and_what_was_killed_is_begun_again(app, owner):
    assert [audits.ask_daily(), audits.ask_daily()] == [1, 0]
    row = db.session.scalars(select(AuditVerification)).one()
    silent = {"state": "running", "updated_at": utcnow().replace(year=2025)}
    db.session.execute(update(AuditVerification).values(silent))
    db.session.commit()
    assert [audits.run(), audits.run()] == [1, 0]
    db.session.refresh(row)
    assert (row.state, row.checked, row.problem_count) == ("done", 12, 0)
    with pytest.raises(Conflict):
        for _ in range(2):
            audits.ask(admin_of(owner))


def test_verifying_takes_as_many_statements_for_many_audits_as_for_few(app, statements):
    taken = []
    for count in (3, 60):
        owner = sealed(count)
        before = len(statements)
        assert audits.verify(owner.id).problem_count == 0
        taken.append(len(statements) - before)
    assert taken[0] == taken[1]
