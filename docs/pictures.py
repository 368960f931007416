"""Takes the documentation's pictures: walks the demo's flow in a real browser, as the tutorial tells it.

`python docs/pictures.py [FOLDER]`; needs Chromium. With FOLDER it takes every page at two widths and both themes
there instead, for looking at.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page, sync_playwright

PROGRAM = str(Path(sys.executable).parent / "ciem")
IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
STACK_ERROR = "You must enable organizations access to operate a service managed stack set"
LOOKS = [(1440, "light"), (1440, "dark"), (1024, "light"), (1024, "dark")]


class Camera:
    """Writes the documentation's pictures, or every look of every page into a folder."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        page.wait_for_timeout(400)
        if self.folder is None:
            page.screenshot(path=IMAGES / f"{name}.png", full_page=whole)
            return
        for width, theme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.screenshot(path=self.folder / f"{name}-{width}-{theme}.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")


def walk(context: BrowserContext, sign_in: str, console_url: str, camera: Camera) -> None:
    page, console = context.new_page(), context.new_page()
    base = sign_in.split("/sign-in", maxsplit=1)[0]
    page.goto(sign_in)
    judged(page, base)
    camera.take(page, "home")
    look_at_identities(page, base, camera)
    ask(page, base, camera)
    page.goto(f"{base}/setup/aws/connect/organization/")
    page.get_by_label("Name").fill("Ostrava Robotics")
    page.get_by_label("Organization ID").fill("o-ostrava001")
    page.get_by_text("is the id of the organization itself").wait_for()
    camera.take(page, "name")
    page.get_by_label("Organization ID").fill("r-ostr")
    page.get_by_label("Tags").fill("factory")
    page.get_by_role("button", name="Continue").click()
    camera.take(page, "template")
    with page.expect_download() as download, tempfile.TemporaryDirectory() as folder:
        page.get_by_role("link", name="Download").click()
        template = Path(folder) / "template.yaml"
        download.value.save_as(template)
        console.goto(f"{console_url}310000000001/")
        console.get_by_role("button", name="Activate").click()
        console.goto(f"{console_url}310000000001/stacks/")
        console.get_by_label("Template file").set_input_files(template)
        console.get_by_label("I acknowledge").check()
        console.get_by_role("button", name="Create stack").click()
        arn = console.locator("code.output").first.inner_text()
    camera.take(console, "console")
    page.get_by_role("link", name="The stack is complete").click()
    page.get_by_label("RoleArn").fill(arn)
    page.get_by_text("Looks right").wait_for()
    camera.take(page, "role")
    page.get_by_role("button", name="Connect").click()
    page.get_by_text("It is in the management account").wait_for()
    page.get_by_text("The roles in the accounts answer").wait_for()
    page.wait_for_timeout(3000)
    camera.take(page, "checks")
    page.get_by_role("link", name="See the accounts").click(timeout=120_000)
    camera.take(page, "accounts")
    page.goto(f"{base}/setup/aws/")
    camera.take(page, "list")
    page.get_by_role("link", name="Ostrava Robotics").click()
    camera.take(page, "connection")
    if camera.folder:
        look_at_the_rest(page, base, page.url, camera)


QUESTIONS = {
    "ask": {
        "ask": "can",
        "principal": "arn:aws:iam::210000000037:role/developer-sandboxed",
        "action": "iam:CreateUser",
        "resource": "arn:aws:iam::210000000037:user/new",
    },
    "who": {
        "ask": "who",
        "action": "sts:AssumeRole",
        "resource": "arn:aws:iam::210000000031:role/open-door",
    },
    "ask-conditional": {
        "ask": "can",
        "principal": "arn:aws:iam::210000000036:role/Administrator",
        "action": "ec2:DescribeInstances",
    },
    "ask-allowed": {
        "ask": "can",
        "principal": "arn:aws:iam::210000000036:role/Administrator",
        "action": "iam:ListRoles",
    },
    "ask-lost": {
        "ask": "can",
        "principal": "arn:aws:iam::210000000036:user/app-web",
        "action": "iam:ListRoles",
    },
    "ask-malformed": {"ask": "can", "principal": "app-web", "action": "s3:*", "resource": "bucket"},
    "who-many": {"ask": "who", "action": "ec2:DescribeInstances"},
}
PRINTED = ("ask", "who")
"""Those that the documentation shows."""


