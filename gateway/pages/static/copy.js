// Adds a button that copies it to each block of code. Without scripts it can be selected.
"use strict";

const copyTexts = JSON.parse(document.body.dataset.texts);
const copySays = (text) => copyTexts[text] ?? text;

for (const block of document.querySelectorAll("pre > code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copySays("Copy");
  button.setAttribute("aria-label", copySays("Copy: {name}").replace("{name}", block.parentElement.getAttribute("aria-label")));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = copySays("Copied");
    } catch {
      getSelection().selectAllChildren(block);
      button.textContent = copySays("Selected");
    }
    setTimeout(() => { button.textContent = copySays("Copy"); }, 2000);
  });
  if (navigator.clipboard) block.parentElement.after(button);
}
