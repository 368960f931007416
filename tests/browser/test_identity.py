"""The page of one identity in a real browser: both themes and widths, by keyboard, and Back."""

from __future__ import annotations

import re
import struct
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Demo
from .test_pages import check_looks

pytestmark = pytest.mark.browser

TRACKING, LAKE, SERVICES = "210000000034", "210000000037", "210000000023"
HANA = f"arn:aws:iam::{TRACKING}:user/hana.suzuki"
SANDBOXED = f"arn:aws:iam::{LAKE}:role/developer-sandboxed"
DEPLOY = f"arn:aws:iam::{SERVICES}:role/github-deploy"
RESERVED = f"arn:aws:iam::{TRACKING}:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_PowerUser_9a8b7c6d5e4f3021"


def address(arn: str, part: str = "recommendations", **more: str) -> str:
    return f"/identity/?{urlencode({'arn': arn, 'part': part, **more})}"


LOOKS = {
    "user": address(HANA),
    "user, general": address(HANA, "general"),
    "user, permissions": address(HANA, "permissions"),
    "user, path": address(HANA, "path"),
    "role, contained": address(SANDBOXED, "path"),
    "role, a node told": address(DEPLOY, "path", at="policy:0"),
    "role, unfolded": address(DEPLOY, "path", services="all"),
    "role of people": address(RESERVED, "general"),
    "group": address(f"arn:aws:iam::{TRACKING}:group/developers", "path"),
    "root": address(f"arn:aws:iam::{TRACKING}:root", "general"),
    "exempt": address(RESERVED),
}


@pytest.fixture(scope="module", autouse=True)
def judged(demo: Demo, signed_in: object) -> None:
    """The demo's snapshot is judged behind its pages."""
    opened = signed_in.new_page()  # type: ignore[attr-defined]
    for _ in range(60):
        opened.goto("/identities/")
        if (
            opened.locator("table.identities").count()
            and not opened.get_by_text("judging the latest").count()
        ):
            break
        opened.wait_for_timeout(1000)
    opened.close()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(page: Page, look: str) -> None:
    page.goto(LOOKS[look])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for closed in page.locator("#main section details, #drawer details").all():
        closed.evaluate("one => { one.open = true; }")
    check_looks(page)


def test_who_is_not_there_looks_right_too(page: Page) -> None:
    # its answer is 404, which the browser would note as an error of the network
    page.route("**/identity/**", lambda route: route.fulfill(status=200, response=route.fetch()))
    page.goto(address(f"arn:aws:iam::{TRACKING}:user/hana"))
    expect(page.get_by_role("link", name="hana.suzuki").first).to_be_visible()
    check_looks(page)


