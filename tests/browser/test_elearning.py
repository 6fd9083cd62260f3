"""E-learning in a browser: an author writes and publishes, a learner takes it on a phone with a bad line."""

import re
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser

TITLE = "Ladders and you"


def picture() -> bytes:
    """A PNG of 8 by 8 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x33\x50\xd0" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


FILES = {
    "picture": ("ladder.png", "image/png", picture()),
    "video": ("climb.mp4", "video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08free"),
    "captions": ("climb.vtt", "text/vtt", b"WEBVTT\n\n00:00.000 --> 00:02.000\nThree points of contact.\n"),
    "file": ("checklist.txt", "text/plain", b"Feet, rungs, hinges."),
}


def add_block(page: Page, kind: str) -> Locator:
    """A new block at the end of the open page."""
    page.locator(f"#add-blocks [data-add={kind}]").click()
    return page.locator(".block").last


def add_page(page: Page, title: str) -> None:
    """A new page, opened."""
    page.get_by_role("button", name="New page").click()
    expect(page.locator("#page-title")).to_be_focused()
    page.locator("#page-title").fill(title)


def give(block: Locator, label: str, what: str) -> None:
    """Choose a file and wait until it is there."""
    name, mime, data = FILES[what]
    block.get_by_label(label).set_input_files({"name": name, "mimeType": mime, "buffer": data})
    expect(block.get_by_role("button", name="Take out").last).to_be_visible()


def ask(page: Page, kind: str, text: str) -> Locator:
    """A new question block of a kind, with its text."""
    block = add_block(page, "question")
    block.get_by_label("Kind", exact=True).select_option(label=kind)
    block.locator(".ql-editor").first.fill(text)
    return block


def write_blocks(page: Page) -> None:
    """A page with every block that asks nothing."""
    add_page(page, "Before you climb")
    add_block(page, "text").locator(".ql-editor").fill("Look at the feet of the ladder.")
    add_block(page, "callout").locator(".ql-editor").fill("Never stand on the top rung.")
    block = add_block(page, "picture")
    give(block, "Choose a picture", "picture")
    block.get_by_label("What the picture shows").fill("A blue ladder")
    block = add_block(page, "video")
    give(block, "Choose a video file", "video")
    give(block, "Captions", "captions")
    block.get_by_label("Title").fill("Climbing with three points of contact")
    block = add_block(page, "video")
    block.get_by_label("Or the address").fill("https://www.youtube.com/watch?v=dQw4w9WgXcQ")
    block.get_by_label("Title").fill("From elsewhere")
    block = add_block(page, "file")
    give(block, "Choose a file", "file")
    expect(page.locator("#author-mark")).to_have_text(" Saved")


def write_questions(page: Page) -> None:
    """A page with every kind of question, and one with a draw."""
    add_page(page, "Check yourself")
    block = ask(page, "Single choice", "How far from the wall?")
    for number, text in enumerate(("One in four", "One in ten")):
        block.get_by_label("Option", exact=True).nth(number).fill(text)
    block = ask(page, "Multiple choice", "What do you check?")
    for number, text in enumerate(("Feet", "Rungs")):
        block.get_by_label("Option", exact=True).nth(number).fill(text)
        block.get_by_label("Right", exact=True).nth(number).check()
    ask(page, "True or false", "A wet ladder is safe.").get_by_label("False").check()
    ask(page, "Short text", "What holds the ladder?").get_by_label("Answer", exact=True).fill("A colleague")
    ask(page, "Number", "Points of contact?").get_by_label("Value").fill("3")
    block = ask(page, "Ordering", "In which order?")
    for number, text in enumerate(("Look", "Place", "Climb")):
        block.get_by_label("Item", exact=True).nth(number).fill(text)
    block = ask(page, "Matching", "What is what?")
    for number, (left, right) in enumerate((("Rung", "Step"), ("Stile", "Side"))):
        block.get_by_label("What is asked").nth(number).fill(left)
        block.get_by_label("What belongs to it").nth(number).fill(right)
    ask(page, "Fill the gaps", "Face the [[1]] of it.").get_by_label("Answer", exact=True).fill("front")
    add_page(page, "From the bank")
    block = add_block(page, "draw")
    block.get_by_label("Bank").select_option(index=1)
    block.get_by_label("How many questions").fill("1")
    expect(page.locator("#author-mark")).to_have_text(" Saved")


def publish(page: Page) -> None:
    """Publish the open content."""
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()


def answer_all(page: Page) -> None:
    """Answer every question on the open page."""
    choose = {
        "single": lambda box: box.get_by_text("One in four").click(),
        "multiple": lambda box: [box.get_by_text(label).click() for label in ("Feet", "Rungs")],
        "truefalse": lambda box: box.get_by_text("False", exact=True).click(),
        "shorttext": lambda box: box.locator("input").fill("a colleague"),
        "numeric": lambda box: box.locator("input").fill("3"),
        "ordering": lambda box: put_in_order(box, ("Look", "Place", "Climb")),
        "matching": lambda box: [
            box.get_by_label(left).select_option(label=right) for left, right in (("Rung", "Step"), ("Stile", "Side"))
        ],
        "gaps": lambda box: box.locator("input").fill("front"),
    }
    for box in page.locator(".player-page.is-current .asked").all():
        kind = box.locator("[data-question]").get_attribute("data-kind") or ""
        choose[kind](box)
        box.get_by_role("button", name="Check").click()


def put_in_order(box: Locator, words: tuple[str, ...]) -> None:
    """With the buttons, as somebody without a mouse would."""
    for place, word in enumerate(words):
        while box.locator("li .grow").all_inner_texts().index(word) > place:
            box.locator("li").filter(has_text=word).locator("[data-move=up]").click()


@pytest.fixture(scope="module")
def course(chromium: Browser, address: str) -> str:
    """A published course of one subject whose content has each block and each kind of question; its path."""
    page = sign_in(chromium, address, "author")
    page.goto("/contents/new")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_role("button", name="Save").click()
    write_blocks(page)
    write_questions(page)
    page.goto(page.url.split("/pages")[0] + "/quiz")
    page.get_by_label("Pass mark").fill("80")
    page.get_by_role("button", name="Save").click()
    publish(page)
    expect(page.locator(".chip", has_text="Version 1")).to_be_visible()
    page.goto("/courses/new")
    page.get_by_label("Title").fill("Working with ladders")
    page.get_by_label("Everybody may enroll").check()
    page.get_by_role("button", name="Save").click()
    path = page.url.removeprefix(address)
    page.goto(f"{path}/subjects/new")
    page.get_by_label("Title").fill("Ladders")
    page.get_by_label("Content").select_option(label=TITLE)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.locator(".chip", has_text="Published")).to_be_visible()
    page.context.close()
    return path


def test_a_learner_passes_on_a_phone_with_the_network_cut_in_the_middle(
    chromium: Browser, address: str, course: str, tmp_path: Path
):
    page = sign_in(chromium, address, "learner", width=390)
    page.goto(course)
    page.get_by_role("button", name="Enroll").click()
    page.get_by_role("link", name="Ladders", exact=True).click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Before you climb")).to_be_visible()
    expect(page.get_by_alt_text("A blue ladder")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Check yourself")).to_be_visible()
    assert "A colleague" not in page.content()

    page.context.set_offline(True)
    answer_all(page)
    expect(page.locator(".player-wait")).to_contain_text("Waiting for the network")
    expect(page.locator(".asked-mark", has_text="Kept on this device")).to_have_count(8)
    page.context.set_offline(False)
    expect(page.locator(".chip", has_text=re.compile("^Right"))).to_have_count(8, timeout=20_000)
    expect(page.locator(".player-wait")).to_be_hidden()

    page.goto("/learn/")
    page.goto(course)
    page.get_by_role("link", name="Ladders", exact=True).click()
    expect(page.get_by_role("heading", name="Check yourself")).to_be_visible()
    expect(page.locator(".asked[data-graded]")).to_have_count(8)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.locator(".outcome .chip", has_text="Passed")).to_be_visible()
    expect(page.locator(".outcome .figure")).to_have_text("88%")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_the_author_sees_how_it_went(chromium: Browser, address: str, course: str):
    page = sign_in(chromium, address, "author")
    page.goto("/contents/?q=Extinguishers")
    page.get_by_role("link", name="Fire safety: Extinguishers").click()
    page.get_by_role("link", name="Statistics").click()
    expect(page.locator(".tile").first).to_contain_text("finished")
    row = page.get_by_role("row").filter(has_text="A pan of oil is on fire.")
    expect(row).to_contain_text(re.compile(r"\d+%"))
    row.locator("summary").click()
    expect(row).to_contain_text("A fire blanket")
    page.goto("/contents/?q=Ladders+and+you")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Statistics").click()
    expect(page.locator(".tile").first).to_contain_text("1 finished, by 1 people")
    page.context.close()


def test_text_is_kept_while_the_network_is_away_and_saved_when_it_is_back(chromium: Browser, address: str):
    page = sign_in(chromium, address, "author")
    page.goto("/contents/2")
    mark = page.locator("#author-mark")
    page.locator(".ql-editor").first.wait_for()
    page.context.set_offline(True)
    page.locator("#page-title").fill("Written in a tunnel")
    expect(mark).to_contain_text("Not saved yet, trying again")
    page.context.set_offline(False)
    expect(mark).to_have_text(" Saved", timeout=20_000)
    page.reload()
    expect(page.locator("#page-title")).to_have_value("Written in a tunnel")
    page.context.close()


def test_the_later_of_two_who_write_compares_and_chooses(chromium: Browser, address: str):
    first, second = sign_in(chromium, address, "author"), sign_in(chromium, address, "admin")
    for page in (first, second):
        page.goto("/contents/3")
        page.locator(".ql-editor").first.wait_for()
    first.locator(".ql-editor").first.fill("The first one wrote this.")
    expect(first.locator("#author-mark")).to_have_text(" Saved")
    second.locator(".ql-editor").first.fill("The second one wrote that.")
    dialog = second.locator("#compare")
    expect(dialog).to_contain_text("The first one wrote this.")
    expect(dialog).to_contain_text("The second one wrote that.")
    expect(dialog).to_contain_text("Saved by Bram Bos")
    dialog.get_by_role("button", name="Keep mine").click()
    expect(second.locator("#author-mark")).to_have_text(" Saved")
    first.reload()
    expect(first.locator(".ql-editor").first).to_have_text("The second one wrote that.")
    first.context.close()
    second.context.close()


def test_blocks_and_pages_are_put_in_order_without_a_mouse_and_deleting_is_undone(chromium: Browser, address: str):
    page = sign_in(chromium, address, "author")
    page.goto("/contents/4")
    page.locator(".ql-editor").first.wait_for()
    add_block(page, "callout").locator(".ql-editor").fill("A callout")
    kinds = page.locator(".block-kind")
    page.locator(".block").last.get_by_role("button", name="Move up").press("Enter")
    expect(kinds.first).to_have_text(" Callout")
    page.locator(".block").last.get_by_role("button", name="Delete").click()
    expect(kinds).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(kinds).to_have_count(2)
    expect(page.locator("#author-mark")).to_have_text(" Saved")
    names = page.locator(".page-name").all_inner_texts()
    page.locator("#page-list .is-open").get_by_role("button", name="Move down").press("Enter")
    expect(page.locator("#author-mark")).to_have_text(" Saved")
    page.reload()
    expect(page.locator(".page-name")).to_have_text([names[1], names[0]])
    page.context.close()
