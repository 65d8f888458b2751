// Banners, toasts and the one status line that is spoken.

export function fillWords(sentence, n) {
  return (sentence || "").replaceAll("{n}", String(n));
}

export function speak(text) {
  const status = document.getElementById("live-status");
  if (status && text) status.textContent = text;
}

let backTimer;

// kind: connection, back, error (the connection banner) or time. An empty title takes it away.
export function showBanner(kind, title, text) {
  const banner = document.getElementById(kind === "time" ? "time-banner" : "connection-banner");
  if (!banner) return;
  const was = banner.hidden ? "" : banner.dataset.kind + banner.querySelector("[data-slot=title]").textContent;
  banner.hidden = !title;
  if (kind !== "time") banner.dataset.kind = kind;
  if (title) {
    banner.querySelector("[data-slot=title]").textContent = title;
    banner.querySelector("[data-slot=text]").textContent = text || "";
    if (was !== banner.dataset.kind + title) speak(`${title} ${text || ""}`);
  }
  if (kind !== "time") clearTimeout(backTimer);
  if (kind === "back" || kind === "error") backTimer = setTimeout(() => { banner.hidden = true; }, 8000);
}

export function hideConnectionBanner() {
  const banner = document.getElementById("connection-banner");
  if (banner && banner.dataset.kind === "connection") banner.hidden = true;
}

// `act`: what takes it back, a form of its own beside the words.
export function toast(text, act = null) {
  const place = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!place || !template || !text) return null;
  const node = template.content.firstElementChild.cloneNode(true);
  node.querySelector("[data-slot=text]").textContent = text;
  if (act) node.querySelector("[data-close-toast]").before(act);
  let left = 8000;
  let since = Date.now();
  let timer = setTimeout(() => node.remove(), left);
  const hold = () => { clearTimeout(timer); left -= Date.now() - since; };
  const go = () => { since = Date.now(); timer = setTimeout(() => node.remove(), Math.max(1500, left)); };
  node.addEventListener("mouseenter", hold);
  node.addEventListener("focusin", hold);
  node.addEventListener("mouseleave", go);
  node.addEventListener("focusout", go);
  node.querySelector("[data-close-toast]")?.addEventListener("click", () => node.remove());
  place.replaceChildren(node);
  speak(text);
  return node;
}
