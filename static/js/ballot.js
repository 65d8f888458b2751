// The ballot on the phone: choose, confirm, receipt. What was chosen stays here only until the server has it.

import { waiting } from "./live.js";
import { fillWords, speak } from "./notices.js";

const body = document.body;
const seat = (/seat:(\d+)/.exec(body.dataset.owner || "") || [])[1];
const memory = new Map();

function region() {
  return document.querySelector('[data-region="ballot"][data-main]');
}

// The same order as participation/ballots/drawing.py: FNV-1a, then MurmurHash3's finisher.
export function drawNumber(text) {
  let number = 0x811c9dc5;
  for (const letter of text) number = Math.imul(number ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  number = Math.imul((number ^ (number >>> 16)) >>> 0, 0x85ebca6b) >>> 0;
  number = Math.imul((number ^ (number >>> 13)) >>> 0, 0xc2b2ae35) >>> 0;
  return (number ^ (number >>> 16)) >>> 0;
}

const nameOf = (place) => `ballot/${body.dataset.owner}/${place.dataset.ballot}/${place.dataset.round}`;

// What this phone knows of its own part: step, receipt, and the choices of a vote that has not arrived.
function known(place) {
  const name = nameOf(place);
  if (!memory.has(name)) {
    let kept = {};
    try { kept = JSON.parse(localStorage.getItem(name) || "{}"); } catch { /* without storage it lives with the page */ }
    memory.set(name, kept);
  }
  return memory.get(name);
}

function keep(place) {
  const { receipt, at, late, picks } = known(place);
  try { localStorage.setItem(nameOf(place), JSON.stringify({ receipt, at, late, picks })); } catch { /* see above */ }
}

const slot = (place, name) => place.querySelector(`[data-slot="${name}"]`);

function boxes(place) {
  return [...place.querySelectorAll("#ballot-form input[name=choice]")];
}

function sortRows(place) {
  const rows = place.querySelector("#ballot-form [data-rows]");
  if (!rows || !seat || place.dataset.method === "yes_no") return;
  const number = (row) => Number((row.matches("[data-option]") ? row : row.querySelector("[data-option]")).dataset.option);
  const key = (row) => drawNumber(`${seat}.${place.dataset.ballot}.${number(row)}`);
  const sorted = [...rows.children].sort((a, b) => key(a) - key(b) || number(a) - number(b));
  if (sorted.some((row, at) => row !== rows.children[at])) rows.append(...sorted);
}

function ticked(place) {
  return boxes(place).filter((box) => box.checked).map((box) => Number(box.value));
}

function setTicks(place, numbers) {
  const left = [...numbers];
  for (const box of boxes(place)) {
    const at = left.indexOf(Number(box.value));
    box.checked = at >= 0;
    if (at >= 0) left.splice(at, 1);
  }
}

function countWords(place, say = "") {
  const line = place.querySelector("[data-step=choose] [data-count]");
  if (!line) return;
  const most = Number(place.dataset.choose);
  const n = ticked(place).length;
  const words = say || (n === 0 ? line.dataset.none : n >= most ? line.dataset.full : line.dataset.some);
  const [first, ...rest] = fillWords(words, n).replace("{left}", String(most - n)).split(" ");
  const strong = document.createElement(say || n === 0 ? "span" : "b");
  strong.textContent = first;
  line.replaceChildren(strong, document.createTextNode(` ${rest.join(" ")}`));
  line.classList.toggle("is-over", Boolean(say));
  for (const label of place.querySelectorAll("#ballot-form .choice, #ballot-form .dots-row")) {
    label.classList.toggle("choice-full", n >= most && most > 1);
  }
}

// A row for each option chosen, with its number of dots.
function picksOf(place) {
  const found = new Map();
  for (const box of boxes(place)) {
    if (!box.checked) continue;
    const number = Number(box.value);
    const row = box.closest(".choice, .dots-row");
    const pick = found.get(number) || { number, text: row.querySelector(".choice-label").textContent, dots: 0 };
    pick.dots += 1;
    found.set(number, pick);
  }
  return [...found.values()];
}

function clones(place, template, picks) {
  const pattern = place.querySelector(`template[data-template="${template}"]`);
  return picks.map((pick) => {
    const node = pattern.content.firstElementChild.cloneNode(true);
    node.querySelector("[data-slot=text]").textContent = pick.text;
    const dots = node.querySelector("[data-slot=dots]");
    if (dots) dots.textContent = place.dataset.method === "dots" ? fillWords(slot(place, "dots-text").dataset.text, pick.dots) : "";
    return node;
  });
}

function fillConfirm(place) {
  const picks = picksOf(place);
  const numbers = ticked(place);
  slot(place, "picks").replaceChildren(...clones(place, "picked", picks));
  slot(place, "fields").replaceChildren(...numbers.map((number) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "choice", value: String(number) });
    return field;
  }));
  const fewer = slot(place, "fewer");
  fewer.hidden = place.dataset.method !== "approval" || numbers.length >= Number(place.dataset.choose);
  fewer.textContent = fillWords(fewer.dataset.text, numbers.length).replace("{most}", place.dataset.choose);
}

