// Small manners of every page: dialogs, counters, busy buttons, confirmations, room for the action bar.

function openDialog(event) {
  const opener = event.target.closest("[data-open-dialog]");
  if (!opener) return;
  const dialog = document.getElementById(opener.dataset.openDialog);
  if (!dialog || typeof dialog.showModal !== "function") return;
  event.preventDefault();
  dialog.opener = opener;
  dialog.showModal();
  (dialog.querySelector("[autofocus]") || dialog.querySelector("textarea, input:not([type=hidden])") || dialog).focus();
  dialog.dispatchEvent(new CustomEvent("dialog:open", { detail: opener }));
}

function closeDialog(event) {
  const closer = event.target.closest("[data-close-dialog]");
  const dialog = closer ? closer.closest("dialog") : event.target.matches?.("dialog[open]") ? event.target : null;
  if (!dialog || (!closer && !outside(dialog, event))) return;
  dialog.close();
}

function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientY < box.top || event.clientY > box.bottom || event.clientX < box.left || event.clientX > box.right;
}

// As the server counts: in composed characters, line ends as one.
export function lengthOf(text) {
  return [...text.normalize("NFC").trim()].length;
}

function countCharacters(field) {
  const line = document.querySelector(`[data-count-for="${CSS.escape(field.id)}"]`);
  const most = Number(field.dataset.countMax);
  if (!line || !most) return;
  const now = lengthOf(field.value);
  line.textContent = line.textContent.replace(/^\D*\d+/, (before) => before.replace(/\d+/, String(now)));
  line.classList.toggle("is-over", now > most);
}

function sending(event) {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (event.defaultPrevented || /\/do\/[a-z_.]+$/.test(form.getAttribute("action") || "")) return;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  const button = event.submitter;
  if (button) { button.setAttribute("aria-busy", "true"); busy(button, true); }
}

export function busy(button, on) {
  const label = button.querySelector(".btn-label");
  if (!button.dataset.busyLabel || !label) return;
  if (on) { label.dataset.was = label.textContent; label.textContent = button.dataset.busyLabel; }
  else if (label.dataset.was) label.textContent = label.dataset.was;
}

function makeRoom() {
  const bar = document.getElementById("action-bar");
  if (!bar || !("ResizeObserver" in window)) return;
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);
}

document.addEventListener("click", (event) => { openDialog(event); closeDialog(event); });
document.addEventListener("input", (event) => { if (event.target.dataset?.countMax) countCharacters(event.target); });
document.addEventListener("submit", sending);
document.addEventListener("close", (event) => event.target.opener?.focus?.(), true);
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy=true]")) { button.removeAttribute("aria-busy"); busy(button, false); }
});
for (const field of document.querySelectorAll("[data-count-max]")) countCharacters(field);
document.getElementById("error-summary")?.focus();
makeRoom();
