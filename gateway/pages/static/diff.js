// Links to the lines of a diff: each file is one tab stop, and arrow keys, Home and End lead from line to line in it.
// Without scripts each link is a tab stop.
"use strict";

const linkIn = (row, column) => row.cells[column]?.querySelector("a") ?? row.querySelector(".number a");

function follow(table) {
  const rows = [...table.rows].filter((row) => row.querySelector(".number a"));
  let current = table.querySelector(".number:target a") ?? linkIn(rows[0], 0);
  for (const link of table.querySelectorAll(".number a")) link.tabIndex = link === current ? 0 : -1;

  function beside(row, column, step) {
    for (let place = column + step; place in row.cells; place += step) {
      const link = row.cells[place].querySelector("a");
      if (link) return link;
    }
    return null;
  }

  table.addEventListener("focusin", ({ target }) => {
    if (!target.matches(".number a")) return;
    current.tabIndex = -1;
    target.tabIndex = 0;
    current = target;
  });
  table.addEventListener("keydown", (event) => {
    const { target } = event;
    if (!target.matches(".number a") || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const row = target.closest("tr");
    const column = target.closest("td").cellIndex;
    const place = rows.indexOf(row);
    const next = {
      ArrowDown: () => rows[place + 1] && linkIn(rows[place + 1], column),
      ArrowUp: () => rows[place - 1] && linkIn(rows[place - 1], column),
      ArrowLeft: () => beside(row, column, -1),
      ArrowRight: () => beside(row, column, 1),
      Home: () => linkIn(rows[0], column),
      End: () => linkIn(rows.at(-1), column),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    next()?.focus();
  });
}

const diffs = [...document.querySelectorAll("table.diff")].filter((table) => table.querySelector(".number a"));
for (const table of diffs) follow(table);
if (diffs.length) document.getElementById("line-keys").hidden = false;
addEventListener("hashchange", () => document.querySelector(".number:target a")?.focus({ preventScroll: true }));