function spaced(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

function fillReceipt(place) {
  const { receipt, at, inTime } = known(place);
  if (!receipt) return;
  const card = slot(place, "card");
  if (card) {
    const [shown, spoken] = card.querySelectorAll(".code > span");
    shown.textContent = spaced(receipt);
    spoken.textContent = [...receipt].join(" ");
    card.hidden = false;
    const saved = slot(place, "saved");
    saved.textContent = saved.dataset.text.replace("{time}", at);
    slot(place, "in-time").hidden = !inTime;
  }
  const counted = slot(place, "counted");
  if (counted) {
    counted.textContent = counted.dataset.text.replace("{code}", spaced(receipt));
    counted.hidden = false;
  }
}

function fillLate(place) {
  const { picks } = known(place);
  slot(place, "late-picks").replaceChildren(...clones(place, "late-pick", picks || []));
  slot(place, "late-card").hidden = !picks?.length;
}

function show(place, step, byHand = false) {
  const section = place.querySelector(`[data-step="${step}"]`);
  if (!section) return false;
  for (const one of place.querySelectorAll("[data-step]")) one.hidden = one !== section;
  place.dataset.now = step;
  const bar = section.querySelector(".ballot-bar");
  document.documentElement.style.setProperty("--bar-height", `${bar ? bar.offsetHeight : 16}px`);
  if (byHand) {
    const heading = section.querySelector("[data-focus-here], .band-question");
    heading.tabIndex = -1;
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
  return true;
}

function isSending(place) {
  return waiting().some((item) => item.name === "ballot.cast" && Number(item.data.ballot) === Number(place.dataset.ballot));
}

// The step this phone is at, as far as it and the server know.
function stepOf(place) {
  const mine = known(place);
  const underWay = ["open", "closing"].includes(place.dataset.state);
  if (underWay && place.dataset.took === "paper") return "paper";
  if (mine.late) return mine.seen ? place.dataset.default : "late";
  if (!underWay) return place.dataset.default;
  if (isSending(place)) return "sending";
  if (mine.step && mine.step !== "sending") return mine.step;
  return mine.receipt ? "receipt" : "choose";
}

function setUp() {
  const place = region();
  document.documentElement.classList.toggle("ballot-main", Boolean(place));
  if (!place) return;
  const mine = known(place);
  if (place.dataset.receipt) {
    mine.receipt = place.dataset.receipt;
    mine.at = place.dataset.at;
    if (Number(place.dataset.counter) > Number(body.dataset.counter || 0)) body.dataset.counter = place.dataset.counter;
  }
  sortRows(place);
  if (mine.ticks) setTicks(place, mine.ticks);
  countWords(place);
  if (slot(place, "fields")) fillConfirm(place);
  fillReceipt(place);
  fillLate(place);
  show(place, stepOf(place)) || show(place, place.dataset.default);
}

function go(place, step) {
  const mine = known(place);
  if (step === "choose") {
    if (mine.step !== "confirm") { mine.ticks = []; setTicks(place, []); }
    mine.late = false;
    countWords(place);
  }
  if (step === "result") mine.seen = true;
  mine.step = step;
  show(place, step, true);
}

document.addEventListener("change", (event) => {
  const place = region();
  if (!place || !event.target.matches("#ballot-form input[name=choice]")) return;
  const over = ticked(place).length > Number(place.dataset.choose);
  if (over) event.target.checked = false;
  known(place).ticks = ticked(place);
  countWords(place, over ? place.dataset.over : "");
});

document.addEventListener("submit", (event) => {
  const place = region();
  if (!place || !event.target.matches("[data-ballot-choose]")) return;
  event.preventDefault();
  if (!ticked(place).length) {
    countWords(place, place.querySelector("[data-step=choose] [data-count]").dataset.empty);
    return;
  }
  fillConfirm(place);
  go(place, "confirm");
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-go]");
  const place = region();
  if (!place || !button || !place.contains(button)) return;
  event.preventDefault();
  go(place, button.dataset.go);
});

// With the vote itself, since it outlives everything else this phone knows.
document.addEventListener("act:keeping", (event) => {
  const place = region();
  if (place && event.detail.name === "ballot.cast") event.detail.extra.picks = picksOf(place);
});
document.addEventListener("act:kept", (event) => {
  const place = region();
  if (!place || event.detail.name !== "ballot.cast") return;
  Object.assign(known(place), { picks: picksOf(place), step: "sending", late: false });
  keep(place);
  setTimeout(() => { if (known(place).step === "sending") show(region() || place, "sending", true); }, 600);
});

function arrived(place, item, answer) {
  const mine = known(place);
  if (answer.ok) {
    Object.assign(mine, { receipt: answer.result.receipt, at: answer.result.at, step: "receipt", picks: undefined, ticks: [], late: false });
    mine.inTime = answer.result.closing && Date.now() - item.at > 3000;
    setTicks(place, []);
    fillReceipt(place);
    speak(place.querySelector("[data-focus-here]").textContent);
  } else if (answer.code === "ballot_late") {
    Object.assign(mine, { late: true, step: "late", seen: false, picks: mine.picks || item.picks });
    fillLate(place);
  } else if (answer.code === "votes_on_paper") {
    Object.assign(mine, { step: "paper", picks: undefined });
  } else {
    mine.step = mine.receipt ? "receipt" : "choose";
  }
  keep(place);
  show(place, mine.step, true) || show(place, place.dataset.default, true);
}

document.addEventListener("outbox:sent", (event) => {
  const place = region();
  const { item, answer } = event.detail;
  if (place && item.name === "ballot.cast" && Number(item.data.ballot) === Number(place.dataset.ballot)) arrived(place, item, answer);
});
document.addEventListener("live:drawn", (event) => {
  if (event.detail.dataset?.region === "ballot") setUp();
});
setUp();
