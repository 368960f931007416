// Fragments that move: a stream says when to fetch again; without one, the page polls.
"use strict";
const POLL = 2000;
async function refresh(place) {
  try {
    const answer = await fetch(place.dataset.live, { headers: { "HX-Request": "true" } });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) { return; }
    const text = await answer.text();
    if (place.dataset.shown !== text) {
      const focused = place.contains(document.activeElement);
      if (focused && place.dataset.shown) { return; }
      place.dataset.shown = text;
      place.innerHTML = text;
    }
  } catch (error) { /* the next look will tell */ }
}
function poll(place) {
  refresh(place);
  setInterval(() => { if (!document.hidden) { refresh(place); } }, POLL);
}
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-live]").forEach((place) => {
    refresh(place);
    if (!place.dataset.events || !window.EventSource) { poll(place); return; }
    const stream = new EventSource(place.dataset.events);
    stream.addEventListener("change", () => refresh(place));
    stream.onerror = () => { if (stream.readyState === EventSource.CLOSED) { poll(place); } };
    addEventListener("pagehide", () => stream.close());
  });
});
