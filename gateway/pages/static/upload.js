// The form for uploads: files chosen, dropped anywhere or pasted, each with fields of its own. Without scripts the form
// has fields for a few files.
"use strict";

const form = document.querySelector("form.upload");
const limit = Number(form.dataset.limit);
const most = Number(form.dataset.files);
const rows = form.querySelector(".rows");
const files = new Map(); // by the number of their row
const primary = form.querySelector("button.primary");
const texts = JSON.parse(document.body.dataset.texts);
let next = 100;
let request = null;

function make(tag, properties = {}, ...content) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...content);
  return made;
}

function say(text, values = {}) {
  return (texts[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function size(bytes) {
  if (bytes < 1024) return say("{value} bytes", { value: bytes });
  const decimal = (value) => value.toFixed(1).replace(".", document.documentElement.lang === "fr" ? "," : ".");
  return bytes < 1024 ** 2
    ? say("{value} KiB", { value: decimal(bytes / 1024) })
    : say("{value} MiB", { value: decimal(bytes / 1024 ** 2) });
}

// ---- the area for files, in the place of the fields for single ones
const input = make("input", { type: "file", multiple: true, id: "files" });
const limits = form.querySelector(".limits");
const drop = make("div", { className: "drop takes-files" }, make("label", { htmlFor: "files" }, say("Files")), input, limits);
input.setAttribute("aria-describedby", "files-help");
limits.id = "files-help";
limits.prepend(`${say("Drop files here, or choose them.")} `);
for (const row of form.querySelectorAll(".file-row")) if (row.querySelector("input[type=file]")) row.remove();
form.querySelector(".more-rows").remove();
rows.before(drop);

const progress = make("progress", { max: 100, value: 0, id: "sent" });
const told = make("output");
const cancel = make("button", { type: "button" }, say("Cancel"));
const sending = make("div", { className: "sending", hidden: true },
  make("label", { htmlFor: "sent" }, say("Sending")), progress, told, cancel);
form.append(sending);

function problem(file) {
  const told = { name: file.name, size: size(file.size), limit: size(limit) };
  if (file.size > limit) return say("{name}: this file has {size}; at most {limit} are taken.", told);
  return file.size === 0 ? say("{name}: this file is empty.", told) : "";
}

function add(file) {
  const key = String(next++);
  const row = form.querySelector("template.new-row").content.firstElementChild.cloneNode(true);
  for (const each of row.querySelectorAll("[name], [for], [id]")) {
    for (const attribute of ["name", "for", "id"]) {
      if (each.hasAttribute(attribute)) each.setAttribute(attribute, each.getAttribute(attribute).replace("NEW", key));
    }
  }
  row.dataset.row = key;
  row.querySelector("bdi").textContent = file.name;
  row.querySelector("legend .help").textContent = size(file.size);
  row.querySelector(`[name="is_patch-${key}"]`).checked = /\.(patch|diff)$/i.test(file.name);
  const button = row.querySelector(".remove");
  button.setAttribute("aria-label", say("Remove {name}", { name: file.name }));
  button.addEventListener("click", () => {
    const after = row.nextElementSibling ?? row.previousElementSibling;
    files.delete(key);
    row.remove();
    (after?.querySelector(".remove") ?? input).focus();
    if (!wrong()) clear(form);
  });
  files.set(key, file);
  rows.append(row);
  if (problem(file)) tell(problem(file), row);
}

function addAll(chosen) {
  const details = form.closest("details");
  if (details) details.open = true;
  for (const file of chosen) add(file);
  input.value = "";
  if (count() > most) tell(say("At most {count} files can be attached at once. Remove some.", { count: most }), form);
}

function count() {
  return files.size + form.querySelectorAll(".kept").length;
}

// ---- errors
function clear(where) {
  for (const alert of where.querySelectorAll(".alert")) alert.remove();
}

function tell(message, where) {
  where.querySelector(":scope > .alert")?.remove();
  const alert = make("p", { className: "alert" }, message);
  alert.setAttribute("role", "alert");
  if (where === form) where.prepend(alert);
  else where.querySelector("legend").after(alert);
  alert.scrollIntoView({ block: "nearest" });
}

function wrong() {
  const bad = [...files].find(([, file]) => problem(file));
  return bad ? [problem(bad[1]), rows.querySelector(`[data-row="${bad[0]}"]`)] : null;
}

// ---- choosing, dropping and pasting
input.addEventListener("change", () => addAll([...input.files]));
const hasFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  drop.classList.remove("over");
  if (!hasFiles(event)) return;
  event.preventDefault();
  addAll([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const pasted = [...event.clipboardData.files];
  const text = event.clipboardData.getData("text/plain");
  const isTyping = event.target.closest("input, textarea, select");
  if (pasted.length) {
    event.preventDefault();
    addAll(pasted.map((file, place) => named(file, place)));
  } else if (text && !isTyping) {
    event.preventDefault();
    const isPatch = /^(diff |--- |Index: |@@ )/m.test(text);
    addAll([new File([text], isPatch ? "pasted.diff" : "pasted.txt", { type: "text/plain" })]);
  }
});

function named(file, place) {
  if (file.name && file.name !== "image.png") return file;
  const when = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  const ending = file.type.split("/")[1]?.split("+")[0] || "bin";
  return new File([file], `pasted-${when}${place ? `-${place}` : ""}.${ending}`, { type: file.type });
}

// ---- sending
function end(message, where = form) {
  request = null;
  sending.hidden = true;
  primary.disabled = false;
  if (message) tell(message, where);
}

function askForLogin() {
  if (form.querySelector(".login-again")) return;
  const field = (name, label, type, complete) => make("div", { className: "field" },
    make("label", { htmlFor: name }, label), make("input", { id: name, name, type, autocomplete: complete, required: true }));
  const asked = make("div", { className: "two login-again" },
    field("again_login", say("Login"), "text", "username"),
    field("again_password", say("Password"), "password", "current-password"));
  (form.querySelector(":scope > .alert") ?? form.firstElementChild).after(asked);
  asked.querySelector("input").focus();
}

function answered(answer) {
  let said = {};
  try { said = JSON.parse(answer.responseText); } catch { /* an answer of a proxy */ }
  if (answer.status < 400 && said.to) {
    leaving = true;
    const shown = new URL(said.to, location);
    if (shown.pathname + shown.search === location.pathname + location.search) {
      location.hash = shown.hash;
      location.reload();
    } else location.assign(shown);
    return;
  }
  if (said.token) form.querySelector("input[name=form_token]").value = said.token;
  const row = said.row ? rows.querySelector(`[data-row="${said.row}"]`) : null;
  if (said.login) end(say("You are no longer logged in. Log in here to go on: nothing of the form is lost."));
  else end(said.alert ?? say("The server refused the upload ({status}). Nothing of the form is lost.", { status: answer.status }), row ?? form);
  if (said.login) askForLogin();
  else form.querySelector(".login-again")?.remove();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clear(form);
  const bad = wrong();
  if (bad) { tell(...bad); return; }
  if (count() > most) { tell(say("At most {count} files can be attached at once. Remove some.", { count: most }), form); return; }
  if (!count() && !form.querySelector("[name=text-0]").value) { tell(say("Choose a file first."), form); input.focus(); return; }
  const body = new FormData(form);
  for (const [key, file] of files) body.append(`file-${key}`, file);
  primary.disabled = true;
  sending.hidden = false;
  request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (sent) => {
    const percent = sent.total ? Math.round(100 * sent.loaded / sent.total) : 0;
    progress.value = percent;
    told.textContent = `${percent} %`;
  });
  request.addEventListener("error", () => end(say("The connection broke. Nothing was attached; try again.")));
  request.addEventListener("abort", () => end(say("Cancelled: nothing was attached.")));
  request.addEventListener("load", (loaded) => answered(loaded.target));
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.send(body);
});
cancel.addEventListener("click", () => { request?.abort(); primary.focus(); });

// ---- leaving
let leaving = false;
const changed = () => [...form.querySelectorAll("textarea, input:not([type=hidden], [type=file], [type=checkbox])")]
  .some((each) => each.value !== each.defaultValue);
addEventListener("beforeunload", (event) => {
  if (!leaving && (files.size || request || changed())) event.preventDefault();
});
