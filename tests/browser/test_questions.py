"""Question banks in a browser: writing every kind of question, answering each by keyboard on a phone, files."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pictures import photograph
from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser

GIFT = b"::Ice:: Ice floats.{T}\n\n::Essay:: Write about ice.{}\n\n::Salt:: Sea water holds {~sugar =salt} and water.\n"


@pytest.fixture
def author(chromium: Browser, address: str) -> Iterator[Page]:
    page = sign_in(chromium, address, "author")
    yield page
    page.context.close()


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[Page]:
    page = sign_in(chromium, address, "author", width=390)
    yield page
    page.context.close()


def new_bank(page: Page, title: str) -> str:
    page.goto("/banks/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    return page.url


def write(page: Page, bank: str, kind: str, text: str) -> None:
    """Begin a question of some kind."""
    page.goto(f"{bank}/questions/new")
    page.get_by_label("Kind", exact=True).select_option(kind)
    page.locator(".qe-rich .ql-editor").first.fill(text)


def fill(page: Page, path: str, value: str) -> None:
    page.locator(f'[data-path="{path}"] :is(input, textarea)').first.fill(value)


def save(page: Page, title: str) -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name=title, exact=True)).to_be_visible()


def test_an_author_writes_a_question_of_every_kind(author: Page):
    bank = new_bank(author, "Written here")
    preview = author.locator("#question-preview")

    write(author, bank, "single", "What floats?")
    author.get_by_role("button", name="Save", exact=True).click()
    expect(author.locator('[data-path="options.0.text"] .field-error')).to_have_text("Fill this in, or take it out.")
    for number, text in enumerate(("Iron", "Ice")):
        fill(author, f"options.{number}.text", text)
    author.get_by_role("button", name="Add an option").click()
    author.get_by_role("radio", name="Right").nth(1).check()
    author.locator('[data-row="options.2"]').get_by_role("button", name="Move up").click()
    fill(author, "options.1.text", "Lead")
    expect(preview.get_by_label("Lead")).to_be_visible()
    preview.get_by_label("Ice").check()
    author.get_by_role("button", name="Check the answer").click()
    expect(preview.locator(".question-outcome .chip")).to_have_text("Right")
    save(author, "Floating")

    write(author, bank, "multiple", "Which are metals?")
    for number, text in enumerate(("Iron", "Ice")):
        fill(author, f"options.{number}.text", text)
    author.get_by_label("Weigh the options one by one").check()
    fill(author, "options.1.weight", "-50")
    save(author, "Metals")

    write(author, bank, "truefalse", "Ice floats.")
    author.get_by_role("radio", name="False").check()
    save(author, "True?")

    write(author, bank, "shorttext", "Capital of France?")
    fill(author, "variants.0.text", "Paris")
    author.get_by_role("button", name="Add an answer").click()
    fill(author, "variants.1.text", "Par*s")
    fill(author, "variants.1.weight", "50")
    save(author, "Capital")

    write(author, bank, "numeric", "Boiling point?")
    fill(author, "numbers.0.value", "100")
    author.get_by_role("button", name="Add a number").click()
    author.locator('[data-row="numbers.1"] select').select_option("range")
    fill(author, "numbers.1.low", "90")
    fill(author, "numbers.1.high", "110")
    fill(author, "numbers.1.weight", "50")
    save(author, "Boiling")

    write(author, bank, "ordering", "Put these in order.")
    for number, text in enumerate(("Look", "Call", "Act")):
        fill(author, f"items.{number}.text", text)
    save(author, "Order")

    write(author, bank, "matching", "What belongs together?")
    for number, (left, right) in enumerate((("Stop", "Red"), ("Go", "Green"))):
        fill(author, f"pairs.{number}.left", left)
        fill(author, f"pairs.{number}.right", right)
    author.get_by_role("button", name="Add a wrong answer").click()
    fill(author, "extra.0", "Blue")
    save(author, "Colours")

    write(author, bank, "gaps", "Ice is [[1]] water.")
    fill(author, "gaps.0.variants.0.text", "frozen")
    author.get_by_role("button", name="Insert a gap at the cursor").click()
    author.locator('[data-row="gaps.1"] select').first.select_option("number")
    fill(author, "gaps.1.numbers.0.value", "0")
    expect(preview.get_by_label("Gap 2")).to_be_visible()
    save(author, "Gaps")
    expect(author.locator(".pager").first).to_contain_text("1–8 of 8")


def answer_by_keyboard(page: Page, number: int) -> None:
    """The right answer to a question of the demo's bank, without the mouse."""
    preview, keys = page.locator("#question-preview"), page.keyboard

    def press(label: str, key: str = "Space") -> None:
        preview.get_by_label(label, exact=True).focus()
        keys.press(key)

    def choose(label: str, text: str) -> None:
        preview.get_by_label(label, exact=True).focus()
        keys.type(text)

    match number:
        case 1:
            press("Raise the alarm")
        case 2:
            press("Paper")
            press("Wood")
        case 3:
            press("False")
        case 4 | 5:
            preview.locator("input").focus()
            keys.type("112" if number == 4 else "110")
        case 6:
            order = ("Recognize it", "Start compressions", "Use the AED", "Hand over")
            for place, text in enumerate(order):
                item = preview.locator("li", has_text=text)
                while item.evaluate("item => [...item.parentNode.children].indexOf(item)") > place:
                    item.get_by_role("button", name="Move up").focus()
                    keys.press("Enter")
        case 7:
            for left, right in (("Red", "Forb"), ("Yellow", "Look"), ("Blue", "You"), ("Green", "The way")):
                choose(left, right)
        case 8:
            choose("Gap 1", "where")
            choose("Gap 2", "1")
            choose("Gap 3", "last")


