// Every live page: joins its streams, draws regions, sends acts, keeps what could not be sent yet.

import { setServerNow, startClocks } from "./clock.js";
import { Outbox, newKey } from "./outbox.js";
import { Regions } from "./regions.js";
import { Wire } from "./socket.js";
import { busy } from "./ui.js";
import { fillWords, hideConnectionBanner, showBanner, speak, toast } from "./notices.js";

const body = document.body;
const page = {
  forum: Number(body.dataset.forum),
  surface: body.dataset.surface,
  locale: document.documentElement.lang === "en" ? "en" : "ko",
  args: JSON.parse(body.dataset.args || "{}"),
};
const words = document.getElementById("live-words")?.dataset || {};
const seen = {};
for (const part of (body.dataset.seen || "").split(",")) {
  const at = part.lastIndexOf("~");
  if (at > 0) seen[part.slice(0, at)] = Number(part.slice(at + 1));
}

const outbox = await new Outbox(body.dataset.owner || "page").start();
const regions = new Regions((fresh) => document.dispatchEvent(new CustomEvent("live:drawn", { detail: fresh })));
const JOIN_PATIENCE = 30000;
let hadLink = false;
let lostAt = 0;
let reached = false;
let sending = null;
let sentSince = 0;
let heldBack = outbox.items.length > 0;

function take(answer) {
  if (!answer || answer.ok === false) return false;
  reached = true;
  setServerNow(answer.now);
  Object.assign(seen, answer.streams);
  regions.drawAll(answer.regions, answer.full);
  tick();
  document.dispatchEvent(new CustomEvent("live:changed"));
  return true;
}

async function join() {
  try {
    const asked = { ...page.args, forum: page.forum, surface: page.surface, locale: page.locale, seen };
    const answer = await wire.call("join", asked, JOIN_PATIENCE);
    if (answer.code === "fault") { wire.again(); return; }
    if (answer.ok === false) { wire.stop(); location.reload(); return; }
    take(answer);
    flush();
  } catch { wire.again(); }
}

async function fetchMissed() {
  const query = new URLSearchParams({ ...page.args, surface: page.surface });
  query.set("seen", Object.entries(seen).map(([stream, number]) => `${stream}~${number}`).join(","));
  const response = await fetch(`/live/${page.forum}/since?${query}`, { headers: { Accept: "application/json" } });
  return response.ok && take(await response.json());
}

function received(message) {
  const { stream, from, to } = message;
  if (from && seen[stream] !== undefined && from > seen[stream] + 1) { join(); return; }
  if (to && to <= (seen[stream] || 0)) return;
  if (to) seen[stream] = to;
  regions.drawAll(message.regions, false);
  tick();
  document.dispatchEvent(new CustomEvent("live:changed"));
}

function room() {
  const tables = Object.keys(seen).filter((stream) => stream.startsWith("table:"));
  return tables.length === 1 ? `${page.forum}.${tables[0].slice(6)}` : page.forum;
}

const wire = new Wire({
  room,
  onOpen() {
    if (lostAt && hadLink && performance.now() - lostAt > 2000) showBanner("back", words.back, "");
    else hideConnectionBanner();
    lostAt = 0;
    hadLink = true;
    join();
    showWaiting();
  },
  onClose() {
    lostAt = lostAt || performance.now();
    reached = false;
    setTimeout(showWaiting, 2500);
  },
  onEvent(name, message) {
    if (name === "regions") received(message);
    else if (name === "taken_over") { wire.stop(); location.reload(); }
    else document.dispatchEvent(new CustomEvent(`live:${name}`, { detail: message }));
  },
});

function showWaiting() {
  const waiting = outbox.items.length;
  document.dispatchEvent(new CustomEvent("outbox:changed", { detail: outbox.items }));
  if (wire.ready || !lostAt || performance.now() - lostAt < 2000) {
    if (!waiting) return;
  }
  if (wire.ready) return;
  const long = performance.now() - lostAt > 600000;
  const title = waiting ? fillWords(words.saved, waiting) : words.lost;
  const text = long && waiting ? fillWords(words.lostLong, waiting) : waiting ? words.lostKept : words.lostText;
  showBanner("connection", title, text);
}

