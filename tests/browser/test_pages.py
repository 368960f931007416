from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import Demo

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
PAGES = [
    "/",
    "/setup/aws/",
    "/setup/aws/connect/",
    "/setup/aws/connect/organization/",
    "/setup/aws/connect/account/",
    "/administration/",
]


def findings(page: Page) -> list[str]:
    """What axe finds. Its script goes in past the page's policy, which forbids scripts of others."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    answer: Any = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run().then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join('; '))))",
            "awaitPromise": True,
        },
    )
    import json

    found: list[str] = json.loads(answer["result"]["value"])
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(page: Page, path: str, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(path)
    assert findings(page) == []


@pytest.mark.parametrize("width", [1440, 1024])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_connected_organization_and_its_pages(page: Page) -> None:
    page.goto("/setup/aws/")
    page.get_by_role("link", name="Larkspur Freight").click()
    expect(page.get_by_role("heading", name="Larkspur Freight")).to_be_visible()
    expect(page.get_by_text("23 of 24").first).to_be_visible()
    assert findings(page) == []
    page.goto(page.url + "accounts/")
    expect(page.get_by_text("retired-warehouse")).to_be_visible()
    page.get_by_role("link", name="Suspended 1").click()
    expect(page.get_by_text("larkspur-dns")).not_to_be_visible()
    assert findings(page) == []


def test_the_list_by_keyboard(page: Page) -> None:
    page.goto("/setup/aws/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("nothing like it")
    expect(page.get_by_text("Nothing matches the filters")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("lark")
    expect(page.get_by_role("link", name="Larkspur Freight")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Larkspur Freight")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Larkspur Freight")).to_be_visible()


def test_the_second_organization_is_connected_by_hand(  # noqa: PLR0915  one walk, told in order
    page: Page, signed_in: BrowserContext, demo: Demo, tmp_path: Path
) -> None:
    """The documented flow, both sides of it: the product, and the customer's console."""
    console = signed_in.new_page()
    page.goto("/setup/aws/")
    page.get_by_role("link", name="+ Connect").click()
    page.get_by_role("link", name="Organization").first.click()
    page.get_by_label("Name").fill("Ostrava Robotics")
    page.get_by_label("Organization ID").fill("o-ostrava001")
    expect(page.get_by_text("is the id of the organization itself")).to_be_visible()
    page.get_by_label("Organization ID").fill("r-ostr")
    expect(page.get_by_text("Looks right")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Deploy the template")).to_be_visible()
    assert findings(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    template = tmp_path / "template.yaml"
    download.value.save_as(template)

    def create_stack() -> None:
        console.goto(f"{demo.console}310000000001/stacks/")
        console.get_by_label("Template file").set_input_files(template)
        console.get_by_label("I acknowledge").check()
        console.get_by_role("button", name="Create stack").click()

    create_stack()
    expect(console.get_by_text("ROLLBACK_COMPLETE").first).to_be_visible()
    expect(console.get_by_text("You must enable organizations access").first).to_be_visible()
    console.get_by_role("button", name="Delete stack").click()
    console.goto(f"{demo.console}310000000001/")
    console.get_by_role("button", name="Activate").click()
    expect(console.get_by_text("ENABLED")).to_be_visible()
    create_stack()
    expect(console.get_by_text("CREATE_COMPLETE").first).to_be_visible()
    arn = console.locator("code.output").first.inner_text()
    assert ":role/cloud-entitlements/" in arn

    page.get_by_role("link", name="The stack is complete").click()
    page.get_by_label("RoleArn").fill(arn.replace(":role/", ":user/"))
    expect(page.get_by_text("names a user")).to_be_visible()
    page.get_by_label("RoleArn").fill(f"  {arn} ")
    expect(page.get_by_text("Looks right")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", name="Connecting Ostrava Robotics")).to_be_visible()
    expect(page.get_by_text("The role can be assumed")).to_be_visible()
    expect(page.get_by_role("link", name="See the accounts")).to_be_visible(timeout=100_000)
    assert findings(page) == []
    page.get_by_role("link", name="See the accounts").click()
    expect(
        page.get_by_role("heading", name="A resource control policy keeps the platform out")
    ).to_be_visible()
    vault = page.locator("#account-310000000021")
    expect(vault.get_by_text("with an explicit deny in a service control policy")).to_be_visible()
    assert findings(page) == []

    page.goto("/setup/aws/")
    row = page.get_by_role("row").filter(has_text="Ostrava")
    row.get_by_role("switch").click()
    row = page.get_by_role("row").filter(has_text="Ostrava")
    expect(row.get_by_role("switch")).not_to_be_checked()
    row.get_by_role("switch").click()
    expect(page.get_by_role("row").filter(has_text="Ostrava").get_by_role("switch")).to_be_checked()
    page.get_by_role("row").filter(has_text="Ostrava").get_by_role("link", name="Remove").click()
    expect(page.get_by_role("heading", name="Remove Ostrava Robotics")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Type the name").fill("Ostrava Robotics")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Ostrava Robotics is removed.")).to_be_visible()
    console.close()


def test_signing_in_needs_no_script_and_axe_finds_nothing(demo: Demo, signed_in: BrowserContext) -> None:
    context = signed_in.browser.new_context(base_url=demo.url)  # type: ignore[union-attr]
    page = context.new_page()
    page.goto("/setup/aws/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert findings(page) == []
    context.close()
