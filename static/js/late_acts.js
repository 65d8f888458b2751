// A phone whose seat was opened elsewhere still sends what waited on it: the server files and orders it.

import { Outbox } from "./outbox.js";
import { fillWords } from "./notices.js";

const words = document.getElementById("live-words").dataset;
const note = document.getElementById("late-acts");
const { forum, owner } = document.body.dataset;

async function send(item) {
  const response = await fetch(`/live/${forum}/do/${item.name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": words.csrf },
    body: JSON.stringify({ key: item.key, data: item.data }),
  });
  return response.json();
}

const outbox = await new Outbox(owner).start();
let sent = 0;
let refused = 0;
while (outbox.items.length) {
  const item = outbox.items[0];
  let answer;
  try { answer = await send(item); } catch { break; }
  if (!answer.ok && ["fault", "unavailable", "too_many"].includes(answer.code)) break;
  await outbox.drop(item.key);
  if (answer.ok) sent += 1; else refused += 1;
}
note.textContent = [
  sent ? fillWords(note.dataset.sent, sent) : "",
  refused ? fillWords(note.dataset.refused, refused) : "",
].join(" ").trim();
note.hidden = !note.textContent;
