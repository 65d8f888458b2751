// The join page: agreeing in the full text ticks the box; the chosen table shows at once.

import { letPagesBeKept } from "./keep.js";

for (const button of document.querySelectorAll("[data-agree]")) {
  button.addEventListener("click", () => {
    const box = document.querySelector(`input[name="${button.dataset.agree}"]`);
    box.checked = true;
    box.removeAttribute("aria-invalid");
    button.closest("dialog").opener = box;
  });
}

for (const radio of document.querySelectorAll(".table-pick input")) {
  radio.addEventListener("change", () => {
    const row = radio.closest("label");
    const detail = row.querySelector(".choice-detail");
    const slot = (name) => document.querySelector(`.seat-offer [data-slot=${name}]`);
    slot("ring").replaceChildren(row.querySelector("svg").cloneNode(true));
    slot("table").textContent = detail.dataset.name;
    slot("seated").textContent = detail.dataset.seated;
  });
  radio.addEventListener("click", (event) => {
    if (event.detail) radio.closest("details").open = false;
  });
}

letPagesBeKept();
