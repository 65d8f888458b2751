// Countdowns tick by themselves from an absolute end, by the server's clock. Words are spoken rarely.

let offset = 0;
const SPOKEN = [60, 20, 0];

export function setServerNow(milliseconds) {
  offset = milliseconds - Date.now();
}

export function serverNow() {
  return Date.now() + offset;
}

export function clockText(seconds) {
  const total = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = String(total % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

function tickOne(node) {
  if (!node.dataset.endsAt) return;
  const left = (Date.parse(node.dataset.endsAt) - serverNow()) / 1000;
  const over = "countUp" in node.dataset && left < 0;
  const text = over ? `+${clockText(-left)}` : clockText(left);
  if (node.textContent !== text) node.textContent = text;
  node.classList.toggle("is-over", left <= 0);
}

function tickBar(bar) {
  const left = (Date.parse(bar.dataset.endsAt) - serverNow()) / 1000;
  const total = Number(bar.dataset.totalSeconds || 0);
  const progress = bar.querySelector("progress.band-bar") || (bar.matches("progress") ? bar : null);
  if (progress && total) {
    progress.max = total;
    progress.value = Math.min(total, Math.max(0, total - left));
  }
}

function speak(band, say, warn) {
  const left = Math.ceil((Date.parse(band.dataset.endsAt) - serverNow()) / 1000);
  const stage = SPOKEN.filter((at) => left <= at).length;
  const before = band.spoken ?? stage;
  band.spoken = stage;
  const label = band.querySelector("[data-slot=clock-label]");
  if (left <= 0 && label) label.textContent = band.dataset.labelOver;
  if (stage > before) say(stage);
  warn(left > 0 && left <= 20 ? left : 0);
}

export function startClocks({ say, warn }) {
  const tick = () => {
    document.querySelectorAll("[data-countdown][data-ends-at]").forEach(tickOne);
    document.querySelectorAll("[data-band][data-ends-at],progress[data-ends-at]").forEach(tickBar);
    const band = document.querySelector("#now-band[data-ends-at]");
    if (band) speak(band, say, warn);
    else warn(0);
  };
  tick();
  setInterval(tick, 250);
  return tick;
}
