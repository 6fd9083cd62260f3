"""Signing in at the organization's provider: who gets in, who does not, and what the token must prove."""

import base64
import json
import time
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import select

from lms import accounts, identity
from lms.accounts import User
from lms.attrs import validated
from lms.db import db
from lms.events import Change
from lms.identity import Identity, MappingAttrs, ProviderAttrs
from tests import factories
from tests.identity.conftest import serving
from tests.identity.provider import CLIENT, OTHER_KEY, SECRET, Provider


@pytest.fixture
def provider(app, monkeypatch):
    """A provider on this machine, which the server may ask."""
    monkeypatch.setitem(app.config, "OPENID_INTERNAL", True)
    one = Provider()
    with serving(one.app) as address:
        one.issuer = address
        yield one


@pytest.fixture
def save(app, provider, admin):
    """Sets the organization's provider."""

    def save(**attrs):
        given = {
            "name": "Harbour Id", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET,
            "enabled": True, "domains": "harbour-hospital.example", **attrs,
        }  # fmt: skip
        return identity.save_provider(
            validated(ProviderAttrs, given), admin, app.config["SECRET_KEY"], allows_internal=True
        )

    return save


@pytest.fixture
def nora(organization, provider, save):
    """Somebody who has an account here and whom the provider knows."""
    save()
    user = factories.user(organization, "Nora Night")
    provider.person = {"sub": "nora-1", "email": user.email, "email_verified": True, "name": "Nora Night"}
    return user


@pytest.fixture
def come(app, organization):
    """Signs in as a browser does: here, at the provider, and back; gives the client and the last answer."""

    def come(next="", slug=organization.slug):
        client = app.test_client()
        begun = client.get(f"/login/{slug}/start?next={next}")
        assert begun.status_code == 302, begun.text
        sent = httpx.get(begun.location)
        assert sent.status_code == 302, sent.text
        parts = urlsplit(sent.headers["location"])
        return client, client.get(f"{parts.path}?{parts.query}")

    return come


def signed_in(client):
    return client.get("/profile/").status_code == 200


def test_somebody_with_a_verified_address_gets_in_and_where_they_wanted(come, nora):
    client, answer = come(next="/profile/")
    assert (answer.status_code, answer.location) == (302, "/profile/")
    assert "Nora Night" in client.get("/profile/").text
    row = db.session.scalars(select(Identity)).one()
    assert (row.user_id, row.subject) == (nora.id, "nora-1")


def test_afterwards_issuer_and_subject_count_not_the_address(come, nora, provider):
    come()
    provider.person |= {"email": "married@elsewhere.example", "email_verified": False}
    assert signed_in(come()[0])


def test_every_request_has_its_own_state_nonce_and_challenge(come, nora, provider):
    come(), come()
    for name in ("state", "nonce", "code_challenge"):
        assert len({asked[name] for asked in provider.asked}) == 2


def test_the_trail_has_the_account_that_was_linked(come, nora):
    come()
    change = db.session.scalars(select(Change).where(Change.object_type == "Identity")).one()
    assert (change.action, change.actor_id, change.after["subject"]) == ("created", nora.id, "nora-1")


def unsigned(claims):
    parts = ({"alg": "none"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return f"{encoded[0]}.{encoded[1]}."


def tampered(provider):
    def sign(claims):
        head, _body, signature = jwt.encode({"alg": "RS256", "kid": "1"}, claims, provider.key).split(".")
        other = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "admin"}).encode()).rstrip(b"=").decode()
        return f"{head}.{other}.{signature}"

    return sign


FORGERIES = {
    "signed with another key": lambda p: setattr(p, "key", OTHER_KEY),
    "changed after it was signed": lambda p: setattr(p, "sign", tampered(p)),
    "not signed": lambda p: setattr(p, "sign", unsigned),
    "signed with the secret": lambda p: setattr(
        p, "sign", lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2))
    ),
    "another nonce": lambda p: setattr(p, "change", lambda claims: claims.update(nonce="replayed")),
    "no nonce": lambda p: setattr(p, "change", lambda claims: claims.pop("nonce")),
    "for another client": lambda p: setattr(p, "change", lambda claims: claims.update(aud="another")),
    "for several, and not by us": lambda p: setattr(p, "change", lambda claims: claims.update(aud=[CLIENT, "x"])),
    "another issuer": lambda p: setattr(p, "change", lambda claims: claims.update(iss="https://evil.example")),
    "expired": lambda p: setattr(p, "change", lambda claims: claims.update(exp=int(time.time()) - 120)),
    "without an end": lambda p: setattr(p, "change", lambda claims: claims.pop("exp")),
    "without a subject": lambda p: setattr(p, "change", lambda claims: claims.pop("sub")),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_does_not_prove_what_it_says_lets_nobody_in(come, nora, provider, forgery):
    FORGERIES[forgery](provider)
    client, answer = come()
    assert answer.status_code == 400
    assert "could not be verified" in answer.text
    assert not signed_in(client)


