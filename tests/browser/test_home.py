"""Home and the picture of the organization, in a browser: by mouse, by keyboard, in both themes and widths."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import Demo
from .test_pages import check_looks, findings

pytestmark = pytest.mark.browser
ACCOUNT = "210000000034"
WIDTHS = (1440, 1024)


@pytest.fixture(autouse=True)
def _judged(demo: Demo, signed_in: BrowserContext) -> None:
    """The first snapshot is judged in the background."""
    for _ in range(240):
        if "Cloud health" in signed_in.request.get(f"{demo.url}/").text():
            return
        time.sleep(0.5)
    pytest.fail("the first snapshot was not judged")


def ready(page: Page) -> None:
    expect(page.locator('[data-picture][data-ready="true"]')).to_be_visible()


def node(page: Page, kind: str, number: int = 0) -> dict[str, Any]:
    """A node of the picture: what it is, and where on the page."""
    found: dict[str, Any] = page.evaluate(
        """([kind, number]) => {
            const canvas = document.querySelector(".canvas");
            const one = canvas._cyreg.cy.nodes(`[kind = "${kind}"]`)[number];
            const at = one.renderedPosition(), box = canvas.getBoundingClientRect();
            return { ...one.data(), x: box.left + at.x, y: box.top + at.y };
        }""",
        [kind, number],
    )
    return found


def click(page: Page, kind: str, number: int = 0) -> dict[str, Any]:
    page.evaluate("y => scrollBy(0, y)", node(page, kind, number)["y"] - 400)  # from under the bar above
    found = node(page, kind, number)
    page.mouse.click(found["x"], found["y"])
    return found


def drawer(page: Page) -> Any:
    return page.get_by_role("complementary", name="Details")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/organization/",
        f"/organization/?account={ACCOUNT}",
        f"/organization/?account={ACCOUNT}&impact=E",
    ],
)
def test_axe_finds_nothing(page: Page, path: str, theme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.goto(path)
    ready(page)
    for one in page.locator("main details").all():
        one.evaluate("element => { element.open = true; }")
    page.locator("details.gaps, details.export").evaluate_all(
        "all => all.forEach(one => { one.open = false; })"
    )
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing_beside_an_open_drawer(page: Page) -> None:
    page.goto(f"/organization/?account={ACCOUNT}&open=arn:aws:iam::{ACCOUNT}:user/anna.virtanen")
    ready(page)
    expect(drawer(page)).to_be_visible()
    check_looks(page)


@pytest.mark.parametrize("path", ["/", "/organization/"])
def test_a_node_opens_its_identity_beside_the_picture_and_back_closes_it(page: Page, path: str) -> None:
    page.goto(path)
    ready(page)
    before = node(page, "identity", 3)
    one = click(page, "identity", 3)
    expect(drawer(page).get_by_role("heading", name=one["name"], exact=True)).to_be_visible()
    assert "open=" in page.url
    assert (node(page, "identity", 3)["x"], before["x"]) == (before["x"], before["x"]), (
        "the picture stays as it was"
    )
    assert page.evaluate("document.querySelector('.canvas')._cyreg.cy.nodes('.open').length") == 1
    page.go_back()
    expect(drawer(page)).to_be_hidden()
    assert page.evaluate("document.querySelector('.canvas')._cyreg.cy.nodes('.open').length") == 0
    page.go_forward()
    expect(drawer(page).get_by_role("heading", name=one["name"], exact=True)).to_be_visible()
    page.reload()
    expect(drawer(page).get_by_role("heading", name=one["name"], exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    assert "open=" not in page.url


def test_the_drawer_says_what_it_must(page: Page) -> None:
    page.goto(f"/organization/?account={ACCOUNT}")
    ready(page)
    click(page, "identity")
    for told in ("arn:aws:iam::", "Type", "Account", "Impact", "Recommendations"):
        expect(drawer(page).get_by_text(told).first).to_be_visible()
    drawer(page).get_by_role("link", name="Whole page").click()
    expect(page).to_have_url(re.compile("/identity/"))


def test_a_group_and_an_account_open_at_addresses_of_their_own(page: Page, demo: Demo) -> None:
    page.goto("/organization/")
    ready(page)
    group = click(page, "identities")
    expect(page).to_have_url(f"{demo.url}{group['address']}")
    ready(page)
    shown = page.evaluate("document.querySelector('.canvas')._cyreg.cy.nodes('[kind = \"identity\"]').length")
    assert shown == group["count"], "what was grouped is drawn"
    page.go_back()
    ready(page)
    account = click(page, "account")
    expect(page).to_have_url(f"{demo.url}{account['address']}")
    expect(page.get_by_role("heading", level=1, name=account["name"])).to_be_visible()


def test_the_list_does_the_same_by_keyboard_alone(page: Page) -> None:
    page.goto(f"/organization/?account={ACCOUNT}")
    ready(page)
    link = page.locator(".branches a[data-drawer]").first
    for _ in range(80):
        if link.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(link).to_be_focused()
    name = link.inner_text()
    page.keyboard.press("Enter")
    expect(drawer(page).get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(drawer(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    expect(link).to_be_focused()


def test_a_double_click_does_not_zoom_and_the_wheel_scrolls_the_page(page: Page) -> None:
    page.goto("/organization/")
    ready(page)
    zoom = "document.querySelector('.canvas')._cyreg.cy.zoom()"
    before = page.evaluate(zoom)
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 40)
    page.mouse.dblclick(box["x"] + box["width"] - 20, box["y"] + 40)
    page.mouse.wheel(0, 200)
    for _ in range(50):
        if page.evaluate("scrollY") > 0:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("scrollY") > 0
    assert page.evaluate(zoom) == before
    page.get_by_role("button", name="Zoom in").click()
    assert page.evaluate(zoom) > before
    page.get_by_role("button", name="Fit").click()
    assert page.evaluate(zoom) == before


def test_the_picture_is_saved_as_png_and_as_json(page: Page, tmp_path: Path) -> None:
    page.goto("/organization/")
    ready(page)
    with page.expect_download() as png:
        page.get_by_role("button", name="PNG").click()
    png.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as told:
        page.get_by_role("link", name="JSON").click()
    told.value.save_as(tmp_path / "picture.json")
    found = json.loads((tmp_path / "picture.json").read_text())
    assert found["accounts"] >= 24, "more where another test has connected the second organization"
    expect(
        page.get_by_text(f"{found['accounts']} accounts, {found['identities']} identities")
    ).to_be_visible()
    assert len(found["nodes"]) <= 200
    assert found["grouped_identities"] > 0, "the demo has more than can be drawn one by one"


def test_without_script_the_picture_is_drawn_all_the_same(demo: Demo, signed_in: BrowserContext) -> None:
    assert signed_in.browser is not None
    context = signed_in.browser.new_context(
        base_url=demo.url, java_script_enabled=False, storage_state=signed_in.storage_state()
    )
    page = context.new_page()
    for path in ("/", "/organization/"):
        page.goto(path)
        expect(page.locator("svg.drawn")).to_be_visible()
        assert page.locator("svg.drawn .node").count() > 50
    expect(page.get_by_role("link", name="CSV")).to_be_visible()
    expect(page.get_by_role("button", name="PNG")).to_be_hidden()
    expect(page.get_by_role("button", name="Fit")).to_be_hidden()
    context.close()


def test_numbers_of_home_lead_to_their_lists(page: Page) -> None:
    page.goto("/")
    link = page.locator(".home-figures").get_by_role("link").nth(1)
    count = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1, name=f"Identities {count}")).to_be_visible()
    expect(page.get_by_role("link", name="vulnerable , remove")).to_be_visible()


def test_the_pdf_is_a_click_away(page: Page, signed_in: BrowserContext, demo: Demo) -> None:
    pytest.importorskip("plutoprint", reason="the package that sets pages has no wheel for this machine")
    page.goto("/")
    address = page.get_by_role("link", name="PDF").get_attribute("href")
    answer = signed_in.request.get(f"{demo.url}{address}")
    assert answer.body().startswith(b"%PDF")


def test_who_wants_less_motion_gets_the_same(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/organization/")
    ready(page)
    click(page, "identity")
    expect(drawer(page)).to_be_visible()
