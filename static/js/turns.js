// On a resident's phone: one's own seat is called "me" in the line of turns.

import "./live.js";

const me = /seat:(\d+)/.exec(document.body.dataset.owner || "")?.[1];

function call() {
  const word = document.querySelector("[data-me]")?.dataset.me;
  for (const name of document.querySelectorAll("[data-called]")) {
    if (word && name.dataset.called === me && name.textContent !== word) name.textContent = word;
  }
}

document.addEventListener("live:changed", call);
call();
