// Which columns a file gets, in the order in which they are ticked; remembered in this browser, list by list.
"use strict";
document.querySelectorAll("[data-columns]").forEach((form) => {
  const link = form.querySelector("[data-base]");
  const key = `columns ${new URL(link.dataset.base, location).pathname}`;
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  let order = [];
  try { order = JSON.parse(localStorage.getItem(key) || "[]").filter((name) => boxes.some((box) => box.value === name)); } catch (error) { /* none is remembered */ }
  const tell = () => {
    const address = new URL(link.dataset.base, location);
    if (order.length) { address.searchParams.set("columns", order.join(",")); }
    link.href = address.pathname + address.search;
    boxes.forEach((box) => { box.checked = order.includes(box.value); });
    try { localStorage.setItem(key, JSON.stringify(order)); } catch (error) { /* not remembered */ }
  };
  boxes.forEach((box) => box.addEventListener("change", () => {
    order = order.filter((name) => name !== box.value);
    if (box.checked) { order.push(box.value); }
    tell();
  }));
  tell();
});
