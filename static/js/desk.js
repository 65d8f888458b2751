// The theme desk: keeps what was picked while lists are drawn anew, keys 1 to 4, claims, dragging.

import { act } from "./live.js";
import { serverNow } from "./clock.js";

const body = document.body;
const me = body.dataset.person;
const words = document.getElementById("desk-words").dataset;
const picked = new Set();
let open = Number(document.querySelector(".open-theme")?.dataset.theme || 0);

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);
const typing = (node) => node && node.matches("input:not([type=checkbox]),textarea,select");

function ago() {
  for (const time of all("time[data-ago]")) {
    const seconds = Math.max(0, Math.round((serverNow() - Date.parse(time.dateTime)) / 1000));
    if (seconds >= 3600) continue;
    const text = seconds < 60 ? words.seconds.replace("{n}", seconds) : words.minutes.replace("{n}", Math.floor(seconds / 60));
    if (time.textContent !== text) time.textContent = text;
  }
}

function showPicked() {
  for (const box of all(".member input[type=checkbox]")) {
    box.checked = picked.has(box.value);
  }
  const label = one("[data-picked]");
  if (label) label.textContent = picked.size ? label.dataset.pickedSome.replace("{n}", picked.size) : label.dataset.pickedNone;
  const slot = one("[data-slot=picked]");
  slot.textContent = picked.size ? slot.dataset.words.replace("{n}", picked.size) : "";
}

function forgetGone() {
  const there = new Set(all(".member input[type=checkbox]").map((box) => box.value));
  for (const id of [...picked]) if (!there.has(id)) picked.delete(id);
}

// The tools act on the theme that is open here; the server draws them alike for everyone.
function fitTools() {
  for (const field of all("[data-open-theme]")) field.value = open || "";
  for (const tool of all("[data-needs-theme]")) tool.hidden = !open;
  for (const option of all("[data-not-open] option")) option.hidden = option.disabled = Number(option.value) === open;
  const select = one("[data-not-open]");
  if (select?.selectedOptions[0]?.disabled) select.value = all("option:not([disabled])", select)[0]?.value || "";
  for (const button of all("button[data-split]")) button.setAttribute("formaction", open ? button.dataset.split : button.dataset.make);
}

function markOpen() {
  for (const card of all(".theme-card")) {
    if (Number(card.dataset.theme) === open) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
  const count = one("[data-region=themes]")?.dataset.count;
  one("[data-slot=theme-count]").textContent = count || "";
  one("[data-slot=waiting]").textContent = one("[data-region=queue]")?.dataset.waiting || "";
}

// A card that I claimed shows its choices to me alone.
function showMine() {
  for (const choices of all("[data-claimant]")) {
    choices.hidden = choices.dataset.claimant !== me;
    if (!choices.hidden) choices.closest(".queue-card").classList.replace("queue-taken", "queue-first");
  }
  const mine = one(`.queue-card[data-claimed="${CSS.escape(me)}"]`);
  if (mine) for (const card of all(".queue-first")) card.classList.toggle("queue-first", card === mine);
}

function settle() {
  forgetGone();
  showPicked();
  fitTools();
  markOpen();
  showMine();
  ago();
  makeDraggable();
}

async function openTheme(href, push = true) {
  const response = await fetch(href, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) { location.href = href; return; }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = one(".open-theme", page);
  if (!fresh) { location.href = href; return; }
  one(".open-theme").replaceWith(document.importNode(fresh, true));
  open = Number(fresh.dataset.theme);
  one("[data-filters] input[name=theme]").value = open;
  if (push) history.pushState({}, "", href);
  settle();
  if (push && innerWidth < 1000) one(".desk-open").scrollIntoView();
}

function withFilters(href) {
  const to = new URL(href, location.href);
  for (const [name, value] of new FormData(one("[data-filters]"))) {
    if (value && !to.searchParams.has(name) && name !== "q" && !(name === "sort" && value === "arrival")) to.searchParams.set(name, value);
  }
  return to.pathname + to.search;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".theme-card, .stream-place a, .members-pages a, .open-theme-facts a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openTheme(withFilters(link.getAttribute("href"))).catch(() => { location.href = link.href; });
});
window.addEventListener("popstate", () => openTheme(location.href, false).catch(() => location.reload()));

let later;
function fetchLater() {
  if (!one("[data-drawn=list]")) return;
  clearTimeout(later);
  later = setTimeout(() => { if (!typing(document.activeElement)) openTheme(location.href, false).catch(() => {}); }, 800);
}

for (const filter of all("[data-filters] select")) {
  filter.addEventListener("change", () => openTheme(`${location.pathname}?${new URLSearchParams(new FormData(one("[data-filters]")))}`));
}
one("[data-filters]").addEventListener("submit", (event) => {
  event.preventDefault();
  openTheme(`${location.pathname}?${new URLSearchParams(new FormData(event.target))}`);
});
one("[data-filter-button]").hidden = true;

