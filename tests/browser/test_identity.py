"""Signing in at a provider in a browser: an administrator sets it, somebody new comes in by it with a role."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, expect

from tests.browser.pictures import photograph
from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser

NORA = {"email": "nora@harbour.example", "email_verified": True, "name": "Nora Night", "groups": ["Ward leads"]}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider on this machine that knows Nora."""
    with run_server_in_thread(user_claims=[User(sub="nora", claims=NORA)]) as server:
        yield f"http://localhost:{server.server_port}"


def test_somebody_new_signs_in_at_the_organizations_provider(
    chromium: Browser, address: str, issuer: str, tmp_path: Path
):
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    admin = sign_in(chromium, address, "admin")
    admin.goto("/settings/sign-in")
    for label, value in (
        ("Name on the button", "Harbour Id"), ("Issuer", issuer), ("Client id", "lms"), ("Client secret", "secret"),
        ("Domains of your addresses", "harbour.example"), ("Claim with the groups", "groups"),
    ):  # fmt: skip
        admin.get_by_label(label).fill(value)
    admin.get_by_label("Make an account").check()
    admin.get_by_label("People sign in here").check()
    photograph(admin, path=folder / "identity-provider.png")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Saved.")).to_be_visible()
    admin.goto("/settings/groups/new")
    admin.get_by_label("Name").fill("Ward leads")
    admin.get_by_label("Manager").check()
    photograph(admin, path=folder / "identity-group.png", full_page=True)
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Ward leads")).to_be_visible()
    photograph(admin, path=folder / "identity-groups.png", full_page=True)

    page = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=address).new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto("/profile/")
    page.get_by_role("link", name="Sign in with your organization").click()
    photograph(page, path=folder / "identity-address.png", full_page=True)
    page.get_by_label("Email address").fill("nora@harbour.example")
    page.get_by_role("button", name="Continue").click()
    photograph(page, path=folder / "identity-organization.png", full_page=True)
    page.get_by_role("link", name="Sign in with Harbour Id").click()
    page.wait_for_url(f"{issuer}/**")
    page.get_by_role("button", name="nora").click()
    expect(page.get_by_label("Name")).to_have_value("Nora Night")
    assert not complaints, complaints
    page.context.close()

    admin.goto("/people/?q=nora@harbour.example")
    admin.get_by_role("link", name="Nora Night").click()
    expect(admin.locator(".facts")).to_contain_text("Learner, Manager")
    expect(admin.get_by_role("button", name="Separate sign-in")).to_be_visible()
    photograph(admin, path=folder / "identity-person.png")
    admin.context.close()
