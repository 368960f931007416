// Details beside a list: the address says what is open, so that Back, links and reload come to the same.
"use strict";
const drawer = () => document.getElementById("drawer");
let opener = null;
const target = (link) => link.href.baseVal ?? link.href; // a link within a picture
async function show(place, push) {
  const answer = await fetch(place, { headers: { "HX-Request": "true" } });
  if (!answer.ok) { location.href = place; return; }
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("drawer");
  if (!next) { location.href = place; return; }
  drawer().replaceWith(next);
  document.querySelectorAll("[data-rows] tr[aria-current], [data-node][aria-current]").forEach((one) => one.removeAttribute("aria-current"));
  if (!next.hidden && opener) { opener.closest("tr, [data-node]")?.setAttribute("aria-current", "true"); }
  if (push) { history.pushState({}, "", place); }
  document.dispatchEvent(new Event("drawer"));
  if (!next.hidden) { next.setAttribute("tabindex", "-1"); next.focus(); }
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-drawer], [data-close]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
  event.preventDefault();
  if (link.hasAttribute("data-close")) { close(target(link)); } else { opener = link; show(target(link), true); }
});
function close(place) {
  show(place, true).then(() => { if (opener) { opener.focus(); } });
}
document.addEventListener("keydown", (event) => {
  const link = drawer() && !drawer().hidden && drawer().querySelector("[data-close]");
  if (event.key === "Escape" && link) { close(target(link)); }
});
addEventListener("popstate", () => show(location.href, false));
