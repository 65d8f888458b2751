// The agenda's builder: steps are moved by pointer or keys; every act is sent as its own form and the board redrawn.

const board = document.getElementById("agenda");
const status = document.getElementById("live-status");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const steps = () => [...document.querySelectorAll("#agenda-list > li")];
let grabbed = null;

function speak(text) {
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
}

function showHandles() {
  for (const handle of board.querySelectorAll(".agenda-handle")) handle.hidden = false;
}

function tell(page) {
  document.querySelectorAll("main > .flash").forEach((node) => node.remove());
  const flash = page.querySelector("main > .flash");
  if (!flash) return;
  speak(flash.textContent.trim());
  if (flash.querySelector(".notice-error")) document.getElementById("main").prepend(document.importNode(flash, true));
}

function redraw(html, key) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.getElementById("agenda");
  if (!fresh) { location.reload(); return; }
  for (const part of board.querySelectorAll("[data-part]")) {
    part.replaceWith(document.importNode(fresh.querySelector(`[data-part="${part.dataset.part}"]`), true));
  }
  showHandles();
  tell(page);
  const focus = key && board.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (focus) focus.focus();
}

async function send(action, fields, key) {
  const token = board.querySelector("input[name=csrf_token]")?.value || "";
  const body = new URLSearchParams(fields);
  if (!body.has("csrf_token")) body.set("csrf_token", token);
  try {
    const response = await fetch(action, { method: "POST", body, headers: { Accept: "text/html" } });
    redraw(await response.text(), key);
  } catch {
    speak(board.dataset.failed);
    location.reload();
  }
}

function submitted(event) {
  const form = event.target;
  if (!board.contains(form) || event.defaultPrevented) return;
  event.preventDefault();
  send(form.action, new FormData(form, event.submitter), event.submitter?.dataset.key);
}

// Where a step may go: never before the steps that have begun.
const firstLoose = () => steps().filter((step) => "fixed" in step.dataset).length;

function place(step, at) {
  const list = steps().filter((one) => one !== step);
  const to = Math.max(firstLoose(), Math.min(list.length, at));
  const before = list[to];
  const parent = step.parentElement;
  if (before) parent.insertBefore(step, before);
  else parent.append(step);
  return steps().indexOf(step);
}

function grab(step, handle) {
  grabbed = { step, handle, from: steps().indexOf(step) };
  step.classList.add("is-grabbed");
  handle.setAttribute("aria-pressed", "true");
}

function release() {
  const { step, handle, from } = grabbed;
  grabbed = null;
  step.classList.remove("is-grabbed");
  handle.setAttribute("aria-pressed", "false");
  return { step, handle, from, to: steps().indexOf(step) };
}

function drop() {
  const { step, handle, from, to } = release();
  if (to === from) { speak(board.dataset.cancelled); return; }
  speak(fill(board.dataset.dropped, { title: step.dataset.title, place: to + 1 }));
  send(step.dataset.move, { place: to }, handle.dataset.key);
}

function cancel() {
  const { step, handle, from } = release();
  place(step, from);
  handle.focus();
  speak(board.dataset.cancelled);
}

function pressed(event) {
  const handle = event.target.closest(".agenda-handle");
  if (!handle || event.isComposing) return;
  const step = handle.closest("li");
  if (event.key === " " || (event.key === "Enter" && grabbed)) {
    event.preventDefault();
    if (grabbed) { drop(); return; }
    grab(step, handle);
    speak(fill(board.dataset.grabbed, { title: step.dataset.title }));
  } else if (grabbed && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const at = place(step, steps().indexOf(step) + (event.key === "ArrowUp" ? -1 : 1));
    handle.focus();
    step.scrollIntoView({ block: "nearest" });
    speak(fill(board.dataset.moved, { place: at + 1, all: steps().length }));
  } else if (grabbed && event.key === "Escape") {
    event.preventDefault();
    cancel();
  }
}

function under(y, step) {
  const others = steps().filter((one) => one !== step);
  const next = others.findIndex((one) => { const box = one.getBoundingClientRect(); return y < box.top + box.height / 2; });
  return next === -1 ? others.length : next;
}

function pointed(event) {
  const handle = event.target.closest(".agenda-handle");
  if (!handle || event.button !== 0 || grabbed) return;
  event.preventDefault();
  const step = handle.closest("li");
  grab(step, handle);
  handle.focus();
  handle.setPointerCapture(event.pointerId);
  const move = (moved) => {
    const at = under(moved.clientY, step);
    if (at !== steps().indexOf(step)) { place(step, at); handle.setPointerCapture(event.pointerId); }
  };
  const end = (ended) => {
    handle.removeEventListener("pointermove", move);
    handle.removeEventListener("pointerup", end);
    handle.removeEventListener("pointercancel", end);
    if (!grabbed) return;
    if (ended.type === "pointerup") drop();
    else cancel();
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
}

document.addEventListener("submit", submitted);
board.addEventListener("keydown", pressed);
board.addEventListener("pointerdown", pointed);
board.addEventListener("focusout", (event) => {
  if (grabbed && event.target === grabbed.handle && document.hasFocus() && event.relatedTarget) cancel();
});
showHandles();
