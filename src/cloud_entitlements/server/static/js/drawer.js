// Details beside a list: the address says what is open, so that Back, links and reload come to the same.
"use strict";
const drawer = () => document.getElementById("drawer");
let opener = null;
async function show(address, push) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok) { location.href = address; return; }
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("drawer");
  if (!next) { location.href = address; return; }
  drawer().replaceWith(next);
  document.querySelectorAll("[data-rows] tr[aria-current]").forEach((row) => row.removeAttribute("aria-current"));
  const row = !next.hidden && opener && opener.closest("tr");
  if (row) { row.setAttribute("aria-current", "true"); }
  if (push) { history.pushState({}, "", address); }
  document.dispatchEvent(new Event("drawer"));
  if (!next.hidden) { next.setAttribute("tabindex", "-1"); next.focus(); }
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-drawer], [data-close]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
  event.preventDefault();
  if (link.hasAttribute("data-close")) { close(link.href); } else { opener = link; show(link.href, true); }
});
function close(address) {
  show(address, true).then(() => { if (opener) { opener.focus(); } });
}
document.addEventListener("keydown", (event) => {
  const link = drawer() && !drawer().hidden && drawer().querySelector("[data-close]");
  if (event.key === "Escape" && link) { close(link.href); }
});
addEventListener("popstate", () => show(location.href, false));
