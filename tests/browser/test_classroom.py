"""Planner, instructor on a phone, learner and manager in a browser, with the real workers and mails."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.db import utcnow
from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser


def fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} is wider than {width} pixels"


def open_event(page: Page, title: str) -> None:
    page.goto("/agenda/open?size=100")
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def mail_with(page: Page, subject: str) -> None:
    """Wait until the mail catcher has it."""
    for _ in range(60):
        page.goto("/dev/mail")
        if page.get_by_text(subject).count():
            return
        page.wait_for_timeout(250)
    pytest.fail(f"no mail {subject!r}")


def test_a_planner_plans_with_the_keyboard_is_told_of_a_clash_and_a_learner_gets_the_place_that_comes_free(
    chromium: Browser, address: str
):
    planner = sign_in(chromium, address, "author")
    for title in ("Slings and hoists", "Slings again"):
        planner.goto("/events/new")
        planner.get_by_label("Title").fill(title)
        planner.get_by_label("Starts").fill("2031-05-05T09:00")
        planner.get_by_label("Ends").fill("2031-05-05T11:00")
        planner.get_by_label("Room").select_option(label="Skills lab, Harbour")
        planner.get_by_label("Places optional").fill("1")
        planner.get_by_label("Places optional").press("Enter")
        if title == "Slings and hoists":
            expect(planner.get_by_text("The event is planned.")).to_be_visible()
    expect(planner.locator(".field-error")).to_contain_text("Skills lab, Harbour is taken by “Slings and hoists”")

    planner.goto("/agenda/?scope=all&date=2031-05-01")
    planner.get_by_role("link", name="Slings and hoists").focus()
    planner.keyboard.press("Enter")
    planner.get_by_role("link", name="People").last.click()
    planner.get_by_role("link", name="Register people").click()
    planner.locator(".people-choice input:enabled").first.check()
    planner.get_by_role("button", name="Register").click()
    expect(planner.get_by_text("1 person is registered.")).to_be_visible()

    learner = sign_in(chromium, address, "learner", width=390)
    open_event(learner, "Slings and hoists")
    fits(learner, 390)
    learner.get_by_role("button", name="Go on the waiting list").click()
    expect(learner.get_by_text("You are number 1 on the waiting list").first).to_be_visible()

    planner.reload()
    planner.get_by_role("link", name=re.compile("Cancel the registration")).first.click()
    planner.get_by_label("Reason").fill("Works elsewhere now")
    planner.get_by_role("button", name="Cancel the registration").click()
    expect(planner.get_by_text("The registration is cancelled.")).to_be_visible()
    learner.reload()
    expect(learner.locator(".chip", has_text="Has a place")).to_be_visible()
    mail_with(planner, "A place in Slings and hoists is yours")

    learner.goto("/agenda/?date=2031-05-05&view=week")
    expect(learner.get_by_role("link", name=re.compile("Slings and hoists")).first).to_be_visible()
    fits(learner, 390)
    learner.get_by_role("button", name="Make my private address").click()
    feed = learner.get_by_label("Your private address").input_value()
    assert "SUMMARY:Mask fitting" in learner.context.request.get(feed).text()
    planner.context.close()
    learner.context.close()


def test_an_instructor_marks_on_a_phone_and_shows_the_code(chromium: Browser, address: str):
    page = sign_in(chromium, address, "instructor", width=390)
    page.goto("/events/?when=past")
    page.get_by_role("link", name="Fire extinguishers, practice").click()
    page.get_by_role("link", name="Attendance").click()
    fits(page, 390)
    first, second = page.locator(".sheet-row").nth(0), page.locator(".sheet-row").nth(1)
    button = first.get_by_role("button", name="There")
    box = button.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    button.click()
    expect(first.get_by_text("Saved")).to_be_visible()
    expect(first.get_by_role("button", name="There")).to_have_attribute("aria-pressed", "true")
    second.get_by_role("button", name="Absent").click()
    second.get_by_placeholder("Reason").fill("ill")
    second.get_by_placeholder("Reason").press("Enter")
    expect(second.get_by_text("Saved")).to_be_visible()
    expect(page.locator("#marked")).to_have_text("2")

    page.route("**/attendance/*", lambda route: route.abort())
    page.locator(".sheet-row").nth(2).get_by_role("button", name="Late").click()
    expect(page.get_by_text("Not saved. Tap again.")).to_be_visible()
    page.unroute("**/attendance/*")
    page.reload()
    expect(first.get_by_role("button", name="There")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#marked")).to_have_text("2")

    page.get_by_role("link", name="Show the code").click()
    expect(page.locator("#code")).to_have_attribute("src", re.compile("^data:image/svg"))
    assert page.evaluate("document.getElementById('code').naturalWidth") > 100
    expect(page.locator("[data-live-text$=present]")).to_have_text("1")
    fits(page, 390)
    page.context.close()


def test_a_manager_registers_the_team_and_decides_on_requests(chromium: Browser, address: str):
    page = sign_in(chromium, address, "manager", width=390)
    open_event(page, "Leadership in the team")
    page.get_by_role("link", name="Register people").click()
    fits(page, 390)
    page.locator(".people-choice input:enabled").first.check()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("1 person is registered.")).to_be_visible()
    fits(page, 390)
    page.goto("/agenda/team")
    page.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_text("Approved.")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_a_learner_fit_their_window(chromium: Browser, address: str, width: int):
    page = sign_in(chromium, address, "learner", width)
    day = (utcnow() + timedelta(days=9)).date()
    for path in ("/agenda/", f"/agenda/?view=week&date={day}", "/agenda/?view=list", "/agenda/open"):
        response = page.goto(path)
        assert response is not None
        assert response.status == 200
        fits(page, width)
    page.get_by_role("link", name="Resuscitation, practice day").click()
    expect(page.get_by_text("on the waiting list")).to_be_visible()
    fits(page, width)
    page.context.close()
