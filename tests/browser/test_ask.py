"""*Ask access* in a real browser: by keyboard, in both themes and widths, and nothing that axe finds."""

from __future__ import annotations

import re
import subprocess
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from .conftest import PROGRAM, Demo
from .test_pages import check_looks

pytestmark = pytest.mark.browser

PORTAL, LAKE, PAYMENTS = "210000000036", "210000000037", "210000000031"


def address(kind: str, **fields: str) -> str:
    return f"/access/?{urlencode({'ask': kind, **fields})}"


QUESTIONS = {
    "nothing": "/access/",
    "denied": address(
        "can",
        principal=f"arn:aws:iam::{LAKE}:role/developer-sandboxed",
        action="iam:CreateUser",
        resource=f"arn:aws:iam::{LAKE}:user/new",
    ),
    "conditional": address(
        "can", principal=f"arn:aws:iam::{PORTAL}:role/Administrator", action="ec2:DescribeInstances"
    ),
    "allowed": address("can", principal=f"arn:aws:iam::{PORTAL}:role/Administrator", action="iam:ListRoles"),
    "a service": address(
        "can", principal="ec2.amazonaws.com", action="s3:GetObject", context="aws:SourceIp=192.0.2.1"
    ),
    "malformed": address(
        "can", principal="ada", action="s3:*", resource="bucket", context="x", resource_account="1"
    ),
    "who": address("who", action="iam:ListRoles"),
    "who, of a role": address(
        "who", action="sts:AssumeRole", resource=f"arn:aws:iam::{PAYMENTS}:role/open-door"
    ),
    "who, filtered": address("who", action="ec2:DescribeInstances", certainty="conditional"),
    "nobody": address("who", action="organizations:LeaveOrganization"),
    "permissions": "/access/permissions/",
}


@pytest.fixture(scope="module", autouse=True)
def asked_of_the_seeded_organization(demo: Demo) -> None:
    """Other tests connect more, and the newest snapshot would count."""
    command = [PROGRAM, "--data-dir", demo.data, "snapshot", "use", "Larkspur Freight"]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize("question", QUESTIONS)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(page: Page, question: str) -> None:
    page.goto(QUESTIONS[question])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for closed in page.locator("#main details").all():
        closed.evaluate("one => { one.open = true; }")
    check_looks(page)


def test_a_question_is_asked_by_keyboard_alone(page: Page) -> None:
    page.goto("/access/")
    page.keyboard.press("/")
    principal = page.get_by_role("combobox", name="Principal")
    expect(principal).to_be_focused()
    page.keyboard.type("210000000036 role")
    expect(page.get_by_role("listbox", name="Principals")).to_be_visible()
    check_looks(page)
    page.keyboard.press("ArrowDown")
    taken = page.get_by_role("listbox").get_by_role("option", selected=True)
    arn = taken.get_attribute("data-value") or ""
    assert principal.get_attribute("aria-activedescendant") == taken.get_attribute("id")
    page.keyboard.press("Enter")
    expect(principal).to_have_value(arn)
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.keyboard.press("Tab")
    page.keyboard.type("iam:listrol")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    action = page.get_by_role("combobox", name="Action")
    expect(action).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(action).to_have_value(re.compile("^iam:ListRole"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/access/\?ask=can&principal=arn"))
    expect(page.locator(".answer h2")).to_have_text(re.compile("Allowed|Denied|Conditional"))
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Principal")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Principal")).not_to_be_focused()


def test_an_option_is_taken_with_the_mouse(page: Page) -> None:
    page.goto("/access/")
    page.get_by_role("combobox", name="Action").press_sequentially("GetObject")
    page.get_by_role("listbox").get_by_role("option").filter(has_text="GetObject").first.click()
    expect(page.get_by_role("combobox", name="Action")).to_have_value("s3:GetObject")


def test_who_may_leads_to_the_proof_of_each_and_back(page: Page) -> None:
    page.goto("/access/")
    page.get_by_text("Who may do it?").first.click()
    expect(page.get_by_role("combobox", name="Principal")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("iam:ListRoles")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="Who may do iam:ListRoles")).to_be_visible()
    proof = page.get_by_role("link", name=re.compile("^Why ")).first
    proof.click()
    expect(page.locator(".answer h2")).to_have_text(re.compile("Allowed|Conditional"))
    expect(page.locator(".chain > li")).not_to_have_count(0)
    page.get_by_role("link", name="Who else may do it").click()
    expect(page.get_by_role("heading", name="Who may do iam:ListRoles")).to_be_visible()


def test_what_is_said_below_an_answer_changes_it(page: Page) -> None:
    page.goto(QUESTIONS["conditional"])
    fields = page.locator(".supposed input")
    expect(fields.first).to_be_visible()
    fields.first.fill("eu-west-1")
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_url(re.compile("context="))
    expect(page.locator(".more summary code").first).to_be_visible()
    expect(page.locator(".answer h2")).to_have_text("Allowed")