def test_a_return_that_nobody_here_began_is_refused(app, come, nora, provider, organization):
    client = app.test_client()
    assert client.get(f"/login/{organization.slug}/back?code=x&state=y").status_code == 400
    sent = httpx.get(client.get(f"/login/{organization.slug}/start").location).headers["location"]
    thief = app.test_client()
    thief.get(f"/login/{organization.slug}/start")
    assert thief.get(sent).status_code == 400
    assert client.get(f"{sent}&iss=https://evil.example").status_code == 400
    assert client.get(sent).status_code == 400, "a state is good once"


def test_who_declines_at_the_provider_can_begin_again(app, nora, organization):
    client = app.test_client()
    state = client.get(f"/login/{organization.slug}/start").location.split("state=")[1].split("&")[0]
    answer = client.get(f"/login/{organization.slug}/back?error=access_denied&state={state}")
    assert (answer.status_code, "Begin again" in answer.text) == (400, True)


@pytest.mark.parametrize("verified", [False, None, "no"])
def test_an_address_that_is_not_verified_links_no_account(come, nora, provider, verified):
    provider.person["email_verified"] = verified
    client, answer = come()
    assert (answer.status_code, signed_in(client)) == (403, False)
    assert "not say that your address is verified" in answer.text


def test_an_account_elsewhere_is_not_linked_nor_told_apart_from_none(come, nora, provider, save, stranger):
    save(domains="")
    provider.person |= {"sub": "s", "email": stranger.email}
    _client, theirs = come()
    provider.person["email"] = "nobody@nowhere.example"
    _client, nobodys = come()
    for answer in (theirs, nobodys):
        assert (answer.status_code, "There is no account for you here" in answer.text) == (403, True)
    assert db.session.scalars(select(Identity)).all() == []


def test_an_address_outside_the_organizations_domains_is_not_let_in(come, nora, provider, save):
    save(domains="elsewhere.example")
    assert come()[1].status_code == 403


def test_somebody_inactive_does_not_get_in_linked_or_not(come, nora, provider, admin):
    accounts.deactivate_user(nora, admin)
    _client, answer = come()
    assert (answer.status_code, "deactivated" in answer.text) == (403, True)
    accounts.activate_user(nora, admin)
    come()
    accounts.deactivate_user(nora, admin)
    assert not signed_in(come()[0])


def test_a_second_account_with_the_same_address_does_not_take_the_first_ones_place(come, nora, provider, admin):
    come()
    provider.person["sub"] = "nora-2"
    assert come()[1].status_code == 403
    identity.separate(nora, admin)
    assert signed_in(come()[0])


def test_accounts_are_made_at_the_first_sign_in_only_if_wanted_and_only_for_the_domains(come, nora, provider, save):
    provider.person = {"sub": "new", "email": "New@Harbour-Hospital.example", "email_verified": True, "name": "New One"}
    assert come()[1].status_code == 403
    save(creates_people=True)
    assert signed_in(come()[0])
    new = db.session.scalar(select(User).where(User.email == "new@harbour-hospital.example"))
    assert (new.name, list(new.roles), new.password) == ("New One", ["learner"], None)
    provider.person |= {"sub": "other", "email": "new@elsewhere.example"}
    assert come()[1].status_code == 403


def test_groups_bring_roles_at_each_sign_in_and_take_them_again(come, nora, provider, save, admin):
    save(groups_claim="groups")
    identity.create_group(MappingAttrs(name="Authors", roles=["author"]), admin)
    identity.create_group(MappingAttrs(name="Leads", external_id="9c-11", roles=["manager"]), admin)
    for groups, roles in (
        (["Authors", "9c-11", "unknown"], ["learner", "manager", "author"]),
        (["Authors"], ["learner", "author"]),
        (None, ["learner", "author"]),
        ([], ["learner"]),
    ):
        provider.person.pop("groups", None)
        if groups is not None:
            provider.person["groups"] = groups
        provider.userinfo = {"sub": "nora-1"}
        come()
        db.session.expire_all()
        assert list(nora.roles) == roles
    assert provider.asked[-1]["scope"] == "openid email profile groups"


def test_what_the_token_lacks_is_asked_for_and_must_be_about_the_same_person(come, nora, provider):
    provider.userinfo = provider.person
    provider.person = {"sub": "nora-1"}
    assert signed_in(come()[0])
    db.session.execute(Identity.__table__.delete())
    provider.userinfo = {**provider.userinfo, "sub": "somebody else"}
    assert come()[1].status_code == 400


def test_a_provider_that_does_not_answer_is_a_page_that_says_what_to_do(app, nora, organization, provider):
    db.session.execute(identity.IdentityProvider.__table__.update().values(issuer="http://127.0.0.1:9"))
    db.session.commit()
    answer = app.test_client().get(f"/login/{organization.slug}/start")
    assert answer.status_code == 502
    assert "Try again in a few minutes" in answer.text


def test_a_page_of_another_site_is_not_gone_to_afterwards(come, nora):
    assert come(next="//evil.example")[1].location == "/"


def test_the_policy_of_our_pages_does_not_stand_in_the_way(app, nora, organization):
    page = app.test_client().get(f"/login/{organization.slug}")
    assert f'href="/login/{organization.slug}/start"' in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
