// The join page: agreeing in the full text ticks the box; the chosen table shows at once.

for (const button of document.querySelectorAll("[data-agree]")) {
  button.addEventListener("click", () => {
    const box = document.querySelector(`input[name="${button.dataset.agree}"]`);
    box.checked = true;
    box.removeAttribute("aria-invalid");
    box.focus();
  });
}

for (const radio of document.querySelectorAll(".seat-tables input")) {
  radio.addEventListener("change", () => {
    const offer = document.querySelector(".seat-offer");
    const chosen = radio.closest("label");
    offer.querySelector("svg").replaceWith(chosen.querySelector("svg").cloneNode(true));
    offer.querySelector("b").textContent = chosen.querySelector("span").firstChild.textContent.trim();
    offer.querySelector(".muted").textContent = chosen.querySelector(".muted").textContent;
    radio.closest("details").open = false;
  });
}
