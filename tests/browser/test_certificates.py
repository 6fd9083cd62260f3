"""Qualifications in a browser: the employee, the manager's matrix, the organization, the report, the public page."""

import io
import os
import re
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.pictures import photograph
from tests.browser.test_walk import sign_in
from tests.browser.windows import open_window

pytestmark = pytest.mark.browser


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go."""
    return Path(os.environ.get("SCREENSHOTS", tmp_path))


def test_an_employee_reads_what_they_hold_and_downloads_the_certificate(chromium: Browser, address: str, pictures):
    page = sign_in(chromium, address, "learner")
    page.get_by_role("link", name="My qualifications").click()
    expect(page.get_by_role("heading", name="My certificates")).to_be_visible()
    photograph(page, path=pictures / "my-qualifications.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").first.click()
    document = pypdfium2.PdfDocument(Path(download.value.path()).read_bytes())
    assert len(document) == 1
    assert "/verify/" in document[0].get_textpage().get_text_range()
    document.close()
    with page.expect_download() as download:
        page.get_by_role("link", name="Badge").first.click()
    assert Path(download.value.path()).read_text().count(".") == 2
    page.context.close()


def test_a_manager_opens_a_cell_and_reminds_somebody_from_it(chromium: Browser, address: str, pictures):
    page = sign_in(chromium, address, "admin")
    page.goto("/team/?state=missing")
    before = page.locator(".matrix thead th").first.bounding_box()
    frame = page.locator(".matrix-frame")
    frame.evaluate("frame => frame.scrollBy(400, 400)")
    after = page.locator(".matrix thead th").first.bounding_box()
    assert before == after  # the head and the first column stay in place
    photograph(page, path=pictures / "team-matrix.png")
    frame.evaluate("frame => frame.scrollTo(0, 0)")
    page.locator("a.js-cell", has_text="Missing").nth(3).click()
    dialog = page.locator("#cell-dialog")
    expect(dialog).to_contain_text("Never obtained")
    photograph(page, path=pictures / "team-cell.png")
    dialog.get_by_role("button", name="Send a reminder").click()
    expect(page.locator(".flash")).to_contain_text("gets a note and a mail")
    expect(page).to_have_url(re.compile(r"/team/\?state=missing$"))
    page.context.close()


def test_on_a_telephone_the_matrix_is_a_card_for_each_person(chromium: Browser, address: str, pictures):
    page = sign_in(chromium, address, "manager", width=390)
    page.goto("/team/")
    photograph(page, path=pictures / "team-390.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    card = page.locator(".matrix tbody tr").first
    expect(card.locator(".matrix-title").first).to_be_visible()
    for box in (card.locator(".matrix-cell").all())[:3]:
        place = box.bounding_box()
        assert place is not None
        assert place["x"] + place["width"] <= 390
    page.context.close()


def test_the_dashboard_draws_each_chart_from_the_table_behind_it(chromium: Browser, address: str, pictures):
    page = sign_in(chromium, address, "admin")
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".chart-frame canvas")).to_have_count(3)
    expect(page.locator("#trend")).to_be_hidden()
    page.get_by_text("The figures as a table").first.click()
    expect(page.locator("#trend")).to_be_visible()
    photograph(page, path=pictures / "compliance-dashboard.png", full_page=True)
    page.locator(".heat-cell").first.click()
    expect(page.get_by_role("heading", name="Team")).to_be_visible()
    page.context.close()


def test_the_report_is_made_for_a_department_and_taken_on_paper(chromium: Browser, address: str, pictures):
    page = sign_in(chromium, address, "admin")
    page.goto("/compliance/report/")
    page.locator("#department_id").select_option(index=2)
    page.locator("input[name=states][value=compliant]").check()
    page.locator(".report-form button[type=submit]").click()
    photograph(page, path=pictures / "report.png")
    with page.expect_download() as download:
        page.locator("a[href*='compliance.pdf']").click()
    data = Path(download.value.path()).read_bytes()
    document = pypdfium2.PdfDocument(data)
    picture = document[0].render(scale=2).to_pil()
    document.close()
    picture.save(pictures / "report-page-1.png")
    darkest, brightest = picture.convert("L").getextrema()
    assert (darkest < 80, brightest > 240) == (True, True)  # ink on paper
    page.context.close()


def test_anybody_checks_a_certificate_without_signing_in(chromium: Browser, address: str, pictures):
    admin = sign_in(chromium, address, "admin")
    admin.goto("/certificates/1")
    number = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", admin.locator(".facts").first.inner_text())
    assert number is not None
    admin.context.close()
    visitor = open_window(chromium, address, width=390)
    visitor.goto("/verify/")
    visitor.get_by_label("Number").fill(number[0].lower().replace("-", " "))
    visitor.get_by_role("button", name="Check").click()
    expect(visitor.locator(".chip")).to_contain_text(re.compile("Valid|Superseded"))
    expect(visitor.locator(".facts")).to_contain_text("Harbour Hospital")
    assert visitor.evaluate("document.documentElement.scrollWidth") <= 390
    photograph(visitor, path=pictures / "verify-390.png")
    visitor.context.close()


def test_the_preview_follows_what_is_typed(chromium: Browser, address: str, pictures):
    page = sign_in(chromium, address, "admin")
    page.goto("/certificates/template")
    picture = page.locator("#certificate-preview")
    with page.expect_response(lambda response: "heading=Proof" in response.url) as response:
        page.get_by_label("Heading").fill("Proof of skill")
    assert Image.open(io.BytesIO(response.value.body())).format == "PNG"
    expect(picture).not_to_have_class(re.compile("is-loading"))
    photograph(page, path=pictures / "certificate-template.png")
    page.context.close()
