"""What an administrator sets about signing in, and what holds for passwords then."""

import pytest
from sqlalchemy import select

from lms import create_app, identity
from lms.attrs import validated
from lms.db import db
from lms.errors import Invalid, NotAllowed
from lms.events import Change
from lms.identity import IdentityProvider, MappingAttrs, ProviderAttrs
from lms.identity.addresses import Unanswered, refuse_internal
from tests import factories
from tests.identity.conftest import serving
from tests.identity.provider import CLIENT, SECRET, Provider


@pytest.fixture
def form(app, monkeypatch):
    """The form as it is sent, for a provider on this machine."""
    monkeypatch.setitem(app.config, "OPENID_INTERNAL", True)
    provider = Provider()
    with serving(provider.app) as address:
        provider.issuer = address
        yield {
            "name": "Harbour Id", "issuer": f"{address}/", "client_id": CLIENT, "client_secret": SECRET,
            "domains": "harbour-hospital.example, Ward.example", "enabled": "y", "allows_password": "y",
        }  # fmt: skip


def test_the_secret_is_kept_locked_and_never_shown(app, browser_of, admin, form):
    client = browser_of(admin)
    assert client.post("/settings/sign-in", data=form).status_code == 302
    row = db.session.scalars(select(IdentityProvider)).one()
    assert SECRET not in row.client_secret
    assert (row.domains, row.issuer) == (["harbour-hospital.example", "ward.example"], form["issuer"].rstrip("/"))
    page = client.get("/settings/sign-in").text
    assert SECRET not in page
    assert row.client_secret not in page
    change = db.session.scalars(select(Change).where(Change.object_type == "IdentityProvider")).one()
    assert "client_secret" not in change.after
    assert client.post("/settings/sign-in", data=form | {"client_secret": "", "name": "Id"}).status_code == 302
    db.session.expire_all()
    assert identity.relying(row, "", app.config["SECRET_KEY"]).client_secret == SECRET


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"issuer": "http://127.0.0.1:9"}, "no OpenID provider at this address"),
        ({"issuer": "harbour"}, "issuer&#39;s address as the provider shows it"),
        ({"client_secret": ""}, "Fill this in"),
        ({"domains": "not a domain!"}, "behind the @"),
        ({"domains": "", "creates_people": "y"}, "which addresses may get an account"),
    ],
)
def test_what_cannot_work_is_said_beside_the_field(browser_of, admin, form, change, message):
    answer = browser_of(admin).post("/settings/sign-in", data=form | change)
    assert (answer.status_code, message in answer.text) == (200, True)
    assert db.session.scalars(select(IdentityProvider)).all() == []


def test_a_domain_belongs_to_one_organization(app, browser_of, admin, stranger, form):
    browser_of(admin).post("/settings/sign-in", data=form)
    assert "Another organization" in browser_of(stranger).post("/settings/sign-in", data=form).text


def test_only_administrators_set_it(app, browser_of, author, form):
    assert browser_of(author).get("/settings/sign-in").status_code == 403
    with pytest.raises(NotAllowed):
        identity.save_provider(validated(ProviderAttrs, form), author, "key", allows_internal=True)


def test_an_address_leads_to_the_organizations_page(app, browser_of, admin, learner, stranger, form):
    browser_of(admin).post("/settings/sign-in", data=form)
    visitor = app.test_client()
    for address in (learner.email, "new@ward.example"):
        assert visitor.post("/sign-in", data={"email": address}).location == "/login/harbour-hospital"
    for address in (stranger.email, "new@elsewhere.example", "nonsense"):
        assert "Use your password" in visitor.post("/sign-in", data={"email": address}).text
    assert visitor.get("/login/northway-logistics").status_code == 404


def test_without_passwords_only_administrators_have_one(app, browser_of, client_for, admin, learner, form):
    form.pop("allows_password")
    browser_of(admin).post("/settings/sign-in", data=form)
    assert identity.may_use_password(admin)
    with pytest.raises(AssertionError, match="sign in at its own provider"):
        client_for(learner)


def test_an_administrator_maps_a_group_on_a_page(browser_of, admin, learner):
    client, care = browser_of(admin), factories.department(admin)
    client.post("/settings/groups/new", data={"name": "Nurses", "roles": ["manager"], "department_id": care.id})
    (group, people), = identity.groups_of(admin)  # fmt: skip
    assert (group.roles, group.department_id, people) == (["manager"], care.id, 0)
    identity.set_members(group, [learner.id], admin)
    assert "1 person" in client.get("/settings/groups").text
    client.post(f"/settings/groups/{group.id}", data={"name": "Nurses", "roles": []})
    db.session.expire_all()
    assert list(learner.roles) == ["learner"]
    client.post(f"/settings/groups/{group.id}/delete")
    assert identity.groups_of(admin) == []


def test_another_organizations_group_does_not_exist(browser_of, admin, stranger):
    group = identity.create_group(MappingAttrs(name="Nurses"), admin)
    assert browser_of(stranger).get(f"/settings/groups/{group.id}").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.com", "https://127.0.0.1", "https://localhost:8443", "https://10.1.2.3", "https://[::1]/",
        "https://169.254.169.254/latest", "https://0.0.0.0", "https://[::ffff:10.0.0.1]", "ftp://x", "https://x:99999",
        "https://",
    ],
)  # fmt: skip
def test_the_server_does_not_ask_addresses_inside_its_network(url):
    with pytest.raises(Unanswered):
        refuse_internal(url, allows_internal=False)


def test_a_provider_inside_is_refused_unless_a_setting_allows_it(admin, form):
    attrs = validated(ProviderAttrs, form)
    with pytest.raises(Invalid, match="begins with https"):
        identity.save_provider(attrs, admin, "key")


def test_addresses_cannot_be_tried_without_end(tmp_path, organization):
    app = create_app(
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'limits.sqlite3'}", BROKER_URL=None, WTF_CSRF_ENABLED=False,
        RATELIMIT_STORAGE_URI="memory://", RATELIMIT_ENABLED=True, SECRET_KEY="not a secret", INSTANCE=tmp_path,
    )  # fmt: skip
    with app.app_context():
        db.create_all()
        client = app.test_client()
        codes = [client.post("/sign-in", data={"email": "a@b.example"}).status_code for _ in range(11)]
        returns = [client.get("/login/x/back?code=1").status_code for _ in range(11)]
        db.engine.dispose()
    assert (codes[9:], returns[9:]) == ([200, 429], [404, 429])
