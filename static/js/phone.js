// The resident's phone: new cards wait until asked for, own words and stances keep their marks, drafts stay.

import { waiting } from "./live.js";
import { speak } from "./notices.js";

const body = document.body;
const list = document.getElementById("proposals");
const mine = document.getElementById("mine");
const own = new Set(JSON.parse(mine?.dataset.own || "[]"));
const stances = new Map();

for (const form of document.querySelectorAll("[data-stance-form]")) {
  const chosen = form.querySelector("[aria-pressed=true]");
  if (chosen) stances.set(Number(form.dataset.proposal), chosen.value);
}

function pendingStances() {
  const found = new Map();
  for (const item of waiting()) if (item.name === "stance.take") found.set(Number(item.data.proposal), item.data.stance);
  return found;
}

function markCard(card) {
  const id = Number(card.dataset.proposal);
  const pending = pendingStances();
  const chosen = pending.get(id) || stances.get(id) || "";
  for (const button of card.querySelectorAll("button[name=stance]")) {
    button.setAttribute("aria-pressed", button.value === chosen ? "true" : "false");
  }
  const note = card.querySelector("[data-stance-pending]");
  if (note) note.hidden = !pending.has(id);
  if (own.has(id) && !card.querySelector("[data-own-badge]") && !card.querySelector(".voice-tags .badge-chosen")) {
    const badge = document.createElement("p");
    badge.className = "voice-tags";
    badge.dataset.ownBadge = "";
    const word = document.createElement("span");
    word.className = "badge badge-chosen";
    word.textContent = mine.dataset.ownLabel;
    badge.append(word);
    card.prepend(badge);
  }
  closeRound(card);
}

// Cards drawn for everyone know their round; which round is open stands in one place.
function closeRound(card) {
  const rounds = document.querySelector("[data-region=rounds]");
  const form = card.querySelector("[data-stance-form]");
  if (!rounds || !form) return;
  const open = rounds.dataset.open === card.dataset.segment;
  for (const button of form.querySelectorAll("button")) {
    button.toggleAttribute("disabled", !open);
  }
  let note = form.querySelector("[data-closed-note]");
  if (open) { note?.remove(); return; }
  if (!note) {
    note = document.createElement("p");
    note.className = "stance-note";
    note.dataset.closedNote = "";
    form.append(note);
  }
  note.textContent = rounds.querySelector(`[data-round="${card.dataset.segment}"]`)?.textContent || "";
}

function markAll() {
  for (const card of list.querySelectorAll("[data-proposal].voice")) markCard(card);
  const rounds = document.querySelector("[data-region=rounds]");
  if (rounds && rounds.dataset.open !== "0") {
    for (const field of document.querySelectorAll("[data-segment-now]")) field.value = rounds.dataset.open;
  }
}

// New cards wait behind a button while someone reads further down.
const newCards = document.getElementById("new-cards");
function reading() {
  return list.getBoundingClientRect().top < 0;
}

list?.addEventListener("region:new", (event) => {
  const card = event.detail;
  card.classList.add("arriving");
  if (!reading() || own.has(Number(card.dataset.proposal))) return;
  card.hidden = true;
  card.dataset.waiting = "";
  showWaitingButton();
});

function showWaitingButton() {
  const number = list.querySelectorAll("[data-waiting]").length;
  newCards.hidden = number === 0;
  const button = newCards.querySelector("button");
  button.querySelector(".btn-label").textContent = button.dataset.label.replace("{n}", String(number));
}

newCards?.querySelector("button").addEventListener("click", () => {
  for (const card of list.querySelectorAll("[data-waiting]")) { card.hidden = false; delete card.dataset.waiting; }
  showWaitingButton();
  newCards.parentElement.scrollIntoView({ block: "start" });
});

// What waits in the outbox stands at the top, dashed.
function drawPending() {
  const place = document.getElementById("pending");
  const template = document.getElementById("pending-template");
  if (!place || !template) return;
  const cards = waiting().filter((item) => item.name === "proposal.submit").map((item) => {
    const card = template.content.firstElementChild.cloneNode(true);
    card.querySelector(".voice-text").textContent = item.data.text;
    return card;
  });
  place.replaceChildren(...cards.reverse());
  markAll();
}

document.addEventListener("outbox:changed", drawPending);
document.addEventListener("outbox:sent", (event) => {
  const { item, answer } = event.detail;
  if (item.name === "proposal.submit") {
    if (answer.ok) own.add(answer.result.proposal);
    else giveBack(item.data.text, answer);
  }
  if (item.name === "stance.take" && answer.ok) stances.set(Number(item.data.proposal), answer.result.stance);
  markAll();
});
document.addEventListener("act:kept", (event) => {
  const { form, name, data } = event.detail;
  if (name === "stance.take") { stances.set(Number(data.proposal), data.stance); markAll(); }
  if (name === "proposal.submit") {
    localStorage.removeItem(form.dataset.draft);
    form.closest("dialog")?.close();
    speak(form.querySelector("button").innerText);
  }
});
document.addEventListener("live:drawn", (event) => {
  if (event.detail.matches?.("[data-proposal].voice")) markCard(event.detail);
  else if (event.detail.dataset?.region === "rounds") markAll();
});

// A refused text comes back into the field, with the reason.
function giveBack(text, answer) {
  const dialog = document.getElementById("write");
  const field = dialog?.querySelector("textarea");
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const note = document.createElement("p");
  note.className = "field-error";
  note.dataset.liveError = "";
  note.setAttribute("role", "alert");
  note.textContent = answer.message;
  dialog.querySelector("[data-errors]").replaceChildren(note);
  if (!dialog.open) dialog.showModal();
  field.focus();
}

// Drafts outlive a closed sheet and a reload.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const field = form.querySelector("textarea");
  try {
    if (!field.value) field.value = localStorage.getItem(form.dataset.draft) || "";
    field.addEventListener("input", () => localStorage.setItem(form.dataset.draft, field.value));
  } catch { /* without storage the draft lives as long as the page */ }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  form.addEventListener("submit", (event) => {
    if (field.value.trim()) return;
    event.preventDefault();
    field.focus();
  }, true);
}
if (new URLSearchParams(location.search).has("write")) document.querySelector("[data-open-dialog=write]")?.click();
drawPending();
body.dataset.phone = "on";
