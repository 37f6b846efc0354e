"""Opens a page in a Chromium and prints as JSON what it did: python in_chromium.py CHROMIUM FILE."""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SLOW = 180_000
"""Milliseconds that a busy machine may take for one step."""


def main(chromium: str, path: str) -> None:
    errors: list[str] = []
    requests: list[str] = []
    with sync_playwright() as drive:
        words = ["--no-sandbox", "--disable-dev-shm-usage"]  # root in a container has neither namespaces nor much room
        browser = drive.chromium.launch(executable_path=chromium, args=words, timeout=SLOW)
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.set_default_timeout(SLOW)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(Path(path).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found = {
            "errors": errors,
            "requests": requests,
            "text": page.inner_text("body"),
            "scripts": page.evaluate("document.scripts.length"),
            "wide": page.evaluate("document.documentElement.scrollWidth"),
        }
        browser.close()
    print(json.dumps(found))


main(*sys.argv[1:])
