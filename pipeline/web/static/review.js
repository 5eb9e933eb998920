// Keys for the review: everything they do is a button or a link that the mouse can use as well.
"use strict";

// Of keys that several questions have, the one of the question that the keys are about.
const byKey = (key) => {
  const named = `[data-key="${CSS.escape(key)}"]`;
  return here()?.querySelector(named) || document.querySelector(named);
};
const typing = (element) => element && /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)
  && !/^(button|checkbox|radio|submit)$/.test(element.type);

// While the next field is on its way, keys do nothing: nobody confirms what they have not seen.
let busy = false;
const wait = (on) => { busy = on; document.body.toggleAttribute("data-ready", !on); };
document.addEventListener("htmx:beforeRequest", (event) => {
  const { target, requestConfig } = event.detail;
  if (target.id === "work" || (requestConfig.verb !== "get" && target.id !== "sum")) wait(true);
});
for (const end of ["htmx:sendError", "htmx:responseError", "htmx:swapError"]) {
  document.addEventListener(end, () => wait(false));
}
document.addEventListener("htmx:afterSettle", async (event) => {
  const pictures = event.detail.target.id === "work" ? [...document.querySelectorAll(".crop img, img.cut")] : [];
  const coming = pictures.filter((picture) => !picture.complete);
  if (coming.length) {
    const seen = (picture) => new Promise((done) => { for (const end of ["load", "error"]) picture.addEventListener(end, done); });
    await Promise.race([Promise.all(coming.map(seen)), new Promise((late) => { setTimeout(late, 2000); })]);
  }
  wait(false);
});
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.target.id === "who" || event.detail.xhr.status === 204) wait(false); });
document.addEventListener("submit", (event) => { if (busy) { event.preventDefault(); event.stopImmediatePropagation(); } }, true);

// Keys of one sign can be switched off, for whoever dictates (WCAG 2.1.4); this browser remembers it.
const SIGNS_OFF = "fiches-signs-off";
const signsOff = () => { try { return localStorage.getItem(SIGNS_OFF); } catch { return ""; } };
document.addEventListener("change", (event) => {
  if (event.target.id !== "letters") return;
  try { localStorage.setItem(SIGNS_OFF, event.target.checked ? "" : "1"); } catch { event.target.checked = true; }
});

document.addEventListener("keydown", (event) => {
  if (event.key?.length === 1 && !event.ctrlKey && signsOff()) return;
  if (event.altKey || event.metaKey || event.isComposing) return;
  // A key held down would decide about what nobody has seen.
  if (event.repeat && !typing(event.target)) { if (event.key.length === 1 || event.key === "Enter") event.preventDefault(); return; }
  const dialog = document.querySelector("dialog[open]");
  if (event.ctrlKey) {
    if (event.key === "z" && !typing(event.target)) press("z", event);
    return;
  }
  if (dialog) {
    if (event.key === "p" && dialog.dataset.name === "page") { dialog.close(); event.preventDefault(); }
    if (event.key === "+" || event.key === "-") zoom(dialog, event.key === "+");
    return;
  }
  const whole = document.querySelector(".look");
  if (typing(event.target)) {
    const value = event.target.matches("[data-value]") && event.target;
    if (!value) { if (event.key === "Escape") { event.target.blur(); if (event.target.closest("#work")) focusWork(); } return; }
    if (event.key === "Escape") { if (!whole) restore(value); (value.closest(".ask") || work()).focus({ preventScroll: true }); }
    else if (event.key === "Enter" && value.tagName === "SELECT") { event.preventDefault(); if (!busy) value.form.requestSubmit(); }
    else if (whole && value.tagName !== "SELECT" && /^Arrow(Up|Down)$/.test(event.key)) step(value, event.key === "ArrowDown" ? 1 : -1, event);
    else if (!whole && event.key === "Tab") {
      if (differs(value)) { event.preventDefault(); if (!busy) value.form.requestSubmit(); } else tab(event);
    }
    return;  // Enter submits the form that an input stands in
  }
  if (event.key === "Tab") {
    if (document.activeElement?.matches("#work, #work h1, body")) tab(event);
    return;
  }
  if (event.key === "Enter") {
    if (!/^(A|BUTTON|SUMMARY)$/.test(event.target.tagName)) press("Enter", event);
    return;
  }
  // The digits' own keys, shifted or not: a French keyboard has other signs on them.
  const digit = /^Digit([0-9])$/.exec(event.code)?.[1];
  const there = whole?.querySelector(`[data-number="${digit || CSS.escape(event.key)}"]`);
  if (there) { go(there, event); return; }
  if (whole?.matches(".people") && /^Arrow(Up|Down)$/.test(event.key)) {
    const asks = [...whole.querySelectorAll(".ask")];
    go(asks[asks.indexOf(here()) + (event.key === "ArrowDown" ? 1 : -1)] || here(), event);
    return;
  }
  const value = (here() || document).querySelector("[data-value]");
  if (whole && event.key === "Escape" && !byKey("Escape")) { if (value) fill(here(), initial(value), ""); return; }
  if (value && (event.key === "F2" || event.key === "m" || event.key === "Backspace")) {
    write(value, event);
    if (event.key === "Backspace" && value.tagName !== "SELECT") { value.value = ""; changed(value); }
    return;
  }
  press(digit && !byKey(event.key) ? digit : event.key.length === 1 ? event.key.toLowerCase() : event.key, event);
});