def ask(page: Page, base: str, camera: Camera) -> None:
    """Questions of the first organization, while it is the only one."""
    for name, fields in QUESTIONS.items():
        if camera.folder or name in PRINTED:
            page.goto(f"{base}/access/?{urlencode(fields)}")
            page.locator(
                "#answer :is(.answer, .answer-head, .problem), .field-principal .problem"
            ).first.wait_for()
            camera.take(page, name, whole=name == "ask")
    if camera.folder:
        look_at_permissions(page, base, camera)


def judged(page: Page, base: str) -> None:
    """Waits until the first snapshot is judged, which is done in the background."""
    for _ in range(240):
        page.goto(base)
        if page.get_by_role("heading", name="Cloud health").count():
            return
        page.wait_for_timeout(500)


ROLE = "arn:aws:iam::210000000031:role/open-door"
USER = "arn:aws:iam::210000000062:user/hana.suzuki"
OF_IDENTITIES = {
    "organization": "/organization/",
    "organization-account": "/organization/?account=210000000034",
    "organization-open": f"/organization/?{urlencode({'open': USER})}",
    "identities": f"/identities/?{urlencode({'type': 'role', 'open': ROLE})}",
    "identity": f"/identity/?{urlencode({'arn': ROLE})}",
    "identity-path": f"/identity/?{urlencode({'arn': ROLE, 'part': 'path'})}",
    "recommendations": "/recommendations/",
    "recommendation": "/recommendations/oidc-without-subject/",
    "security-policies": "/security-policies/",
    "identity-general": f"/identity/?{urlencode({'arn': USER, 'part': 'general'})}",
    "identity-permissions": f"/identity/?{urlencode({'arn': USER, 'part': 'permissions'})}",
    "identities-none": "/identities/?q=nobody",
    "history": "/history/",
    "people": "/identities/?type=directory_user",
}
SHOWN = (
    "organization",
    "identities",
    "identity",
    "identity-path",
    "recommendations",
    "recommendation",
    "security-policies",
)
"""Those that the documentation shows."""


def look_at_identities(page: Page, base: str, camera: Camera) -> None:
    for name, path in OF_IDENTITIES.items():
        if camera.folder or name in SHOWN:
            page.goto(f"{base}{path}")
            page.get_by_role("heading", level=1).wait_for()
            camera.take(page, name)


def look_at_permissions(page: Page, base: str, camera: Camera) -> None:
    page.goto(f"{base}/access/")
    camera.take(page, "ask-empty")
    page.get_by_role("combobox", name="Principal").press_sequentially("app-w")
    page.get_by_role("option").first.wait_for()
    camera.take(page, "ask-options")
    for name, role in (("permissions", "role-editor"), ("permissions-many", "Administrator")):
        page.goto(
            f"{base}/access/permissions/?{urlencode({'principal': f'arn:aws:iam::210000000031:role/{role}'})}"
        )
        camera.take(page, name)


def look_at_the_rest(page: Page, base: str, connection: str, camera: Camera) -> None:
    for name, address in (
        ("administration", f"{base}/administration/"),
        ("platform", f"{base}/administration/platform/"),
        ("choose", f"{base}/setup/aws/connect/"),
        ("failures", f"{base}/setup/failures/"),
        ("trouble", base),
        ("denied", f"{connection}accounts/?status=denied"),
        ("edit", f"{connection}edit/"),
        ("update", f"{connection}update/"),
        ("stack", f"{connection}stack/"),
    ):
        page.goto(address)
        camera.take(page, name)
    page.get_by_label("The stack's error").fill(STACK_ERROR)
    page.get_by_role("button", name="Name the cause").click()
    camera.take(page, "stack-named")
    page.goto(f"{connection}remove/")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("roles still answer").wait_for()
    camera.take(page, "remove")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    (folder or IMAGES).mkdir(parents=True, exist_ok=True)
    demo = subprocess.Popen([PROGRAM, "demo", "--port", "0"], stderr=subprocess.PIPE, text=True)
    told = ""
    for line in demo.stderr or ():
        told += line
        if "Ctrl-C ends everything" in line:
            break
    sign_in, console = (
        re.findall(rf"{words}\s+(\S+)", told)[0] for words in ("open the product", "the customer's side")
    )
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            walk(context, sign_in, console, Camera(folder))
            browser.close()
    finally:
        demo.terminate()
        demo.wait(20)


if __name__ == "__main__":
    main()
