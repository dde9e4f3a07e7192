// Drag and drop for files, and a progress bar. Without scripts the form works as it is.
"use strict";

const form = document.querySelector("form.upload");
const drop = form.querySelector(".drop");
const input = form.querySelector("input[type=file]");
const sending = form.querySelector(".sending");
const bar = sending.querySelector("progress");
const told = sending.querySelector("output");
const list = document.createElement("ul");
list.className = "chosen";
list.setAttribute("aria-label", "Chosen files");
drop.append(list);
drop.classList.add("takes-files");

function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

function showChosen() {
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    name.textContent = file.name;
    item.append(name, `, ${size(file.size)}`);
    return item;
  }));
}

function add(files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  showChosen();
}

input.addEventListener("change", showChosen);
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, () => drop.classList.remove("over"));
}
drop.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });

function fail(message) {
  sending.hidden = true;
  form.querySelector("button.primary").disabled = false;
  const alert = form.querySelector(".alert") ?? document.createElement("p");
  alert.className = "alert";
  alert.setAttribute("role", "alert");
  alert.textContent = message;
  form.prepend(alert);
}

function messageOf(page) {
  return new DOMParser().parseFromString(page, "text/html").querySelector("[role=alert]")?.textContent;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  form.querySelector(".alert")?.remove();
  form.querySelector("button.primary").disabled = true;
  sending.hidden = false;
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (sent) => {
    const percent = sent.total ? Math.round(100 * sent.loaded / sent.total) : 0;
    bar.value = percent;
    told.textContent = `${percent} %`;
  });
  request.addEventListener("error", () => fail("The connection broke. Nothing was attached; try again."));
  request.addEventListener("load", () => {
    if (request.status >= 400) {
      fail(messageOf(request.responseText) ?? "The server refused the upload.");
    } else {
      const shown = new URL(JSON.parse(request.responseText).to, location);
      if (shown.pathname + shown.search === location.pathname + location.search) {
        location.hash = shown.hash;
        location.reload();
      } else location.assign(shown);
    }
  });
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.send(new FormData(form));
});
