// The facilitator's console: tabs, keys, sheets, what waits for the link, clocks of turns and steps.

import { clockText, serverNow } from "./clock.js";
import { waiting } from "./live.js";
import { showBanner, speak, toast } from "./notices.js";

const shell = document.getElementById("console");
const capture = document.getElementById("capture-form");
const said = document.getElementById("said");
const sheet = document.getElementById("sheet");
const TURN_SECONDS = 120;
const UNDOABLE = new Set(["hide", "mark", "merge", "restore", "reword"].map((deed) => `proposal.${deed}`));
const hours = new Intl.DateTimeFormat("ko-KR", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone });
let picked = null;

// Tabs of the phone and of the portrait tablet.
function openTab(name) {
  shell.dataset.tab = name;
  for (const panel of shell.querySelectorAll(".panel")) panel.classList.toggle("is-open", panel.id === name);
  for (const link of document.querySelectorAll(".tab-bar a")) {
    if (link.dataset.tab === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

// For whom it is written down: the speaker, until the facilitator picks someone; then that one until it is filed.
function pickRadio(value) {
  const radio = capture.querySelector(`input[name=seat][value="${CSS.escape(value)}"]`);
  if (radio) radio.checked = true;
}

function showPick() {
  const picks = capture.querySelector(".picks");
  if (picks) pickRadio(picked ?? picks.dataset.speaker);
}

function pickPlace(place) {
  const form = document.querySelector(`.seat-form[data-place="${CSS.escape(place)}"]`);
  if (!form) return false;
  picked = form.dataset.seat;
  showPick();
  speak(form.dataset.name);
  return true;
}

function movePick(step) {
  const radios = [...capture.querySelectorAll("input[name=seat]")];
  const at = radios.findIndex((radio) => radio.checked);
  const next = radios[(at + step + radios.length) % radios.length];
  if (next) { next.checked = true; picked = next.value; }
}

// Keys. Nothing fires on a half-composed syllable.
function keyInField(event) {
  if (event.isComposing || event.keyCode === 229) return;
  const empty = !said.value.trim();
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    said.setRangeText("\n", said.selectionStart, said.selectionEnd, "end");
    said.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    capture.requestSubmit(capture.querySelector("[data-file]"));
  } else if (event.key === " " && /^\s*\d{1,2}$/.test(said.value)) {
    if (pickPlace(said.value.trim())) { event.preventDefault(); said.value = ""; }
  } else if (empty && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    movePick(event.key === "ArrowDown" ? 1 : -1);
  }
}

function keyOnSeat(event, row) {
  if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const rows = [...document.querySelectorAll(".seat-form .seat-row")];
  rows[(rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.target === said) { keyInField(event); return; }
  const row = event.target.closest?.(".seat-form .seat-row");
  if (row) keyOnSeat(event, row);
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) said.focus();
});

// Sheets: the page that does the same without script, put into the open console.
async function openSheet(href) {
  let page;
  try {
    const response = await fetch(href, { headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".sheet-page");
  } catch { page = null; }
  if (!page) { showBanner("error", sheet.dataset.lost, ""); return; }
  const close = page.querySelector(".sheet-head a");
  if (close) close.dataset.closeDialog = "";
  sheet.dataset.href = href;
  sheet.replaceChildren(...page.childNodes);
  if (!sheet.open) sheet.showModal();
  for (const field of sheet.querySelectorAll("[data-count-max]")) field.dispatchEvent(new Event("input", { bubbles: true }));
  const first = sheet.querySelector("textarea, input:not([type=hidden]):not(:disabled), button, a.btn");
  if (first) first.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openSheet(link.href); return; }
  const closing = event.target.closest("#sheet a[data-close-dialog]");
  if (closing) { event.preventDefault(); sheet.close(); return; }
  const tab = event.target.closest(".tab-bar a[data-tab]");
  if (tab) { event.preventDefault(); openTab(tab.dataset.tab); return; }
  const parked = event.target.closest('a[href="#parked"]');
  if (parked) document.getElementById("parked").open = true;
});