// One look a fiche: what the keys are about is the question that has, or last had, the focus.
const here = () => document.querySelector(".ask[data-here]")
  || document.querySelector(".ask [data-value], .people .ask")?.closest(".ask");

function go(ask, event) {
  const value = ask.querySelector("[data-value]");
  if (value) { write(value, event); return; }
  event.preventDefault();
  ask.focus();
}

function write(value, event) {
  event?.preventDefault();
  value.focus();
  if (value.tagName !== "SELECT") value.select();
}

function step(value, by, event) {
  const values = [...document.querySelectorAll("input[data-value], select[data-value]")];
  const next = values[values.indexOf(value) + by];
  if (next) write(next, event);
}

document.addEventListener("focusin", (event) => {
  const ask = event.target.closest?.(".ask");
  if (ask) for (const other of document.querySelectorAll(".ask")) other.toggleAttribute("data-here", other === ask);
});

// The page that is shown whole is that of the question the keys are about.
document.addEventListener("htmx:configRequest", (event) => {
  const place = event.target.matches?.('.look [data-key="p"]') && here()?.dataset.place;
  if (place) event.detail.path = event.detail.path.replace(/[^/]+(?=\/page$)/, encodeURIComponent(place));
});

// What is picked, or said of a field, shows in the field and is decided by Enter, with all the rest.
function fill(ask, text, said) {
  const value = ask?.querySelector("[data-value]");
  if (!value) return;
  value.value = text;
  value.placeholder = { empty: "(rien n'est écrit)", illegible: "(illisible)" }[said] || "";
  changed(value);
  ask.querySelector("[data-said]").value = said;
}

document.addEventListener("click", (event) => {
  const target = event.target.closest(".look [data-fills], .look [data-says], .look [data-reason]");
  if (!target || busy) return;
  if ("fills" in target.dataset) fill(target.closest(".ask"), target.dataset.fills, "");
  if ("says" in target.dataset) fill(here(), "", target.dataset.says);
  if ("reason" in target.dataset) {
    const reason = target.closest(".card").querySelector("[data-reason-of]");
    reason.value = target.dataset.reason;
    for (const other of target.closest(".choices").querySelectorAll("[data-reason]")) {
      other.setAttribute("aria-pressed", String(other.dataset.reason === reason.value));
    }
  }
  // Enter is to confirm all, whether a key, the mouse or Tab came here.
  if (document.activeElement === target) {
    (target.closest(".ask") || target.closest(".card")?.querySelector(".ask") || here())?.focus({ preventScroll: true });
  }
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-value]")) return;
  event.target.closest(".over")?.toggleAttribute("data-changed", differs(event.target));
  const parts = event.target.value.split("|").map((part) => part.trim());
  for (const box of optionsOf(event.target)) box.checked = parts.includes(box.dataset.option);
  const said = event.target.closest(".ask")?.querySelector("[data-said]");
  if (said && event.target.value) { said.value = ""; event.target.placeholder = ""; }
  unsay(event.target.closest(".card"));
});

// Of options several may be ticked: the field holds them all, and what is typed there ticks them.
const optionsOf = (element) => [...element.closest(".answer, .entry")?.querySelectorAll("[data-option]") || []];
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-option]")) return;
  const value = event.target.closest(".answer, .entry").querySelector("input:not([type=checkbox])");
  value.value = optionsOf(value).filter((box) => box.checked).map((box) => box.dataset.option).join(" | ");
  changed(value);
});

// Who has what: of tariffs each has one, and what is left to give follows.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-kind]")) return;
  const others = event.target.matches("[data-tariff]:checked") ? event.target.closest(".ask").querySelectorAll("[data-tariff]") : [];
  for (const other of others) other.checked = other === event.target;
  counted();
});