def test_parts_are_links_and_back_leads_through_them(page: Page) -> None:
    page.goto(address(HANA))
    tabs = page.get_by_role("navigation", name="Parts of this page")
    for name, section in (
        ("General", "General information"),
        ("Permissions", "Permissions by service"),
        ("Access path", "Access path"),
    ):
        tabs.get_by_role("link", name=name).click()
        expect(page.get_by_role("region", name=section, exact=True)).to_be_visible()
        expect(tabs.locator("[aria-current=page]")).to_have_text(name)
    page.go_back()
    expect(page.get_by_role("region", name="Permissions by service", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("region", name="General information", exact=True)).to_be_visible()


def _drawer(page: Page) -> Locator:
    return page.locator("#drawer")


def test_a_node_opens_beside_the_picture_which_stays_as_it_is(page: Page) -> None:
    page.goto(address(SANDBOXED, "path"))
    node = page.locator("svg.path a.policy").first
    before = node.bounding_box()
    node.click()
    expect(_drawer(page).get_by_role("heading", name="AdministratorAccess")).to_be_visible()
    after = node.bounding_box()
    assert before is not None
    assert after is not None
    # the line around the node that is open is thicker
    assert all(abs(after[side] - before[side]) < 2 for side in ("x", "y", "width", "height")), (
        "the layout stays"
    )
    expect(node).to_have_attribute("aria-current", "true")
    page.wait_for_url(re.compile("at=policy"))
    page.keyboard.press("Escape")
    expect(_drawer(page)).to_be_hidden()
    expect(node).to_be_focused()
    page.go_back()
    expect(_drawer(page)).to_be_visible()
    page.reload()
    expect(_drawer(page).get_by_role("heading", name="AdministratorAccess")).to_be_visible()


def test_every_lane_crosses_the_limits_and_labels_stay_in_their_boxes(page: Page) -> None:
    page.goto(address(SANDBOXED, "path"))
    services = [one.bounding_box() for one in page.locator("svg.path .service .box").all()]
    bars = [one.bounding_box() for one in page.locator("svg.path .gate rect").all()]
    assert services
    assert bars
    for bar in bars:
        for service in services:
            assert bar is not None
            assert service is not None
            assert bar["y"] <= service["y"]
            assert bar["y"] + bar["height"] >= service["y"] + service["height"]
            assert bar["x"] + bar["width"] < service["x"]
    for node in page.locator("svg.path a:has(.box)").all():
        box, label = node.locator(".box").bounding_box(), node.locator(".label").bounding_box()
        assert box is not None
        assert label is not None
        assert label["x"] + label["width"] <= box["x"] + box["width"], node.text_content()


def test_the_picture_is_walked_by_keyboard(page: Page) -> None:
    page.goto(address(SANDBOXED, "path"))
    nodes = page.locator("svg.path a[data-node]")
    nodes.first.focus()
    seen = set()
    for _ in range(nodes.count()):
        label = page.evaluate("document.activeElement.querySelector('title')?.textContent")
        assert label, "each node says what it is"
        seen.add(label)
        page.keyboard.press("Tab")
    assert len(seen) == nodes.count()
    page.locator("svg.path a.gate").first.focus()
    page.keyboard.press("Enter")
    expect(_drawer(page)).to_be_visible()
    expect(_drawer(page)).to_contain_text("What it takes, by service")


def test_the_list_below_has_the_same_nodes_and_opens_the_same(page: Page) -> None:
    page.goto(address(SANDBOXED, "path"))
    listed = page.locator("ul.path-list > li > a")
    # the identity itself is the page's heading
    assert listed.count() == page.locator("svg.path a[data-node]").count() - 1
    page.locator("ul.path-list").get_by_role("link", name="lambda", exact=True).click()
    expect(_drawer(page).get_by_role("heading", name="lambda")).to_be_visible()


def test_grouped_services_unfold_and_back_folds_them(page: Page) -> None:
    page.goto(address(DEPLOY, "path"))
    services = page.locator("svg.path a.service")
    few = services.count()
    page.locator("svg.path a.service").last.click()
    page.wait_for_url(re.compile("services=all"))
    assert services.count() > few
    assert page.locator("svg.path a[data-node]").count() <= 200
    page.go_back()
    expect(services).to_have_count(few)


def test_double_click_does_not_zoom(page: Page) -> None:
    page.goto(address(SANDBOXED, "path"))
    picture = page.locator("svg.path")
    before = picture.bounding_box()
    picture.dblclick(position={"x": 5, "y": 5})
    assert picture.bounding_box() == before


def test_the_picture_is_a_file_too(page: Page) -> None:
    page.goto(address(SANDBOXED, "path"))
    with page.expect_download() as drawn:
        page.get_by_role("link", name="SVG").click()
    text = drawn.value.path().read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert "developer-sandboxed" in text
    with page.expect_download() as png:
        page.get_by_role("button", name="PNG").click()
    found = png.value.path().read_bytes()
    assert (found[:4], png.value.suggested_filename) == (b"\x89PNG", "access-path.png")
    width, height = struct.unpack(">II", found[16:24])
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', text)
    assert size is not None
    assert (width, height) == (2 * int(float(size[1])), 2 * int(float(size[2])))
    assert len(found) > 20_000, "there is something on it"


def test_acknowledging_takes_a_reason_and_is_undone(page: Page) -> None:
    page.goto(address(HANA))
    first = page.locator("article.found").first
    title = first.get_by_role("heading", level=3).inner_text()
    first.get_by_text("Acknowledge it: it may stay as it is").click()
    first.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("A reason is missing")).to_be_visible()
    again = page.locator("article.found", has=page.get_by_role("heading", name=title, exact=True))
    again.get_by_label("Reason").fill("until the migration is over")
    again.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("until the migration is over")).to_be_visible()
    check_looks(page)
    page.get_by_role("button", name="Suggest it again").click()
    expect(page.get_by_text("It is suggested again.")).to_be_visible()
    expect(page.get_by_role("heading", name="Acknowledged")).to_have_count(0)


def test_the_drawer_of_the_list_leads_to_the_page(page: Page) -> None:
    page.goto("/identities/?q=hana.suzuki")
    page.locator("[data-drawer]").first.click()
    _drawer(page).get_by_role("link", name="Whole page").click()
    expect(page.get_by_role("heading", level=1, name="hana.suzuki")).to_be_visible()
