"""The main job in a browser: a course, a content, an event, three people; audit, activity and mails by real workers."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.demo import SIGN_INS
from tests.browser.pictures import photograph
from tests.browser.windows import open_window, wait_for_scripts

pytestmark = pytest.mark.browser

PASSWORDS = {role: (email, password) for role, email, password in SIGN_INS}
PAGES = (
    "/", "/learn/", "/courses/", "/courses/new", "/courses/1", "/courses/1/people/", "/courses/1/people/enroll",
    "/courses/1/activity", "/courses/1/edit", "/courses/1/subjects/new", "/courses/1/subjects/new-event",
    "/contents/", "/contents/1", "/contents/1/quiz", "/contents/1/versions", "/contents/1/statistics",
    "/contents/1/publish", "/contents/1/preview", "/contents/new",
    "/contents/packages/new", "/events/", "/events/1", "/events/new",
    "/results/", "/people/", "/people/5", "/people/5/edit", "/people/invite", "/departments", "/departments/new",
    "/job-functions/new", "/settings/", "/profile/", "/change", "/search/?q=fire", "/activity/", "/audits/",
    "/banks/", "/banks/new", "/banks/1", "/banks/1/import", "/banks/1/export/gift", "/banks/1/questions/new",
    "/banks/1/questions/1", "/notifications/", "/notifications/preferences", "/admin/deliveries/", "/dev/mail",
    "/qualifications/", "/qualifications/1", "/qualifications/1/edit", "/qualifications/1/people", "/holdings/1",
    "/requirements/", "/requirements/3/edit", "/evidence/", "/evidence/new", "/evidence/sign-off", "/evidence/1",
    "/exemptions/", "/exemptions/new",
    "/my-qualifications/", "/team/", "/compliance/", "/compliance/report/", "/compliance/reminders", "/certificates/",
    "/certificates/1", "/certificates/template", "/verify/",
    "/agenda/", "/agenda/open", "/agenda/?scope=all&view=week", "/agenda/?scope=all&view=list", "/rooms/", "/rooms/new",
    "/events/13", "/events/13/people/", "/events/13/people/add", "/events/13/again", "/events/13/cancel",
    "/events/13/sessions/new", "/events/templates", "/events/19/close", "/events/19/sessions/19/attendance",
    "/events/19/sessions/19/code", "/events/19/sessions/19/list",
    "/notifications/defaults", "/courses/1/rules/",
    "/courses/1/rules/new", "/admin/mails/", "/admin/mails/1", "/admin/mails/stopped", "/admin/mailings/",
    "/admin/mail-templates/", "/admin/mail-templates/enrolled/en",
    "/exchange/imports/", "/exchange/imports/new", "/exchange/exports/", "/exchange/exports/schedules/new",
    "/exchange/keys/", "/exchange/keys/new", "/api/v1/docs", "/exchange/webhooks/", "/exchange/webhooks/new",
    "/exchange/webhooks/1", "/exchange/webhooks/1/secret", "/exchange/xapi/", "/exchange/xapi/incoming",
    "/exchange/oneroster/", "/settings/sign-in", "/settings/groups", "/settings/groups/new", "/sign-in",
    "/audits/chain/",
)  # fmt: skip


def sign_in(browser: Browser, address: str, role: str, width: int = 1280) -> Page:
    """A page of somebody with this role; anything the browser complains about fails the test."""
    page = open_window(browser, address, width)
    page.on("pageerror", lambda error: pytest.fail(f"{page.url}: {error}"))
    page.goto("/login")
    email, password = PASSWORDS[role]
    page.get_by_label("Email Address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=re.compile("^Welcome"))).to_be_visible()
    return page


@pytest.fixture
def author(chromium: Browser, address: str) -> Iterator[Page]:
    """The demo author's browser."""
    page = sign_in(chromium, address, "author")
    yield page
    page.context.close()


