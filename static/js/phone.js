// The resident's phone: one's own marks on cards drawn for everyone, new cards that wait, drafts, what is not sent yet.

import { clearErrors, showErrors, waiting } from "./live.js";
import { keepThisPage, letPagesBeKept } from "./keep.js";
import { toast } from "./notices.js";

const body = document.body;
const list = document.getElementById("proposals");
const mine = document.getElementById("mine");
const own = new Set(mine.dataset.own.split(",").filter(Boolean));
const stances = new Map();
const before = new Map();

for (const form of document.querySelectorAll("[data-stance-form]")) {
  const chosen = form.querySelector("[aria-pressed=true]");
  if (chosen) stances.set(form.dataset.proposal, { value: chosen.value, version: versionChosen(form.closest(".voice")) });
}

// A card that asks again was answered in an earlier wording.
function versionChosen(card) {
  const now = Number(card.dataset.version);
  const ask = card.querySelector("[data-ask-again]");
  return ask && !ask.hidden ? now - 1 : now;
}

const rounds = () => document.querySelector("[data-region=rounds]");

function pendingStances() {
  return new Map(waiting().filter((item) => item.name === "stance.take").map((item) => [String(item.data.proposal), item.data]));
}

function markCard(card, pending = pendingStances()) {
  const id = card.dataset.proposal;
  markOwn(card, id);
  const form = card.querySelector("[data-stance-form]");
  if (!form) return;
  const kept = pending.get(id);
  const chosen = kept ? kept.stance : stances.get(id)?.value;
  for (const button of form.querySelectorAll("button[name=stance]")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
  const note = form.querySelector("[data-stance-pending]");
  note.hidden = !kept;
  if (kept) {
    const word = form.querySelector(`button[value="${kept.stance}"]`).innerText.trim();
    note.querySelector("span").textContent = mine.dataset.pending.replace("{stance}", word);
  }
  const ask = card.querySelector("[data-ask-again]");
  if (ask) ask.hidden = Boolean(kept) || !stances.has(id) || stances.get(id).version >= Number(card.dataset.version);
  shut(card, form);
}

function markOwn(card, id) {
  if (!own.has(id)) return;
  for (const node of card.querySelectorAll("[data-own-only]")) node.hidden = false;
  if (card.classList.contains("voice-hidden")) {
    if (card.querySelector(".voice-rewrite")) return;
    const link = document.createElement("a");
    link.href = `${mine.dataset.home}?write=${id}`;
    link.textContent = mine.dataset.rewrite;
    const line = document.createElement("p");
    line.className = "voice-rewrite";
    line.append(link);
    card.append(line);
  } else if (!card.querySelector("[data-own-badge], .voice-tags .badge-chosen")) {
    const badge = document.getElementById("own-template").content.firstElementChild.cloneNode(true);
    const tags = card.querySelector(".voice-tags");
    if (tags) tags.prepend(...badge.children);
    else card.prepend(badge);
  }
}

// Cards drawn for everyone know their round; which round takes stances stands in one place.
function shut(card, form) {
  const open = rounds().dataset.stances === card.dataset.segment;
  form.classList.toggle("stances-closed", !open);
  for (const button of form.querySelectorAll("button")) button.disabled = !open;
  const note = form.querySelector("[data-closed-note]");
  note.hidden = open;
  if (open) return;
  const since = rounds().querySelector(`[data-round="${card.dataset.segment}"]`)?.textContent || "";
  const chose = form.querySelector("[aria-pressed=true]");
  note.querySelector("span").textContent = chose && since ? `${since} ${mine.dataset.stays}` : since;
}

function markAll() {
  const pending = pendingStances();
  for (const card of list.querySelectorAll(".voice[data-proposal]")) markCard(card, pending);
  for (const field of document.querySelectorAll("[data-segment-now]")) field.value = rounds().dataset.proposals || field.value;
}

// My arc in the ring of the table; a seat that was moved opens its new table.
function markPlace() {
  const arcs = document.querySelectorAll(".phone-where .arc");
  arcs[Number(body.dataset.place) - 1]?.setAttribute("class", "arc arc-me");
  const place = document.querySelector(`[data-region="place-${body.dataset.seat}"]`);
  if (place && (place.dataset.table !== body.dataset.table || place.dataset.place !== body.dataset.place)) location.reload();
}

// A survey drawn for everyone gives way to thanks where this seat has answered.
function markSurvey() {
  const survey = document.querySelector("[data-survey]");
  const done = document.querySelector("[data-survey-done]");
  if (!survey || !done) return;
  const isDone = done.dataset.surveyDone.split(",").includes(survey.dataset.survey);
  const form = survey.querySelector("[data-survey-form]");
  const was = form.hidden;
  form.hidden = isDone;
  survey.querySelector("[data-survey-thanks]").hidden = !isDone;
  if (isDone && !was) window.scrollTo(0, 0);
}

// New cards wait behind a button while someone reads further down.
const newCards = document.getElementById("new-cards");
const newButton = newCards.querySelector("button");

function showWaiting() {
  const number = list.querySelectorAll("[data-waiting]").length;
  newCards.hidden = number === 0;
  newButton.querySelector(".btn-label").textContent = newButton.dataset.label.replace("{n}", String(number));
}

list.addEventListener("region:new", (event) => {
  const card = event.detail;
  const reading = list.getBoundingClientRect().top < (document.querySelector(".live-top")?.getBoundingClientRect().bottom || 0);
  if (!reading || own.has(card.dataset.proposal)) { card.classList.add("arriving"); return; }
  card.hidden = true;
  card.dataset.waiting = "";
});
list.addEventListener("region:changed", showWaiting);
newButton.addEventListener("click", () => {
  for (const card of list.querySelectorAll("[data-waiting]")) { card.hidden = false; delete card.dataset.waiting; }
  showWaiting();
  toTheTop();
});

function toTheTop() {
  document.getElementById("table-proposals").scrollIntoView({ block: "start" });
}

// What is stuck under the band has to know its height.
function measureBand() {
  const band = document.querySelector(".live-top:not([hidden])");
  if (band) document.documentElement.style.setProperty("--band-height", `${band.offsetHeight}px`);
}
window.addEventListener("resize", measureBand);

// What waits in the outbox stands at the top, dashed.
function drawPending() {
  const template = document.getElementById("pending-template").content.firstElementChild;
  const cards = waiting().filter((item) => item.name === "proposal.submit").map((item) => {
    const card = template.cloneNode(true);
    card.querySelector(".voice-text").textContent = item.data.text;
    return card;
  });
  document.getElementById("pending").replaceChildren(...cards.reverse());
  markAll();
}

const sheet = document.getElementById("write");
const field = sheet.querySelector("textarea");
const form = field.form;

function setText(text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function keepDraft(text) {
  try {
    if (text) localStorage.setItem(form.dataset.draft, text);
    else localStorage.removeItem(form.dataset.draft);
  } catch { /* without storage the draft lives as long as the page */ }
}

function draft() {
  try { return localStorage.getItem(form.dataset.draft) || ""; } catch { return ""; }
}

// A refused text comes back into the field with the reason; another one begun since stays below it.
function giveBack(text, answer) {
  setText(field.value.trim() ? `${text}\n${field.value}` : text);
  keepDraft(field.value);
  if (!sheet.open) sheet.showModal();
  showErrors(form, { message: answer.message, fields: { text: [answer.message] } });
}

document.addEventListener("outbox:changed", drawPending);
document.addEventListener("outbox:sent", (event) => {
  const { item, answer } = event.detail;
  const id = String(item.data.proposal);
  if (item.name === "proposal.submit" && answer.ok) {
    own.add(String(answer.result.proposal));
    toast(answer.message);
  } else if (item.name === "proposal.submit") {
    giveBack(item.data.text, answer);
  } else if (item.name === "stance.take" && answer.ok) {
    stances.set(id, { value: answer.result.stance, version: answer.result.version });
    before.delete(id);
  } else if (item.name === "stance.take") {
    if (before.get(id)) stances.set(id, before.get(id)); else stances.delete(id);
    before.delete(id);
  }
  markAll();
});
document.addEventListener("act:kept", (event) => {
  const { name, data } = event.detail;
  const id = String(data.proposal);
  if (name === "stance.take") {
    if (!before.has(id)) before.set(id, stances.get(id));
    stances.set(id, { value: data.stance, version: Number(data.version) });
    markAll();
  } else if (name === "proposal.submit") {
    keepDraft("");
    sheet.close();
    toTheTop();
  }
});
document.addEventListener("live:drawn", (event) => {
  const name = event.detail.dataset?.region || "";
  if (name.startsWith("proposal-")) markCard(event.detail);
  else if (name === "rounds") markAll();
  else if (name === "band") measureBand();
  else if (name.startsWith("survey")) markSurvey();
  else if (name.startsWith("where-") || name.startsWith("place-")) markPlace();
});

field.addEventListener("input", () => { keepDraft(field.value); clearErrors(form); });
form.addEventListener("submit", (event) => {
  if (field.value.trim()) return;
  event.preventDefault();
  showErrors(form, { message: form.dataset.empty, fields: { text: [form.dataset.empty] } });
}, true);
sheet.addEventListener("dialog:open", () => {
  if (!field.value) setText(draft());
  field.setSelectionRange(field.value.length, field.value.length);
});
if (sheet.dataset.rewrite) { sheet.showModal(); field.focus(); setText(field.value); history.replaceState(null, "", mine.dataset.home); }
measureBand();
markPlace();
drawPending();
body.dataset.phone = "on";
letPagesBeKept().then(keepThisPage);
