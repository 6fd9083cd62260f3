"""What people hear, mails and enrollment rules in a browser; a learner on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def author(chromium: Browser, address: str) -> Iterator[Page]:
    page = sign_in(chromium, address, "author")
    yield page
    page.context.close()


@pytest.fixture
def admin(chromium: Browser, address: str) -> Iterator[Page]:
    page = sign_in(chromium, address, "admin")
    yield page
    page.context.close()


def test_a_rule_is_looked_at_then_saved_then_applied_and_explained(author: Page):
    author.goto("/courses/3/rules/new")
    author.get_by_label("Who", exact=True).select_option(label="Everyone with a role")
    expect(author.get_by_label("Which one").nth(0)).to_be_hidden()
    author.locator("[data-kind=role] select").select_option(label="Auditor")
    author.get_by_label("Or days after enrollment").fill("10")
    author.get_by_role("button", name="See who that is").click()
    expect(author.get_by_text("1 person matches.")).to_be_visible()
    expect(author.locator("[data-kind=role] select")).to_have_value("auditor")
    author.get_by_role("button", name="Save").click()
    rule = author.locator(".steps li").filter(has_text="Everyone with the role Auditor takes this course")
    expect(rule).to_contain_text("due 10 days after enrollment")
    for _ in range(60):
        if rule.get_by_text("1 person").count():
            break
        author.wait_for_timeout(500)
        author.reload()
    expect(rule).to_contain_text("1 person")
    author.goto("/people/?role=auditor")
    author.locator("tbody a.cell-title").first.click()
    expect(author.get_by_text("Enrolled because everyone with the role Auditor takes this course.")).to_be_visible()


def test_an_administrator_writes_a_mail_looks_at_it_and_sends_a_test(admin: Page):
    admin.goto("/admin/mail-templates/course_published/en")
    admin.get_by_label("Subject").fill("{course} opens {doors}")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("{doors} is not known here.")).to_be_visible()
    admin.get_by_label("Subject").fill("{course} opens its doors")
    admin.get_by_role("button", name="Preview").click()
    expect(admin.frame_locator("iframe").get_by_text("Fire safety opens its doors")).to_be_visible()
    admin.get_by_role("button", name="Send me a test mail").click()
    expect(admin.get_by_text("A test mail is on its way")).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Saved. Mails say this from now on.")).to_be_visible()
    for _ in range(40):
        admin.goto("/dev/mail")
        if admin.get_by_text("Fire safety opens its doors").count():
            break
        admin.wait_for_timeout(500)
    expect(admin.get_by_text("Fire safety opens its doors").first).to_be_visible()


def test_an_administrator_finds_a_mail_that_was_not_sent_and_sends_it_again(admin: Page):
    admin.goto("/admin/mails/?state=failed")
    admin.locator("tbody a.cell-title").last.click()
    expect(admin.get_by_text("550 5.1.1 No such user")).to_be_visible()
    expect(admin.frame_locator("iframe").get_by_text(re.compile("added the subject Evacuation"))).to_be_visible()
    admin.get_by_role("button", name="Send again").click()
    expect(admin.get_by_text("The mail is sent within seconds.")).to_be_visible()


def test_a_learner_chooses_on_a_phone_what_to_hear_and_when(chromium: Browser, address: str):
    page = sign_in(chromium, address, "learner", width=390)
    page.goto("/notifications/preferences")
    page.get_by_label("A subject is added to a course of yours").select_option(label="Mail once a day")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("A subject is added to a course of yours")).to_have_value("daily")
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Give both a beginning and an end, or neither.")).to_be_visible()
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("Quiet until").fill("07:00")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Quiet until")).to_have_value("07:00")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()