def test_every_kind_is_answered_by_keyboard_on_a_phone(phone: Page, tmp_path: Path):
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    for number in range(1, 9):
        phone.goto(f"/banks/1/questions/{number}")
        expect(phone.locator("#question-preview [data-mounted]")).to_be_visible()
        answer_by_keyboard(phone, number)
        phone.get_by_role("button", name="Check the answer").focus()
        phone.keyboard.press("Enter")
        expect(phone.locator("#question-preview .question-outcome .chip")).to_have_text("Right")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, number
        photograph(phone.locator(".question-preview"), path=folder / f"question-{number}-390.png")


def test_an_order_is_changed_by_dragging(author: Page):
    author.goto("/banks/1/questions/6")
    items = author.locator("#question-preview li")
    expect(author.locator("#question-preview [data-mounted]")).to_be_visible()
    author.wait_for_function("window.Sortable !== undefined")
    before = items.all_inner_texts()
    items.nth(0).locator(".js-handle").drag_to(items.nth(2))
    expect(items.nth(0)).to_have_text(before[1].strip())
    assert sorted(items.all_inner_texts()) == sorted(before)


def test_a_file_is_imported_and_questions_are_dealt_with_together(author: Page):
    new_bank(author, "Elsewhere")
    bank = new_bank(author, "From a file")
    author.get_by_role("link", name="Import").first.click()
    author.get_by_label("File").set_input_files({"name": "ice.txt", "mimeType": "text/plain", "buffer": GIFT})
    author.get_by_role("button", name="Read the file").click()
    expect(author.get_by_role("cell", name="Essay", exact=True)).to_be_visible()
    author.get_by_role("button", name="Add 2 questions to the bank").click()
    expect(author.get_by_text("2 questions are added to the bank.")).to_be_visible()

    author.get_by_label("Choose Ice").check()
    author.get_by_label("Bank to move to").select_option(label="Elsewhere")
    author.get_by_role("button", name="Move", exact=True).click()
    expect(author.get_by_text("1 question is moved.")).to_be_visible()
    author.get_by_label("Choose all on this page").check()
    author.locator(".bulk-acts").get_by_role("button", name="Delete").click()
    author.get_by_role("button", name="Yes, go on").click()
    expect(author.get_by_text("1 question is deleted.")).to_be_visible()
    author.goto(bank)
    expect(author.get_by_text("No questions yet")).to_be_visible()