document.addEventListener("act:done", (event) => {
  const { form, name, answer } = event.detail;
  if (answer.result.said) toast(answer.result.said);
  else if (UNDOABLE.has(name)) toast(answer.message, document.getElementById("undo-act").content.firstElementChild.cloneNode(true));
  showSaved();
  if ("refreshSheet" in form.dataset) openSheet(sheet.dataset.href);
});

// When it was pressed, and in which step: what waits for the link keeps its moment. Runs before the script that sends.
document.addEventListener("submit", (event) => {
  const moment = new Date(serverNow()).toISOString();
  for (const field of event.target.querySelectorAll?.("[data-pressed-at]") || []) field.value = moment;
  const segment = event.target.querySelector?.("[data-segment-now]");
  if (segment) segment.value = document.getElementById("now-band").dataset.segment.replace(/^0$/, "");
}, true);

// What was just pressed is seen at once; the server's drawing follows, now or when the link is back.
function showTurn(form, name) {
  const clock = document.querySelector("[data-slot=turn-clock]");
  const picks = capture.querySelector(".picks");
  if (!clock || !picks) return;
  for (const row of document.querySelectorAll(".seat-row-speaking")) {
    row.classList.remove("seat-row-speaking");
    row.querySelector(".badge-chosen")?.remove();
    delete row.querySelector(".seat-row-time").dataset.spoken;
  }
  const starts = name === "turn.start";
  picks.dataset.speaker = starts ? form.dataset.seat : "";
  showPick();
  const now = serverNow();
  const ends = new Date(now + TURN_SECONDS * 1000).toISOString();
  for (const node of [clock, document.querySelector(".turn-panel > progress")]) {
    if (starts) Object.assign(node.dataset, { endsAt: ends, totalSeconds: TURN_SECONDS });
    else { delete node.dataset.endsAt; if (node === clock) node.textContent = clockText(TURN_SECONDS); else node.value = 0; }
  }
  if (!starts) return;
  clock.dataset.countdown = clock.dataset.countUp = "";
  const row = document.querySelector(`.seat-form[data-seat="${CSS.escape(form.dataset.seat)}"] .seat-row`);
  const time = row?.querySelector(".seat-row-time");
  row?.classList.add("seat-row-speaking");
  if (time) {
    const [minutes, seconds] = time.textContent.split(":").map(Number);
    Object.assign(time.dataset, { spoken: minutes * 60 + seconds, spokenAt: new Date(now).toISOString() });
  }
  const who = document.querySelector("[data-slot=turn-who] b");
  if (who) who.textContent = `${form.dataset.place} · ${form.dataset.name}`;
}

function pendingCard(item) {
  const list = document.querySelector('[data-list="proposals"]');
  const card = document.getElementById("pending-card").content.firstElementChild.cloneNode(true);
  card.dataset.pending = item.key;
  card.querySelector("[data-slot=text]").textContent = item.data.text;
  const seat = document.querySelector(`[data-region^="names-"] [data-seat="${CSS.escape(item.data.seat || "0")}"]`);
  card.querySelector("[data-slot=who]").textContent = seat ? seat.textContent : "";
  list.prepend(card);
}

document.addEventListener("act:kept", (event) => {
  const { form, name, item } = event.detail;
  if (name === "turn.start" || name === "turn.end") showTurn(form, name);
  if (form === capture) {
    pendingCard(item);
    document.querySelector("#toasts form")?.closest("[data-toast]").remove();
    form.reset();
    picked = null;
    showPick();
    said.dispatchEvent(new Event("input", { bubbles: true }));
    said.focus();
  }
  if ("close" in form.dataset) form.closest("dialog")?.close();
});