document.addEventListener("change", (event) => {
  if (!event.target.matches(".member input[type=checkbox]")) return;
  if (event.target.checked) picked.add(event.target.value);
  else picked.delete(event.target.value);
  askToPick(null);
  showPicked();
});

// Said where the button was pressed, so that nothing moves.
function askToPick(place) {
  all("[data-pick-first]").forEach((node) => node.remove());
  if (!place) return;
  const note = Object.assign(document.createElement("p"), { className: "field-error", textContent: words.pickFirst });
  note.dataset.pickFirst = "";
  note.setAttribute("role", "alert");
  place.append(note);
}

// One form, two acts: the pressed button says which. Runs before live.js reads the form.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "pick") return;
  const place = event.submitter?.closest(".tool-body");
  if (place && !picked.size) {
    event.preventDefault();
    askToPick(place);
    return;
  }
  const home = one("[data-split]").dataset.split.replace("theme.split", "theme.move");
  event.target.setAttribute("action", event.submitter?.getAttribute("formaction") || home);
}, true);

document.addEventListener("act:done", (event) => {
  const { form, name } = event.detail;
  if (["theme.move", "theme.split", "theme.make"].includes(name) && form.id === "pick") {
    picked.clear();
    for (const details of all(".desk-tools details[open]")) details.open = false;
    form.reset();
  }
  if ("closeDetails" in form.dataset || name === "theme.merge") form.closest("details")?.removeAttribute("open");
  if (event.detail.answer.result.theme && ["theme.split", "theme.make", "theme.suggestion"].includes(name)) {
    openTheme(`${location.pathname}?theme=${event.detail.answer.result.theme}`).catch(() => {});
  }
  showPicked();
});

function press(number) {
  const card = one(".queue-first");
  const choice = card && one(`[data-key-choice="${number}"]`, card);
  if (!choice) return false;
  if (choice.matches("form")) choice.requestSubmit();
  else {
    choice.click();
    one("input[name=label]", choice.parentElement)?.focus();
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(document.activeElement)) {
    if (event.key === "Escape") document.activeElement.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (/^[1-4]$/.test(event.key) && press(event.key)) event.preventDefault();
  if (event.key === "/") { event.preventDefault(); one("[data-filters] input[type=search]").focus(); }
  if (event.key === "Escape" && picked.size) { picked.clear(); showPicked(); }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") moveAmongThemes(event);
});

function moveAmongThemes(event) {
  const cards = all(".theme-card");
  const at = cards.indexOf(document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  cards[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
}

// Whoever begins to work on a card of the queue has it for two minutes.
document.addEventListener("focusin", (event) => {
  const card = event.target.closest(".queue-first[data-card]");
  if (!card || card.dataset.claimed || card.dataset.asking) return;
  card.dataset.asking = "1";
  act("theme.claim", { proposal: card.dataset.card }).catch(() => {});
});

// Dragging is an extra: every move can be made with the checkboxes as well.
function makeDraggable() {
  for (const item of all(".member[data-proposal], .queue-card[data-card]")) item.draggable = true;
}
document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.(".member[data-proposal], .queue-card[data-card]");
  if (!item) return;
  const id = item.dataset.proposal || item.dataset.card;
  const ids = picked.has(id) ? [...picked] : [id];
  event.dataTransfer.setData("application/x-proposals", ids.join(","));
  event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const card = event.target.closest?.(".theme-card");
  if (!card || !event.dataTransfer.types.includes("application/x-proposals")) return;
  event.preventDefault();
  all(".theme-card.is-over").forEach((other) => other.classList.toggle("is-over", other === card));
  card.classList.add("is-over");
});
document.addEventListener("dragend", () => all(".theme-card.is-over").forEach((card) => card.classList.remove("is-over")));
document.addEventListener("drop", (event) => {
  const card = event.target.closest?.(".theme-card");
  const ids = event.dataTransfer?.getData("application/x-proposals");
  if (!card || !ids) return;
  event.preventDefault();
  card.classList.remove("is-over");
  const form = one("#pick");
  all("input[data-dragged]", form).forEach((input) => input.remove());
  picked.clear();
  showPicked();
  for (const id of ids.split(",")) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "proposals", value: id });
    input.dataset.dragged = "";
    form.append(input);
  }
  one("#tool-to").value = card.dataset.theme;
  form.requestSubmit();
  queueMicrotask(() => all("input[data-dragged]", form).forEach((input) => input.remove()));
});

document.addEventListener("live:changed", () => { settle(); fetchLater(); });
setInterval(ago, 5000);
settle();
