// The organization as a picture: the server's own drawing, brought to life. Places and letters come from the server.
"use strict";
(() => {
  const CHIP = 24;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  function sign(text) {
    const size = text.length > 1 ? 11 : 13;
    return "data:image/svg+xml," + encodeURIComponent(
      `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 24 24"><text x="12" y="12.5" fill="#fff" font-family="system-ui, sans-serif" font-size="${size}" font-weight="700" text-anchor="middle" dominant-baseline="central">${text}</text></svg>`);
  }
  function style(box) {
    const told = getComputedStyle(box);
    const variable = (name) => told.getPropertyValue(name).trim();
    const ground = variable("--sheet"), text = variable("--text"), line = variable("--quiet"), accent = variable("--accent");
    return [
      { selector: "node", style: {
        shape: "round-rectangle", width: CHIP, height: CHIP, "background-color": (one) => variable(`--impact-${(one.data("letter") || "none").toLowerCase()}`),
        "background-image": (one) => sign(one.data("sign")), "background-fit": "contain", "background-image-containment": "inside",
        label: (one) => (one.data("label") ? `\u2068${one.data("label")}\u2069` : ""), color: text, "font-size": 12, "font-family": told.fontFamily,
        "text-halign": "right", "text-valign": "center", "text-margin-x": 6, "text-events": "yes",
        "text-background-color": ground, "text-background-opacity": 1, "text-background-padding": "2px" } },
      { selector: "node[?least]", style: { "border-width": 1, "border-style": "dashed", "border-color": line, "border-position": "outside" } },
      { selector: "edge", style: { width: 1, "line-color": line, opacity: 0.5, "curve-style": "taxi", "taxi-direction": "rightward", "taxi-turn": "data(turn)", "taxi-turn-min-distance": 1, events: "no" } },
      { selector: ".pointed", style: { "border-width": 2, "border-style": "solid", "border-color": accent, "border-position": "outside" } },
      { selector: ".open", style: { "border-width": 3, "border-style": "solid", "border-color": accent, "border-position": "outside" } },
    ];
  }
  function elements(told) {
    const at = Object.fromEntries(told.nodes.map((one) => [one.id, one]));
    const edges = told.edges.filter((one) => "turn" in one && at[one.from] && at[one.to]).map((one) => (
      { data: { source: one.from, target: one.to, turn: Math.max(one.turn - at[one.from].x, 1) } }));
    // `parent` would make a box of a node, around what is below it
    const nodes = told.nodes.map(({ parent, x, y, ...data }) => ({ data, position: { x, y } }));
    return [...nodes, ...edges];
  }
  function fit(box, cy, told) {
    const scale = Math.min(box.clientWidth / told.width, 1.25);
    box.style.height = `${Math.ceil(told.height * scale) + 4}px`;
    cy.resize();
    cy.viewport({ zoom: scale, pan: { x: 0, y: 0 } });
  }
  function follow(data, event) {
    const other = event && event.originalEvent && (event.originalEvent.ctrlKey || event.originalEvent.metaKey);
    if (other) { open(data.address, "_blank", "noopener"); return; }
    if (data.drawer) { opener = null; show(data.address, true); } else { location.href = data.address; }
  }
  function mark(cy) {
    const arn = new URLSearchParams(location.search).get("open");
    cy.nodes().removeClass("open");
    if (arn) { cy.nodes().filter((one) => one.data("kind") === "identity" && one.data("detail") === arn).addClass("open"); }
  }
  function pointing(box, cy) {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    box.append(tip);
    cy.on("mouseover", "node", (event) => {
      const at = event.target.renderedPosition();
      event.target.addClass("pointed");
      tip.textContent = event.target.data("title");
      tip.hidden = false;
      tip.style.left = `${Math.max(0, Math.min(at.x + 16, box.clientWidth - tip.offsetWidth))}px`;
      tip.style.top = `${at.y + 18}px`;
      box.style.cursor = "pointer";
    });
    const away = () => { cy.nodes().removeClass("pointed"); tip.hidden = true; box.style.cursor = ""; };
    cy.on("mouseout", "node", away);
    cy.on("viewport", away);
  }
  function tools(box, cy, told) {
    const bar = document.querySelector("[data-tools]");
    if (!bar) { return; }
    bar.hidden = false;
    const middle = () => ({ x: box.clientWidth / 2, y: Math.min(box.clientHeight, innerHeight) / 2 });
    const zoom = (by) => cy.zoom({ level: cy.zoom() * by, renderedPosition: middle() });
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) { return; }
      if (button.dataset.zoom === "in") { zoom(1.25); }
      if (button.dataset.zoom === "out") { zoom(0.8); }
      if (button.dataset.zoom === "fit") { fit(box, cy, told); }
    });
    const png = document.querySelector("[data-png]");
    png.hidden = false;
    png.addEventListener("click", () => save(cy));
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) { return; }
      event.preventDefault();
      const at = box.getBoundingClientRect();
      cy.zoom({ level: cy.zoom() * (event.deltaY < 0 ? 1.1 : 0.9), renderedPosition: { x: event.clientX - at.left, y: event.clientY - at.top } });
    }, { passive: false });
  }
  async function save(cy) {
    const blob = await cy.png({ full: true, scale: 2, output: "blob-promise", bg: getComputedStyle(document.body).getPropertyValue("--sheet").trim() });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "organization.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  async function start(box) {
    const answer = await fetch(box.dataset.picture);
    if (!answer.ok) { return; }  // the server's own drawing stays
    const told = await answer.json();
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", box.querySelector("svg").getAttribute("aria-label"));
    box.querySelector("svg").remove();
    box.append(canvas);
    const cy = cytoscape({
      container: canvas, elements: elements(told), style: style(canvas), layout: { name: "preset", fit: false }, minZoom: 0.2, maxZoom: 4,
      userZoomingEnabled: false, autoungrabify: true, autounselectify: true, boxSelectionEnabled: false, motionBlur: false,
      userPanningEnabled: !!document.querySelector("[data-tools]"), textureOnViewport: !still && told.nodes.length > 150 });
    fit(canvas, cy, told);
    cy.on("tap", "node", (event) => follow(event.target.data(), event));
    pointing(canvas, cy);
    tools(canvas, cy, told);
    mark(cy);
    let width = canvas.clientWidth;
    new ResizeObserver(() => { if (canvas.clientWidth !== width) { width = canvas.clientWidth; fit(canvas, cy, told); } }).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(style(canvas)));
    document.addEventListener("drawer", () => mark(cy));
    box.dataset.ready = "true";
  }
  document.querySelectorAll("[data-picture]").forEach(start);
})();
