from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .conftest import Demo

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
PAGES = [
    "/",
    "/setup/aws/",
    "/setup/aws/connect/",
    "/setup/aws/connect/organization/",
    "/setup/aws/connect/account/",
    "/setup/failures/",
    "/administration/",
    "/administration/platform/",
]
OF_A_CONNECTION = [
    "",
    "accounts/",
    "accounts/?status=suspended",
    "accounts/?status=denied",
    "template/",
    "role/",
    "checks/",
    "stack/",
    "edit/",
    "update/",
    "remove/",
]
STACK_ERROR = "You must enable organizations access to operate a service managed stack set"


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
    page.goto(path)
    assert width_needed(page, width) <= width


def width_needed(page: Page, width: int) -> int:
    page.set_viewport_size({"width": width, "height": 800})
    needed: int = page.evaluate("document.documentElement.scrollWidth")
    return needed


@pytest.mark.parametrize("path", OF_A_CONNECTION)
def test_axe_finds_nothing_on_a_connections_pages(page: Page, path: str) -> None:
    """Light and dark, and no page wider than the window."""
    page.goto("/setup/aws/")
    address = page.get_by_role("link", name="Larkspur Freight").get_attribute("href")
    page.goto(f"{address}{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_looks(page)


def check_looks(page: Page) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert findings(page) == [], theme
    for width in (1440, 1024):
        assert width_needed(page, width) <= width
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def test_a_stacks_error_is_pasted_and_its_cause_named(page: Page) -> None:
    page.goto("/setup/aws/")
    page.get_by_role("link", name="Larkspur Freight").click()
    page.goto(page.url + "stack/")
    page.get_by_role("button", name="Name the cause").click()
    expect(page.get_by_text("There is no error yet")).to_be_visible()
    check_looks(page)
    page.get_by_label("The stack's error").fill(STACK_ERROR)
    page.get_by_role("button", name="Name the cause").click()
    expect(page.get_by_role("heading", name="Trusted access for StackSets is off")).to_be_visible()
    expect(page.get_by_text("aws cloudformation activate-organizations-access")).to_be_visible()
    check_looks(page)


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


class Customer:
    """The other side: the console of the second organization's management account."""

    def __init__(self, demo: Demo, context: BrowserContext) -> None:
        self.page = context.new_page()
        self.home = f"{demo.console}310000000001/"

    def create_stack(self, template: Path) -> None:
        self.page.goto(f"{self.home}stacks/")
        self.page.get_by_label("Template file").set_input_files(template)
        self.page.get_by_label("I acknowledge").check()
        self.page.get_by_role("button", name="Create stack").click()

    def activate(self) -> None:
        self.page.goto(self.home)
        expect(self.page.get_by_text("Trusted access for StackSets")).to_be_visible()
        button = self.page.get_by_role("button", name="Activate", exact=True)
        if button.count():
            button.click()
        expect(self.page.get_by_text("ENABLED")).to_be_visible()

    def role_arn(self) -> str:
        expect(self.page.get_by_text("CREATE_COMPLETE").first).to_be_visible()
        return self.page.locator("code.output").first.inner_text()

    def delete_stack(self) -> None:
        self.page.get_by_role("button", name="Delete stack").click()


@pytest.fixture
def customer(demo: Demo, signed_in: BrowserContext) -> Iterator[Customer]:
    side = Customer(demo, signed_in)
    yield side
    side.page.close()


def test_the_second_organization_is_connected_by_hand(  # noqa: PLR0915  one walk, told in order
    page: Page, customer: Customer, tmp_path: Path
) -> None:
    """The documented flow, both sides of it: the product, and the customer's console."""
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

    customer.create_stack(template)
    expect(customer.page.get_by_text("ROLLBACK_COMPLETE").first).to_be_visible()
    expect(customer.page.get_by_text("You must enable organizations access").first).to_be_visible()
    customer.delete_stack()
    customer.activate()
    customer.create_stack(template)
    arn = customer.role_arn()
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
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("roles still answer")).to_be_visible(timeout=60_000)
    check_looks(page)
    customer.delete_stack()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("No role answers any more")).to_be_visible(timeout=60_000)
    check_looks(page)
    page.get_by_label("Type the name").fill("Ostrava Robotics")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Ostrava Robotics is removed.")).to_be_visible()


class Keyboard:
    """A person who has no mouse: Tab until it is there, and a key."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, wanted: Locator) -> None:
        expect(wanted).to_be_visible()
        for _ in range(80):
            if wanted.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        expect(wanted).to_be_focused()
        outline = wanted.evaluate("element => getComputedStyle(element).outlineStyle")
        assert outline != "none", "the focus is seen"

    def follow(self, wanted: Locator) -> None:
        self.reach(wanted)
        self.page.keyboard.press("Enter")

    def type(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)


def test_the_wizard_by_keyboard_alone(page: Page, customer: Customer, tmp_path: Path) -> None:
    """From the list to the accounts and out again; the mouse touches the customer's console alone."""
    keys = Keyboard(page)
    page.goto("/setup/aws/")
    keys.follow(page.get_by_role("link", name="+ Connect"))
    keys.follow(page.get_by_role("link", name="Organization").first)
    keys.type(page.get_by_label("Name"), "By Keyboard")
    keys.type(page.get_by_label("Organization ID"), "ou-ostr-11000000")
    expect(page.get_by_text("Looks right")).to_be_visible()
    page.keyboard.press("Tab")
    keys.follow(page.get_by_role("button", name="Continue"))
    with page.expect_download() as download:
        keys.follow(page.get_by_role("link", name=re.compile("^Download .*yaml")))
    template = tmp_path / "template.yaml"
    download.value.save_as(template)
    customer.activate()
    customer.create_stack(template)
    keys.follow(page.get_by_role("link", name="The stack is complete"))
    keys.type(
        page.get_by_label("RoleArn"), customer.role_arn().replace("cloud-entitlements-", "cloud-entitlement-")
    )
    page.keyboard.press("Enter")
    expect(page.get_by_text("Failed").first).to_be_visible(timeout=100_000)
    keys.follow(page.get_by_role("link", name="Paste another RoleArn"))
    keys.type(page.get_by_label("RoleArn"), customer.role_arn())
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="See the accounts")).to_be_visible(timeout=100_000)
    keys.follow(page.get_by_role("link", name="See the accounts"))
    keys.follow(page.get_by_role("link", name="Done"))
    keys.follow(page.get_by_role("link", name="Remove"))
    customer.delete_stack()
    keys.follow(page.get_by_role("button", name="Check"))
    expect(page.get_by_text("No role answers any more")).to_be_visible(timeout=60_000)
    keys.type(page.get_by_label("Type the name"), "By Keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_text("By Keyboard is removed.")).to_be_visible()


def test_signing_in_needs_no_script_and_axe_finds_nothing(demo: Demo, signed_in: BrowserContext) -> None:
    context = signed_in.browser.new_context(base_url=demo.url)  # type: ignore[union-attr]
    page = context.new_page()
    page.goto("/setup/aws/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert findings(page) == []
    context.close()
