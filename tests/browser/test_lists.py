"""Identities, recommendations, security policies and history in a browser: by mouse, by keyboard, in both themes and widths."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import Demo
from .test_pages import check_looks

pytestmark = pytest.mark.browser
OPEN_DOOR = "arn:aws:iam::210000000031:role/open-door"


@pytest.fixture(autouse=True)
def _judged(demo: Demo, signed_in: BrowserContext) -> None:
    """The first snapshot is judged in the background."""
    for _ in range(240):
        if "Cloud health" in signed_in.request.get(f"{demo.url}/").text():
            return
        time.sleep(0.5)
    pytest.fail("the first snapshot was not judged")


def drawer(page: Page) -> Any:
    return page.get_by_role("complementary", name="Details")


@pytest.mark.parametrize(
    "path",
    [
        "/identities/",
        "/identities/?q=nobody-at-all",
        f"/identities/?open={OPEN_DOOR}",
        "/identities/?type=directory_user",
        "/recommendations/",
        "/recommendations/user-mfa/",
        "/recommendations/root-mfa/?state=acknowledged",
        "/security-policies/",
        "/security-policies/?known=444455556666",
        "/recommendations/trust-unknown-account/",
        "/history/",
    ],
)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_looks(page)


def test_the_drawer_opens_beside_the_list_and_back_closes_it(page: Page) -> None:
    page.goto("/identities/?type=user&sort=name")
    first = page.locator("[data-rows] a[data-drawer]").first
    name = first.inner_text()
    first.click()
    expect(drawer(page)).to_be_visible()
    expect(drawer(page).get_by_role("heading", name=name)).to_be_visible()
    assert "open=" in page.url
    page.go_back()
    expect(drawer(page)).to_be_hidden()
    page.go_forward()
    expect(drawer(page)).to_be_visible()
    page.reload()
    expect(drawer(page).get_by_role("heading", name=name)).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    assert "type=user" in page.url


def test_the_list_is_walked_by_keyboard(page: Page) -> None:
    page.goto("/identities/?sort=name")
    page.keyboard.press("/")
    page.keyboard.type("anna.virtanen")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=anna.virtanen**")
    assert "sort=name" in page.url, "filters stay"
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(drawer(page).get_by_role("heading", name="anna.virtanen")).to_be_visible()


def test_columns_of_a_file_come_in_the_order_in_which_they_are_ticked(page: Page) -> None:
    page.goto("/identities/?type=user")
    page.get_by_text("Download CSV").click()
    for name in ("Impact", "Name"):
        page.get_by_role("checkbox", name=name, exact=True).check()
    with page.expect_download() as got:
        page.get_by_role("link", name="Download", exact=True).click()
    assert got.value.path().read_text(encoding="utf-8").splitlines()[0] == "IMPACT,NAME"
    page.reload()
    page.get_by_text("Download CSV").click()
    expect(page.get_by_role("checkbox", name="Impact", exact=True)).to_be_checked()
    for name in ("Impact", "Name"):
        page.get_by_role("checkbox", name=name, exact=True).uncheck()


def test_a_recommendation_is_acknowledged_and_suggested_again(page: Page) -> None:
    page.goto("/recommendations/empty-group/")
    row = page.locator("[data-rows] tbody tr").first
    name = row.locator("a[data-drawer]").inner_text()
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("A reason is missing")).to_be_visible()
    page.locator("#reason").fill("kept for the next hire")
    page.locator("[data-rows] tbody tr").first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("1 acknowledged.")).to_be_visible()
    page.get_by_role("link", name="Acknowledged 1").click()
    expect(page.get_by_text("kept for the next hire")).to_be_visible()
    page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.get_by_role("button", name="Suggest again").click()
    expect(page.get_by_text("1 suggested again.")).to_be_visible()


def test_the_fix_is_filled_in_for_this_identity(page: Page) -> None:
    page.goto("/recommendations/inactive-user/?q=anna.virtanen")
    page.locator("[data-rows] a[data-drawer]").first.click()
    expect(drawer(page).get_by_role("heading", name="How to mend it")).to_be_visible()
    expect(drawer(page).locator(".copy code").first).to_contain_text("anna.virtanen")


def test_a_security_policy_is_changed_and_restored(page: Page) -> None:
    page.goto("/security-policies/")
    page.get_by_label("Criticality of Empty group").select_option("high")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 change kept.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Empty group")
    row.get_by_role("button", name="Restore default").click()
    expect(page.get_by_text("is as it was by default")).to_be_visible()
    expect(page.get_by_label("Criticality of Empty group")).not_to_have_value("high")


def test_a_person_is_followed_to_the_roles_that_they_reach(page: Page) -> None:
    page.goto("/identities/?type=directory_group&q=")
    page.get_by_role("link", name="Platform Engineers").click()
    expect(drawer(page)).to_be_visible()
    drawer(page).get_by_role("link", name="Whole page").click()
    expect(page.get_by_role("heading", name="What it reaches")).to_be_visible()
    expect(page.get_by_text("AWSReservedSSO_Administrator").first).to_be_visible()
    check_looks(page)
    page.get_by_role("link", name="AWSReservedSSO_Administrator").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("AWSReservedSSO_Administrator")


def test_an_account_is_known_from_the_evidence_by_keyboard_and_forgotten_again(page: Page) -> None:
    page.goto("/recommendations/trust-unknown-account/")
    page.locator("[data-rows] a[data-drawer]").first.click()
    link = drawer(page).get_by_role("link", name="This account is known").first
    expect(link).to_be_visible()
    check_looks(page)
    link.click()
    section = page.get_by_role("region", name="Known accounts").first
    account = section.get_by_label("Account")
    expect(account).to_have_value(re.compile(r"^[0-9]{12}$"))
    number = account.input_value()
    section.get_by_label("Whose it is").focus()
    page.keyboard.type("A supplier <of ours>")
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("A supplier <of ours>")
    check_looks(page)
    row.get_by_role("button", name=f"Forget {number}").click()
    expect(page.get_by_text(f"{number} is no longer known")).to_be_visible()
    expect(row).to_have_count(0)


def test_what_is_no_account_stays_in_the_form_with_why(page: Page) -> None:
    page.goto("/security-policies/")
    section = page.get_by_role("region", name="Known accounts").first
    section.get_by_label("Account").fill("Datadog")
    section.get_by_label("Whose it is").fill("Datadog")
    section.get_by_role("button", name="Add").click()
    expect(section.get_by_label("Account")).to_have_value("Datadog")
    expect(section).to_contain_text("Datadog is no account: give its twelve digits, or an ARN that has them.")
    check_looks(page)