function counted() {
  for (const left of document.querySelectorAll("[data-left]")) {
    const given = document.querySelectorAll(`[data-kind="${CSS.escape(left.dataset.left)}"]:checked`).length;
    left.textContent = String(left.dataset.of - given);
    left.classList.toggle("bad", given > left.dataset.of);
  }
}

// What is ticked of the cheques that are here, counted.
document.addEventListener("change", (event) => {
  const sum = event.target.matches("[data-cents]") && document.querySelector("[data-ticked]");
  if (!sum) return;
  const cents = [...document.querySelectorAll("[data-cents]:checked")].map((box) => Number(box.dataset.cents));
  const total = cents.reduce((so_far, one) => so_far + one, 0) / 100;
  const amount = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR" }).format(total);
  sum.textContent = `${cents.length}\u00a0chèque${cents.length > 1 ? "s" : ""}, ${amount}`;
});

// A reason is for the gap that was seen: with another number it is asked again.
const unsay = (card) => {
  const reason = card?.querySelector("[data-reason-of]");
  if (!reason) return;
  reason.value = "";
  for (const button of card.querySelectorAll("[data-reason]")) button.setAttribute("aria-pressed", "false");
};

const differs = (value) => value.tagName === "SELECT"
  ? [...value.options].some((option) => option.selected !== option.defaultSelected)
  : value.value !== value.defaultValue;

const initial = (value) => value.tagName === "SELECT"
  ? [...value.options].find((option) => option.defaultSelected)?.value || "" : value.defaultValue;

function restore(value) {
  if (value.tagName === "SELECT") for (const option of value.options) option.selected = option.defaultSelected;
  else { value.value = value.defaultValue; changed(value); }
}

function press(key, event) {
  const target = byKey(key);
  if (!target) return;
  event.preventDefault();
  if (busy) return;
  if (target.control && target.control.type !== "file") target.control.focus(); else target.click();  // a label's key goes to its field
}

// Tab goes through the fields of the form; past the last one it goes on as everywhere.
function tab(event) {
  const link = document.querySelector(event.shiftKey ? "[data-before]" : "[data-after]");
  if (!link) return;
  event.preventDefault();
  if (!busy) link.click();
}

const work = () => document.querySelector("#work h1") || document.querySelector("#work");
function focusWork() { work()?.focus({ preventScroll: true }); }

function changed(value) { value.dispatchEvent(new Event("input", { bubbles: true })); }

function zoom(dialog, larger) {
  dialog.querySelector(".sheet")?.classList.toggle("zoomed", larger);
  const here = dialog.querySelector("rect.here");
  if (larger && here) here.scrollIntoView({ block: "center", inline: "center" });
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-opens], [data-closes], [data-zooms]");
  if (!target) return;
  if (target.dataset.opens) document.getElementById(target.dataset.opens)?.showModal();
  if ("closes" in target.dataset) target.closest("dialog").close();
  if ("zooms" in target.dataset) zoom(target.closest("dialog"), !target.closest("dialog").querySelector(".zoomed"));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target.closest("dialog") || event.detail.target.querySelector("dialog[data-name]");
  if (dialog && !dialog.open) {
    dialog.showModal();
    dialog.querySelector("rect.here")?.scrollIntoView({ block: "center" });
  }
  if (event.detail.target.id === "work") settle();
  placing();
});

