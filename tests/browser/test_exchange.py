"""An import of 10,000 rows in a browser, 37 of them faulty, from the upload to the corrected file."""

import csv
import io
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pictures import photograph
from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser

ROWS, FAULTY = 10_000, 37


def people() -> bytes:
    """A file as a Dutch spreadsheet writes it; every 270th row has an address that is none."""
    lines = ["Personeelsnummer;Volledige naam;E-mailadres;Kleur"]
    for number in range(ROWS):
        wrong = number % 270 == 0 and number < 270 * FAULTY
        lines.append(f"{number:05};Zoë {number};{'nobody' if wrong else f'zoe.{number}@import.example'};blue")
    return "\r\n".join(lines).encode("cp1252")


def test_ten_thousand_people_are_imported_and_the_faulty_ones_corrected(
    chromium: Browser, address: str, tmp_path: Path
):
    page = sign_in(chromium, address, "admin")
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))

    def upload(content: bytes, name: str) -> None:
        page.goto("/exchange/imports/new")
        page.get_by_label("What is in it").select_option("people")
        page.get_by_label("File").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
        page.get_by_role("button", name="Upload").click()
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("button", name="Carry it out")).to_be_visible(timeout=60_000)

    def figure(word: str) -> str:
        return page.locator(".outcome", has_text=word).locator(".figure").inner_text()

    upload(people(), "people.csv")
    assert (figure("Would be created"), figure("Refused")) == (str(ROWS - FAULTY), str(FAULTY))
    expect(page.get_by_label("Kleur")).to_have_value("")
    photograph(page, path=folder / "import-checked.png")
    page.locator(".outcome", has_text="Refused").click()
    expect(page.get_by_text("“E-mailadres” is not a mail address: nobody.").first).to_be_visible()

    page.get_by_role("button", name="Carry it out").click()
    expect(page.locator(".import-progress")).to_be_visible()
    photograph(page, path=folder / "import-running.png")
    expect(page.get_by_role("button", name="Undo")).to_be_visible(timeout=60_000)
    assert (figure("Created"), figure("Refused")) == (str(ROWS - FAULTY), str(FAULTY))
    photograph(page, path=folder / "import-done.png")

    with page.expect_download() as started:
        page.get_by_role("link", name="Download the refused rows").click()
    faulty = Path(started.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(faulty), delimiter=";"))
    assert (len(rows), rows[1]["Personeelsnummer"]) == (FAULTY, "00270")
    corrected = re.sub(r"^(\d+);(.*?);nobody;", r"\1;\2;zoe.\1@import.example;", faulty, flags=re.MULTILINE)
    upload(corrected.encode(), "people-corrected.csv")
    assert (figure("Would be created"), figure("Refused")) == (str(FAULTY), "0")
    page.get_by_role("button", name="Carry it out").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible(timeout=60_000)

    page.goto("/people/?q=import.example")
    expect(page.get_by_text(f"of {ROWS}")).to_be_visible()
    entries = page.get_by_role("link", name="What the import did")
    for _ in range(60):  # the trail of ten thousand rows is written by the worker
        page.goto("/audits/?type=Import")
        if entries.count() == 2:
            break
        page.wait_for_timeout(500)
    expect(entries).to_have_count(2)
    page.context.close()
