"""Signing in, people and their organization through the pages."""

import re

import pytest
from sqlalchemy import func, select

from lms import accounts, create_app
from lms.accounts import Department, DepartmentAttrs, JobFunction, User, UserAttrs
from lms.db import db
from lms.notifications import Mail
from tests import factories

# Flask-WTF signs its token with the second in which the page was made.
TOKEN = re.compile(r"[\w-]{20,}\.[\w-]{6}\.[\w-]{20,}")


def test_pages_send_visitors_to_the_sign_in_page(app):
    response = app.test_client().get("/courses/")
    assert (response.status_code, response.location.startswith("/login?next=")) == (302, True)


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(app, learner):
    client = app.test_client()

    def refusal(email: str) -> str:
        page = client.post("/login", data={"email": email, "password": "wrong wrong"}).text
        return TOKEN.sub("token", page.replace(email, "address"))

    known = refusal(learner.email)
    assert "Authentication failed" in known
    assert known == refusal("nobody@harbour.example")


def test_a_reset_mail_waits_in_the_outbox_for_known_people_only(app, learner):
    client = app.test_client()
    for email in (learner.email.upper(), "nobody@harbour.example"):
        assert client.post("/reset", data={"email": email}).status_code in (200, 302)
    letter = db.session.scalars(select(Mail)).one()
    assert (letter.kind, letter.user_id, letter.params) == ("password_reset", learner.id, {})


def test_somebody_deactivated_is_signed_out_at_once(client_for, admin, learner):
    client = client_for(learner)
    assert client.get("/").status_code == 200
    accounts.deactivate_user(learner, admin)
    assert client.get("/").status_code == 302


def test_an_admin_invites_somebody(client_for, admin):
    page = client_for(admin).post("/people/invite", data={
        "name": "New Nurse", "email": "New@Harbour.example", "roles": ["learner", "author"], "locale": "nl",
        "timezone": "Europe/Amsterdam",
    }, follow_redirects=True)  # fmt: skip
    assert "New Nurse gets a mail" in page.text
    user = db.session.scalars(select(User).where(User.email == "new@harbour.example")).one()
    assert (user.roles, user.password, user.invited_at is not None) == (["learner", "author"], None, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"email": "nonsense"}, "email"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["king"]}, "Choose at least one role"),
        ({"timezone": "Mars/Phobos"}, "Choose a time zone"),
        ({"locale": "xx"}, "Choose one from the list."),
        ({"department_id": "999999"}, "Choose one from the list."),
        ({"name": "x" * 1_000_000}, "Use at most 200 characters."),
    ],
)
def test_bad_input_about_a_person_is_refused(client_for, admin, change, message):
    good = {
        "name": "N",
        "email": "n@harbour.example",
        "roles": ["learner"],
        "locale": "en",
        "timezone": "Europe/Amsterdam",
    }
    before = db.session.scalar(select(func.count()).select_from(User))
    page = client_for(admin).post("/people/invite", data=good | change)
    assert "field-error" in page.text
    assert message in page.text
    assert db.session.scalar(select(func.count()).select_from(User)) == before


def test_an_address_is_used_once_in_the_installation(client_for, admin, stranger):
    page = client_for(admin).post("/people/invite", data={
        "name": "N", "email": stranger.email.upper(), "roles": ["learner"], "locale": "en", "timezone": "Europe/Paris",
    })  # fmt: skip
    assert "Somebody uses this address already." in page.text


def test_the_last_administrator_stays(client_for, admin):
    response = client_for(admin).post(f"/people/{admin.id}/deactivate")
    assert (response.status_code, "only administrator" in response.text) == (409, True)


def test_a_learner_sees_nobody_else(client_for, learner, author):
    client = client_for(learner)
    assert client.get("/people/").status_code == 403
    assert client.get(f"/people/{author.id}").status_code == 403
    assert client.get(f"/people/{learner.id}").status_code == 200


def test_people_of_another_organization_do_not_exist(client_for, stranger, learner):
    client = client_for(stranger)
    assert client.get(f"/people/{learner.id}").status_code == 404
    assert client.post(f"/people/{learner.id}/deactivate").status_code == 404
    assert learner.name not in client.get("/people/").text


def test_departments_form_a_tree_without_circles(client_for, admin):
    care = accounts.create_department(DepartmentAttrs(name="Care"), admin)
    ward = accounts.create_department(DepartmentAttrs(name="Ward", parent_id=care.id), admin)
    page = client_for(admin).post(f"/departments/{care.id}", data={"name": "Care", "parent_id": ward.id})
    assert "cannot be part of itself" in page.text
    assert [(row.name, depth) for row, depth, _ in accounts.departments(admin.organization_id)] == [
        ("Care", 0),
        ("Ward", 1),
    ]


def test_a_department_with_people_is_not_deleted(client_for, admin):
    care = accounts.create_department(DepartmentAttrs(name="Care"), admin)
    attrs = UserAttrs(name="N", email="n@harbour.example", department_id=care.id)
    accounts.create_user(attrs, admin.organization_id, None, admin)
    assert client_for(admin).post(f"/departments/{care.id}/delete").status_code == 409
    assert db.session.get(Department, care.id) is not None


def test_job_functions_have_one_name_each(client_for, admin):
    client = client_for(admin)
    client.post("/job-functions/new", data={"name": "Nurse"})
    page = client.post("/job-functions/new", data={"name": "nurse"})
    assert "already" in page.text
    assert db.session.scalar(select(func.count()).select_from(JobFunction)) == 1


def test_a_profile_decides_language_and_time_zone(client_for, learner):
    client = client_for(learner)
    client.post("/profile/", data={"name": "Lea", "locale": "nl", "timezone": "Asia/Tokyo"})
    db.session.refresh(learner)
    assert (learner.name, learner.locale, learner.timezone) == ("Lea", "nl", "Asia/Tokyo")
    assert '<html lang="nl">' in client.get("/profile/").text


def test_a_mixpanel_token_is_kept_but_never_shown(client_for, admin):
    client = client_for(admin)
    client.post("/settings/", data={
        "name": "Harbour", "locale": "en", "timezone": "Europe/Amsterdam", "mixpanel_token": "t0psecret",
    })  # fmt: skip
    assert "t0psecret" not in client.get("/settings/").text
    db.session.refresh(admin.organization)
    assert admin.organization.mixpanel_token == "t0psecret"


def test_search_finds_courses_and_people(client_for, author):
    factories.open_course(author, title="Harbour safety")
    page = client_for(author).get("/search/?q=harbour")
    assert "Harbour safety" in page.text
    assert author.name in page.text


def test_a_form_without_its_token_is_refused(app, installation_app, learner):
    installation_app.config["WTF_CSRF_ENABLED"] = True
    try:
        response = app.test_client().post("/login", data={"email": learner.email, "password": "x"})
        assert response.status_code == 400
    finally:
        installation_app.config["WTF_CSRF_ENABLED"] = False


def test_the_eleventh_attempt_within_a_minute_has_to_wait(app, tmp_path):
    limited = create_app(
        SQLALCHEMY_DATABASE_URI=app.config["SQLALCHEMY_DATABASE_URI"], BROKER_URL=None, INSTANCE=tmp_path,
        WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI="memory://", SECRET_KEY="x",
    )  # fmt: skip
    client = limited.test_client()
    attempts = [client.post("/login", data={"email": "a@b.example", "password": "wrong"}) for _ in range(11)]
    assert [answer.status_code for answer in attempts] == [200] * 10 + [429]
    assert "Wait a minute" in attempts[-1].text
    assert client.get("/login").status_code == 200
