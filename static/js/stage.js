// The host's stage: sheets open in place, the clock on the wall ticks, the present step stays in sight.
import "./live.js";
import { serverNow } from "./clock.js";
import { showBanner } from "./notices.js";

const sheet = document.getElementById("sheet");
const wall = new Intl.DateTimeFormat("ko-KR", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone });

function tick() {
  const text = wall.format(new Date(serverNow()));
  for (const node of document.querySelectorAll("[data-wall-clock]")) if (node.textContent !== text) node.textContent = text;
}

async function openSheet(href) {
  let page = null;
  try {
    const response = await fetch(href, { headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".sheet-page");
  } catch { /* said below */ }
  if (!page) { showBanner("error", sheet.dataset.lost, ""); return; }
  const close = page.querySelector(".sheet-head a");
  if (close) close.dataset.closeDialog = "";
  sheet.setAttribute("aria-labelledby", "sheet-title");
  sheet.replaceChildren(...page.childNodes);
  if (!sheet.open) sheet.showModal();
  for (const field of sheet.querySelectorAll("[data-count-max]")) field.dispatchEvent(new Event("input", { bubbles: true }));
  sheet.querySelector("input:not([type=hidden]), button, a.btn")?.focus();
}

document.addEventListener("click", (event) => {
  const closing = event.target.closest("#sheet a[data-close-dialog]");
  if (closing) { event.preventDefault(); sheet.close(); return; }
  const link = event.target.closest("a[data-sheet]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  openSheet(link.href);
});

function showPresentStep() {
  const now = document.querySelector("[data-run-sheet] .run-now");
  const list = now?.parentElement;
  if (list && list.scrollHeight > list.clientHeight) list.scrollTop = Math.max(0, now.offsetTop - list.offsetTop - list.clientHeight / 3);
}

document.addEventListener("live:drawn", (event) => { if (event.detail.dataset.region === "run") showPresentStep(); });
document.addEventListener("live:changed", tick);
setInterval(tick, 1000);
tick();
showPresentStep();