// Refused: the words go back into the field, so that nothing typed is lost.
document.addEventListener("outbox:sent", (event) => {
  const { item, answer } = event.detail;
  const card = document.querySelector(`[data-pending="${CSS.escape(item.key)}"]`);
  card?.remove();
  if (item.name === "proposal.capture" && !answer.ok) {
    said.value = said.value ? `${item.data.text}\n${said.value}` : item.data.text;
    said.dispatchEvent(new Event("input", { bubbles: true }));
    picked = item.data.seat || "";
    showPick();
  }
});

// When the last act was saved, on the city's clock; or how many still wait.
function showSaved() {
  const line = document.getElementById("saved-line");
  const number = waiting().length;
  const text = number ? line.dataset.waiting.replace("{n}", String(number)) : `${line.dataset.saved} ${hours.format(new Date(serverNow()))}`;
  line.querySelector("[data-slot=saved]").textContent = text;
  line.dataset.number = String(number);
}

document.addEventListener("outbox:changed", () => {
  if (document.getElementById("saved-line").dataset.number !== String(waiting().length)) showSaved();
});

// What a drawing by the server does not know: the picked seat, the line chosen by hand, how seats are called.
function showNames() {
  const names = document.querySelector('[data-region^="names-"]');
  for (const place of document.querySelectorAll("[data-author]")) {
    const seat = names?.querySelector(`[data-seat="${CSS.escape(place.dataset.author)}"]`);
    if (seat && place.textContent !== seat.textContent) place.textContent = seat.textContent;
  }
}

function showLine() {
  const band = document.getElementById("now-band");
  const chosen = document.querySelector('[data-region^="step-"]');
  const lines = [...(band?.querySelectorAll("[data-step-line]") || [])];
  if (!lines.length) return;
  const byHand = chosen && chosen.dataset.segment === band.dataset.segment;
  const due = lines.filter((line) => line.dataset.stepAt && Date.parse(line.dataset.stepAt) <= serverNow()).length;
  const present = lines.findIndex((line) => !line.hidden);
  const number = byHand ? Number(chosen.dataset.line) : due ? due - 1 : Math.max(0, present);
  lines.forEach((line, at) => { line.hidden = at !== number; });
  band.querySelector("[data-step-number]").textContent = String(number + 1);
  for (const next of document.querySelectorAll("[data-step-next]")) next.value = String((number + 1) % lines.length);
  document.querySelector(".step-next").hidden = lines.length < 2;
  for (const line of document.querySelectorAll("[data-agenda-line]")) {
    line.classList.toggle("is-now", Number(line.dataset.agendaLine) === number);
  }
}

function tickSeats() {
  const row = document.querySelector("[data-spoken]");
  if (row) {
    const spoken = Number(row.dataset.spoken) + Math.max(0, (serverNow() - Date.parse(row.dataset.spokenAt)) / 1000);
    const text = clockText(Math.floor(spoken));
    if (row.textContent !== text) row.textContent = text;
    const bar = row.parentElement.querySelector("progress");
    if (bar) { bar.max = Math.max(bar.max, spoken); bar.value = spoken; }
  }
  const clock = document.querySelector("[data-slot=turn-clock][data-ends-at]");
  const last = document.querySelector("[data-turn-last]");
  if (last && clock) {
    const left = (Date.parse(clock.dataset.endsAt) - serverNow()) / 1000;
    last.hidden = left > 20 || left <= 0;
  }
}

capture.addEventListener("change", (event) => { if (event.target.name === "seat") picked = event.target.value; });
document.addEventListener("live:changed", () => { showPick(); showNames(); showLine(); });
for (const item of waiting()) if (item.name === "proposal.capture") pendingCard(item);
const asked = location.hash.slice(1);
openTab(["seats", "capture", "proposals", "agenda"].includes(asked) ? asked : "seats");
showPick();
showNames();
showLine();
setInterval(() => { tickSeats(); showLine(); }, 500);
tickSeats();