// What the server says when it refuses is for people to read.
document.addEventListener("htmx:beforeSwap", (event) => {
  const retarget = event.detail.xhr.getResponseHeader("HX-Retarget");
  if (retarget || event.detail.xhr.status === 409 || event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:sendError", () => say("Le serveur ne répond plus : relancez Fiches. Ce qui est confirmé est gardé."));
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => say(
  xhr.getResponseHeader("content-type")?.startsWith("text/plain") ? xhr.responseText
    : "Le serveur a refusé cette demande : rechargez la page."));

function say(text) {
  const place = document.querySelector("#said");
  if (place) { place.textContent = text; place.hidden = false; }
}

function settle() {
  counted();
  const added = [...document.querySelectorAll("[data-added] [data-value]")].at(-1);
  const problem = document.querySelector("[data-value][aria-invalid]");
  const refused = problem?.value ? problem : problem?.closest(".ask") || document.querySelector("#work [data-problem]");
  if (refused) refused.focus(); else if (added) write(added); else focusWork();
  const said = document.querySelector("#said");
  if (said) said.hidden = true;
  document.title = document.querySelector("#work")?.dataset.title || document.title;
  for (const link of document.querySelectorAll("[data-ahead]")) new Image().src = link.dataset.ahead;
}

// Four corners, by the mouse or, each focused, by the arrow keys.
function placing() {
  const board = document.querySelector("svg[data-corners]:not([data-ready])");
  if (!board) return;
  board.dataset.ready = "1";
  const dots = [...board.querySelectorAll("circle")];
  const update = () => {
    const points = dots.map((dot) => [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))]);
    board.querySelector("polygon").setAttribute("points", points.map((p) => p.join(",")).join(" "));
    const box = board.viewBox.baseVal;
    const field = document.getElementById(board.dataset.corners);
    field.value = points.map(([x, y]) => `${(x / box.width).toFixed(5)},${(y / box.height).toFixed(5)}`).join(" ");
  };
  const move = (dot, x, y) => {
    const box = board.viewBox.baseVal;
    dot.setAttribute("cx", Math.min(Math.max(x, 0), box.width));
    dot.setAttribute("cy", Math.min(Math.max(y, 0), box.height));
    update();
  };
  for (const dot of dots) {
    dot.addEventListener("pointerdown", (event) => { dot.setPointerCapture(event.pointerId); });
    dot.addEventListener("pointermove", (event) => {
      if (!dot.hasPointerCapture(event.pointerId)) return;
      const to = new DOMPoint(event.clientX, event.clientY).matrixTransform(board.getScreenCTM().inverse());
      move(dot, to.x, to.y);
    });
    dot.addEventListener("keydown", (event) => {
      const step = (event.shiftKey ? 0.05 : 0.005) * board.viewBox.baseVal.width;
      const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (!by) return;
      event.preventDefault();
      move(dot, Number(dot.getAttribute("cx")) + by[0], Number(dot.getAttribute("cy")) + by[1]);
    });
  }
  update();
}

// A table that is wider than the screen is scrolled by keyboard, too.
const reach = () => {
  for (const wide of document.querySelectorAll(".wide")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
};
window.addEventListener("resize", reach);
document.addEventListener("htmx:afterSettle", reach);

document.addEventListener("DOMContentLoaded", () => {
  reach();
  const letters = document.querySelector("#letters");
  if (letters) letters.checked = !signsOff();
  if (document.querySelector("#work")) settle();
  placing();
  wait(false);
});

// Files are sent one at a time, each as the body of its own request; then something is made of them.
const drop = document.getElementById("drop");
const send = async (files) => {
  const said = document.getElementById("dropped"), words = [];
  const { "X-Fiches": csrf } = JSON.parse(document.body.getAttribute("hx-headers"));
  const beside = drop.querySelector("[data-with]"), also = beside ? `&${beside.name}=${encodeURIComponent(beside.value)}` : "";
  let sent = 0;
  for (const file of files) {
    said.classList.remove("bad");
    said.textContent = drop.dataset.doing?.replace("{name}", file.name) || `Dépôt de ${file.name} (${sent + 1} sur ${files.length})…`;
    if (drop.dataset.doing) said.append(" ", Object.assign(document.createElement("progress"), { ariaLabel: "En cours" }));
    try {
      const answer = await fetch(`${drop.dataset.drops}?nom=${encodeURIComponent(file.name)}${also}`,
        { method: "POST", body: file, headers: { "X-Fiches": csrf } });
      if (answer.ok) sent += 1;
      if (!answer.ok || "tells" in drop.dataset) words.push(await answer.text());
    } catch { words.push(`${file.name} n'a pas pu être envoyé : réessayer.`); }
  }
  said.classList.toggle("bad", sent < files.length);
  said.textContent = [`${drop.dataset.done}\u00a0: ${sent} sur ${files.length}.`, ...words].join("\n");
  if (sent) htmx.ajax("POST", drop.dataset.then, { target: "#standing" });
};
// A dropped folder stands for the files in it, but for those that systems hide there.
const inside = async (entry) => {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) return [await new Promise((take, fail) => entry.file(take, fail))];
  const reader = entry.createReader(), files = [];
  for (;;) {
    const some = await new Promise((take, fail) => reader.readEntries(take, fail));
    if (!some.length) return files;
    for (const inner of some) files.push(...await inside(inner));
  }
};
if (drop) {
  document.getElementById("files").addEventListener("change", (event) => { send([...event.target.files]); event.target.value = ""; });
  for (const name of ["dragover", "drop"]) drop.addEventListener(name, (event) => event.preventDefault());
  for (const name of ["dragenter", "dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.toggle("over", name === "dragenter"));
  drop.addEventListener("drop", async (event) => {
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const files = [...event.dataTransfer.files];  // those of this event: after a wait it holds none
    try {
      send(entries.length ? (await Promise.all(entries.map(inside))).flat() : files);
    } catch {
      document.getElementById("dropped").textContent = "Ce dossier n'a pas pu être lu : le nommer sous « Dossier ».";
    }
  });
}