def test_a_course_from_the_form_to_audit_activity_and_mail(author: Page, chromium: Browser, address: str):
    author.goto("/courses/new")
    author.get_by_label("Title").fill("Working at heights")
    author.get_by_role("button", name="Save").click()
    course = author.url
    number = course.rsplit("/", 1)[1]

    author.goto("/contents/new")
    author.get_by_label("Title").fill("Ladders")
    author.get_by_role("button", name="Save").click()
    author.get_by_role("button", name="New page").click()
    author.locator("[data-add=text]").click()
    author.locator(".ql-editor").fill("Look at the feet of the ladder.")
    expect(author.locator("#author-mark")).to_have_text(" Saved")
    author.get_by_role("link", name="Publish").click()
    author.get_by_role("button", name="Publish").click()
    expect(author.locator(".chip", has_text="Version 1")).to_be_visible()

    author.goto(f"{course}/subjects/new")
    author.get_by_label("Title").fill("Ladders")
    author.get_by_label("Content").select_option(label="Ladders")
    author.get_by_role("button", name="Save").click()
    author.get_by_role("button", name="Publish").click()
    author.get_by_role("button", name="Yes, go on").click()
    expect(author.locator(".chip", has_text="Published")).to_be_visible()

    author.goto(f"/courses/{number}/people/enroll")
    names = author.locator(".people-choice .form-check-label").all_inner_texts()[:3]
    for box in author.locator(".people-choice input").all()[:3]:
        box.check()
    author.get_by_role("button", name="Enroll").click()
    expect(author.get_by_text("3 people are enrolled.")).to_be_visible()

    watching = author.context.new_page()
    wait_for_scripts(watching)
    watching.goto(f"/courses/{number}/activity")
    watching.bring_to_front()
    author.goto(f"{course}/subjects/new-event")
    author.get_by_label("Title").fill("Practice on the roof")
    author.get_by_label("Starts").fill("2030-05-01T09:00")
    author.get_by_label("Ends").fill("2030-05-01T11:00")
    author.get_by_role("textbox", name=re.compile("^Where")).fill("Roof")
    author.get_by_role("button", name="Save").click()
    expect(author.get_by_text("The event is planned and added.")).to_be_visible()
    watching.bring_to_front()
    expect(watching.get_by_text("Bram Bos added the subject Practice on the roof")).to_be_visible(timeout=10_000)

    admin = sign_in(chromium, address, "admin")
    admin.goto("/audits/?q=Practice+on+the+roof")
    row = admin.get_by_role("row").filter(has_text="Subject")
    expect(row).to_contain_text("Bram Bos")
    expect(row).to_contain_text("Created")

    mails = "New in Working at heights: Practice on the roof"
    for _ in range(40):
        admin.goto("/dev/mail")
        if admin.get_by_text(mails).count() >= len(names):
            break
        admin.wait_for_timeout(500)
    expect(admin.get_by_text(mails)).to_have_count(3)
    admin.context.close()


def test_a_learner_goes_through_a_content_and_is_done(chromium: Browser, address: str):
    page = sign_in(chromium, address, "learner", width=390)
    page.goto("/learn/")
    page.locator(".tile h2 a").first.click()
    page.locator(".steps .step-number:not(.done) + .grow a").first.click()
    expect(page.get_by_text("Page 1 of 2")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".flash")).to_contain_text(re.compile("Done|completed"))
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits_its_window(chromium: Browser, address: str, width: int, tmp_path: Path):
    page = sign_in(chromium, address, "admin", width)
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    for path in PAGES:
        response = page.goto(path)
        assert response is not None
        assert response.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than {width} pixels"
        name = re.sub(r"\W+", "-", path).strip("-") or "home"
        photograph(page, path=folder / f"{name}-{width}.png")
    page.context.close()


def test_a_title_without_a_space_fits_a_phone(chromium: Browser, address: str):
    page = sign_in(chromium, address, "author", width=390)
    page.goto("/courses/new")
    page.get_by_label("Title").fill("Unterwasserschweißgeräteführerscheinverlängerungsantragsverfahren" * 2)
    page.get_by_role("button", name="Save").click()
    for path in (page.url, f"{page.url}/edit", "/", "/courses/", "/activity/"):
        page.goto(path)
        expect(page.locator("main")).to_contain_text("Unterwasser")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.context.close()


def test_dragging_and_buttons_put_subjects_in_order(author: Page):
    author.goto("/courses/2")
    before = author.locator(".steps > li .cell-title").all_inner_texts()
    author.get_by_role("button", name=f"Move {before[0]} down").click()
    author.wait_for_load_state()
    assert author.locator(".steps > li .cell-title").all_inner_texts()[:2] == [before[1], before[0]]
