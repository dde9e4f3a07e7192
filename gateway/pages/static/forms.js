// Forms of one's own: a warning before what was typed is lost, and people completed as they are typed.
"use strict";

for (const form of document.querySelectorAll("form.guarded")) {
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  addEventListener("beforeunload", (event) => {
    const typed = [...form.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox])")];
    if (!sent && typed.some((each) => each.value !== each.defaultValue)) event.preventDefault();
  });
}

const people = document.createElement("datalist");
people.id = "people";
document.body.append(people);
let asked = "";

async function complete(text) {
  if (text.length < 3 || text === asked) return;
  asked = text;
  const answer = await fetch(`people?match=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || text !== asked) return;
  people.replaceChildren(...(await answer.json()).people.map(({ login, name }) => {
    const option = document.createElement("option");
    option.value = login;
    option.label = name;
    return option;
  }));
}

for (const field of document.querySelectorAll("input.person")) {
  field.setAttribute("list", "people");
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => complete(field.value.trim()), 150);
  });
}
