"""Windows of a browser, as somebody uses them: nobody clicks before a page stands."""

from playwright.sync_api import Browser, Page

STANDS = "addEventListener('DOMContentLoaded', () => { document.documentElement.dataset.stands = ''; });"


def open_window(browser: Browser, address: str, width: int = 1280) -> Page:
    """A window of its own, signed in nowhere."""
    page = browser.new_context(viewport={"width": width, "height": 900}, base_url=address).new_page()
    wait_for_scripts(page)
    return page


def wait_for_scripts(page: Page) -> None:
    """From now on, before each act and expectation, until the scripts of whatever page is open have run.

    A browser runs them before it says DOMContentLoaded; Playwright by itself acts as soon as a button can be seen."""
    page.add_init_script(STANDS)
    page.add_locator_handler(page.locator("html:not([data-stands])"), lambda _: None)