async function post(item) {
  const send = () => fetch(`/live/${page.forum}/do/${item.name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": words.csrf || "" },
    body: JSON.stringify({ key: item.key, data: item.data }),
  });
  let response = await send();
  if (response.status === 400) {
    const fresh = await (await fetch("/live/token")).json();
    words.csrf = fresh.csrf_token;
    response = await send();
  }
  return response.json();
}

// One act to the server: over the wire, else over plain HTTP. Throws where there is no link.
export async function act(name, data, key = newKey()) {
  const item = { name, data, key };
  if (wire.ready) {
    try { return await wire.call("act", { forum: page.forum, locale: page.locale, name, key, data }); }
    catch { /* try HTTP: the same key gives the same answer */ }
  }
  const answer = await post(item);
  if (!wire.ready) fetchMissed().catch(() => {});
  return answer;
}

// A page that was opened without a link shows one's own marks as they were: once all is sent it is drawn anew.
function openAfresh() {
  if (!("kept" in body.dataset) || !reached || outbox.items.length || document.querySelector("dialog[open]")) return;
  delete body.dataset.kept;
  location.reload();
}

// What was refused before is over once an act was taken.
function hideErrorBanner() {
  const banner = document.getElementById("connection-banner");
  if (banner?.dataset.kind === "error") banner.hidden = true;
}

async function flush() {
  if (!outbox.items.length) openAfresh();
  if (sending || !outbox.items.length) return sending;
  sending = (async () => {
    while (outbox.items.length) {
      const item = outbox.items[0];
      let answer;
      try { answer = await act(item.name, item.data, item.key); } catch { heldBack = true; break; }
      if (!answer.ok && ["fault", "unavailable", "too_many"].includes(answer.code)) break;
      await outbox.drop(item.key);
      sentSince += 1;
      document.dispatchEvent(new CustomEvent("outbox:sent", { detail: { item, answer } }));
      if (answer.ok) hideErrorBanner();
      else showBanner("error", answer.message, words.kept);
      document.dispatchEvent(new CustomEvent("outbox:changed", { detail: outbox.items }));
    }
    if (heldBack && sentSince && !outbox.items.length) showBanner("back", words.back, fillWords(words.sent, sentSince));
    if (!outbox.items.length) { sentSince = 0; heldBack = false; }
    sending = null;
    showWaiting();
    openAfresh();
  })();
  return sending;
}

// An act that may wait: kept first, then sent; resolves at once with the kept item.
export async function actLater(name, data, extra = {}) {
  const item = await outbox.put({ name, data, key: newKey(), at: Date.now(), ...extra });
  document.dispatchEvent(new CustomEvent("outbox:changed", { detail: outbox.items }));
  flush();
  return item;
}

export function nextCounter() {
  return outbox.nextCounter(Number(body.dataset.counter || 0));
}

export const waiting = () => outbox.items;

function formData(form, submitter) {
  const data = {};
  for (const [name, value] of new FormData(form, submitter)) {
    if (["csrf_token", "return_to", "key"].includes(name) || value instanceof File) continue;
    data[name] = name in data ? [].concat(data[name], value) : value;
  }
  if (form.dataset.counter !== undefined || "stance" in data) {
    data.counter = nextCounter();
  }
  return data;
}

export function clearErrors(form) {
  form.querySelectorAll("[data-live-error]").forEach((node) => node.remove());
  form.querySelectorAll("[aria-invalid]").forEach((node) => node.removeAttribute("aria-invalid"));
}

export function showErrors(form, answer) {
  clearErrors(form);
  const note = document.createElement("p");
  note.className = "field-error";
  note.dataset.liveError = "";
  note.setAttribute("role", "alert");
  const fields = Object.entries(answer.fields || {});
  note.textContent = fields.length ? fields.map(([, errors]) => errors.join(" ")).join(" ") : answer.message;
  const first = fields.length && form.elements[fields[0][0]];
  if (first && first.setAttribute) { first.setAttribute("aria-invalid", "true"); first.focus(); }
  (form.querySelector("[data-errors]") || form).append(note);
}

async function submitted(event) {
  const form = event.target;
  const match = /\/do\/([a-z_.]+)$/.exec(form.getAttribute("action") || "");
  if (!match || event.defaultPrevented) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  const data = formData(form, event.submitter);
  const detail = { form, name: match[1], data };
  if ("offline" in form.dataset || "stanceForm" in form.dataset) {
    clearErrors(form);
    const extra = {};
    form.dispatchEvent(new CustomEvent("act:keeping", { bubbles: true, detail: { ...detail, extra } }));
    const item = await actLater(match[1], data, extra);
    form.dispatchEvent(new CustomEvent("act:kept", { bubbles: true, detail: { ...detail, item } }));
    if ("reset" in form.dataset) form.reset();
    return;
  }
  form.dataset.sending = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  if (event.submitter) busy(event.submitter, true);
  try {
    const answer = await act(match[1], data, form.elements.key?.value || newKey());
    if (answer.ok) done(form, answer, detail);
    else showErrors(form, answer);
  } catch {
    showErrors(form, { message: words.notSent });
  } finally {
    delete form.dataset.sending;
    event.submitter?.removeAttribute("aria-busy");
    if (event.submitter) busy(event.submitter, false);
  }
}

function done(form, answer, detail) {
  clearErrors(form);
  if ("reset" in form.dataset) form.reset();
  if (!("quiet" in form.dataset)) toast(answer.message);
  if ("close" in form.dataset) form.closest("dialog")?.close();
  form.dispatchEvent(new CustomEvent("act:done", { bubbles: true, detail: { ...detail, answer } }));
  if (answer.result.go_to) location.href = answer.result.go_to;
}

// The phone's own clock may be an hour wrong: the page says what time it was when it left the server.
if (body.dataset.now && !("kept" in body.dataset)) {
  const [arrival] = performance.getEntriesByType("navigation");
  setServerNow(Number(body.dataset.now) + performance.now() - (arrival?.responseStart || 0));
}
const tick = startClocks({
  say: (stage) => speak([words.minute, words.seconds, words.over][stage - 1]),
  warn: (left) => showBanner("time", left ? fillWords(words.endsIn, 20) : "", words.endsText),
});
document.addEventListener("submit", submitted);
for (const name of ["online", "focus"]) window.addEventListener(name, () => { wire.open(); flush(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) { wire.open(); flush(); } });
setInterval(() => {
  if (wire.ready) { if (outbox.items.length) flush(); return; }
  showWaiting();
  if (lostAt && performance.now() - lostAt > 4000) fetchMissed().then((got) => { if (got) flush(); }).catch(() => {});
}, 5000);
wire.open();
showWaiting();
body.dataset.live = "on";
