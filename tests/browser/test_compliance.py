"""The pages of qualifications in a browser: a rule in words, a requirement with its preview, a certificate reviewed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lms.demo.qualifications import DOCUMENT
from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser


def test_a_qualification_explains_itself_and_a_requirement_shows_what_it_does(chromium: Browser, address: str):
    page = sign_in(chromium, address, "admin")
    page.goto("/qualifications/new")
    page.get_by_label("Title").fill("Working at heights")
    page.get_by_label("Every year in the same month").check()
    page.get_by_label("In which month?").select_option(label="March")
    expect(page.locator("#rule-words")).to_contain_text("To be done every March, whenever it was last done.")
    expect(page.get_by_label("Counted from")).to_be_hidden()
    page.get_by_label("An instructor may sign it off").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Working at heights")).to_be_visible()

    page.get_by_role("link", name="Require it of somebody").click()
    page.get_by_label("A job function").check()
    page.get_by_label("Job function", exact=True).select_option(label="Nurse")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator("#preview")).to_contain_text(re.compile(r"\d+ people would not be compliant"))
    page.get_by_role("button", name="Save the requirement").click()
    expect(page.get_by_text("Saved. Whom it concerns is being worked out.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Working at heights")
    for _ in range(40):
        page.reload()
        if row.locator(".chip-bad").count():
            break
        page.wait_for_timeout(250)
    expect(row.locator(".chip-bad")).to_be_visible()
    page.context.close()


def test_a_certificate_is_handed_in_on_a_phone_and_reviewed(chromium: Browser, address: str, tmp_path: Path):
    (tmp_path / "certificate.pdf").write_bytes(DOCUMENT)
    learner = sign_in(chromium, address, "learner", width=390)
    learner.goto("/evidence/new")
    learner.get_by_label("Qualification").select_option(label="Lifting and moving")
    learner.get_by_label("The certificate").set_input_files(tmp_path / "certificate.pdf")
    learner.get_by_label("Obtained on").fill("2026-01-15")
    learner.get_by_label("Issued by").fill("Northern Training Centre of Lea")
    learner.get_by_role("button", name="Hand in").click()
    expect(learner.get_by_text("Handed in. You hear when it is reviewed.")).to_be_visible()

    admin = sign_in(chromium, address, "admin")
    admin.goto("/evidence/")
    admin.get_by_role("row").filter(has_text="Northern Training Centre of Lea").get_by_role("link").click()
    expect(admin.get_by_role("link", name="certificate.pdf")).to_be_visible()
    admin.get_by_role("button", name="Accept").click()
    expect(admin.get_by_text("It counts now.")).to_be_visible()
    learner.reload()
    expect(learner.locator(".chip", has_text="Accepted").first).to_be_visible()
    for page in (learner, admin):
        page.context.close()
