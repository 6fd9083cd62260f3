"""Every page by the rules of WCAG 2.2 A and AA that a machine can check (axe-core), in light and dark.

Not looked at: the viewer of the API, which others wrote (docs/accessibility.md).
"""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_walk import PAGES, sign_in

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""What may be otherwise in the dark: nothing else changes there."""
CHECK = """async (rules) => {
    const found = await axe.run({ exclude: ['.swagger-ui'] }, { runOnly: rules, resultTypes: ['violations'] });
    return found.violations.map((one) => ({
        rule: one.id, nodes: one.nodes.map((node) => [node.target.join(' '), node.failureSummary]),
    }));
}"""
STILL = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important; }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
"""Colours as they come to be; a style element would be refused by the content security policy."""
THEME = "(theme) => { document.documentElement.dataset.bsTheme = theme; }"


def violations(page: Page, rules: list[str]) -> list[str]:
    """What the page shown breaks, a line each."""
    found: list[dict[str, Any]] = page.evaluate(CHECK, rules)
    return [
        f"{page.url} {one['rule']}: {target} {' '.join(why.split())}"
        for one in found for target, why in one["nodes"]
    ]  # fmt: skip


def test_no_page_breaks_a_rule_of_wcag(chromium: Browser, address: str):
    page, wrong, began = sign_in(chromium, address, "admin"), [], time.perf_counter()
    script = AXE.read_text()
    for path in PAGES:
        page.goto(path)
        page.evaluate(STILL)
        page.evaluate(script)
        for theme, asked in (("light", TAGS), ("dark", COLOURS)):
            page.evaluate(THEME, theme)
            wrong += [f"{theme} {line}" for line in violations(page, asked)]
    rules = page.evaluate("(tags) => axe.getRules(tags).length", TAGS)
    told = f"{len(PAGES)} pages in light and dark, {rules} rules, {len(wrong)} violations"
    print(f"{told} ({time.perf_counter() - began:.0f} seconds)")
    page.context.close()
    if os.environ.get("AXE_REPORT"):
        Path(os.environ["AXE_REPORT"]).write_text("\n".join(wrong))
    assert not wrong, "\n".join([told, *wrong])
