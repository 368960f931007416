// Fields that suggest: htmx fetches the options; arrows move, Enter or a click takes one, Escape closes the list.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[role=combobox]").forEach((input) => {
    const list = document.getElementById(input.getAttribute("aria-controls"));
    const options = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");
    const show = (open) => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
      if (!open) { select(null); }
    };
    const select = (option) => {
      options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
      if (!option) { input.removeAttribute("aria-activedescendant"); return; }
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    };
    const take = (option) => {
      input.value = option.dataset.value;
      show(false);
    };
    const move = (by) => {
      if (list.hidden) { input.dispatchEvent(new Event("suggest")); return; }
      const all = options();
      const at = all.indexOf(chosen());
      select(at < 0 && by < 0 ? all[all.length - 1] : all[(at + by + all.length) % all.length]);
    };
    list.addEventListener("htmx:afterSwap", () => {
      const all = options();
      const same = all.length === 1 && all[0].dataset.value === input.value;
      show(document.activeElement === input && all.length > 0 && !same);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && !list.hidden && chosen()) {
        event.preventDefault();
        take(chosen());
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        show(false);
      }
    });
    input.addEventListener("blur", () => show(false));
    // before the field loses its focus
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) { take(option); }
    });
  });
});
