// A form over its blank: its zones are moved and resized by the mouse or by the arrow keys.
"use strict";

{  // names of its own, beside those of review.js
const snap = document.getElementById("snap");
snap?.addEventListener("click", () => snap.setAttribute("aria-pressed", String(snap.getAttribute("aria-pressed") === "false")));

const MOST_STILL_MS = 350, STEP_MM = 0.5;
let waiting = 0;
const numbers = (rect) => ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));

function draw(zone, [x, y, width, height]) {
  const { axes } = zone.dataset, rect = zone.querySelector("rect"), old = numbers(rect), box = document.getElementById("board").viewBox.baseVal;
  const made = { x: Math.min(Math.max(x, 0), box.width - 1), y: Math.min(Math.max(y, 0), box.height - 1), width: Math.max(width, 1), height: Math.max(height, 1) };
  if (!axes.includes("x")) [made.x, , made.width] = old;
  if (!axes.includes("y")) [, made.y, , made.height] = old;
  for (const [name, value] of Object.entries(made)) rect.setAttribute(name, value.toFixed(2));
  const grip = zone.querySelector("circle");
  grip.setAttribute("cx", (made.x + made.width).toFixed(2));
  grip.setAttribute("cy", (made.y + made.height).toFixed(2));
}

// What was drawn is sent once the hand rests; it comes back snapped to the print, and checked.
function send(zone, how, resized, free) {
  clearTimeout(waiting);
  waiting = 0;
  const board = document.getElementById("board"), [x, y, w, h] = numbers(zone.querySelector("rect"));
  const snaps = snap.getAttribute("aria-pressed") === "true" && !free;
  const { spot, where } = zone.dataset;
  htmx.ajax("POST", board.dataset.post, { target: "#work", values: {
    act: "put", spot, zone: where, x, y, w, h, how, resized: resized ? "1" : "", snap: snaps ? "1" : "",
    page: board.dataset.page, seen: board.dataset.seen } });
}

document.addEventListener("keydown", (event) => {
  const zone = event.target.closest?.(".chosen[tabindex]");
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!by || event.ctrlKey || event.metaKey) return;
  if (zone) {
    event.preventDefault();
    if (!document.body.hasAttribute("data-ready")) return;
    const [dx, dy] = by.map((way) => way * (event.altKey ? STEP_MM / 5 : STEP_MM)), [x, y, w, h] = numbers(zone.querySelector("rect"));
    draw(zone, event.shiftKey ? [x, y, w + dx, h + dy] : [x + dx, y + dy, w, h]);
    clearTimeout(waiting);
    waiting = setTimeout(send, MOST_STILL_MS, zone, "keys", event.shiftKey, event.altKey);
    return;
  }
  const link = event.target.closest?.(".zones a");
  if (link && by[1]) {
    event.preventDefault();
    const links = [...document.querySelectorAll(".zones a")];
    links[links.indexOf(link) + by[1]]?.focus();
  }
});
// Whoever goes elsewhere before it is sent has moved it all the same.
document.addEventListener("focusout", (event) => {
  const zone = event.target.closest?.(".chosen");
  if (zone && waiting) send(zone, "keys", false, true);
});

let held = null;
document.addEventListener("pointerdown", (event) => {
  const zone = event.target.closest?.(".chosen[tabindex]");
  if (!zone || event.button) return;
  event.preventDefault();
  zone.focus();
  held = { zone, grip: event.target.tagName === "circle", from: at(event), box: numbers(zone.querySelector("rect")), moved: false };
  zone.setPointerCapture(event.pointerId);
});
document.addEventListener("pointermove", (event) => {
  if (!held) return;
  const to = at(event), dx = to.x - held.from.x, dy = to.y - held.from.y, [x, y, w, h] = held.box;
  held.moved ||= Math.hypot(dx, dy) > 0.4;
  if (held.moved) draw(held.zone, held.grip ? [x, y, w + dx, h + dy] : [x + dx, y + dy, w, h]);
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, (event) => {
    const done = held;
    held = null;
    if (done?.moved) send(done.zone, "mouse", done.grip, event.altKey);
  });
}
const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(document.getElementById("board").getScreenCTM().inverse());

// The page stays where it is while its middle is put in anew.
let top_px = 0, side_px = 0, about = "";
const side = () => document.querySelector(".side");
document.addEventListener("htmx:beforeSwap", () => { top_px = window.scrollY; side_px = side().scrollTop; ({ about } = side().dataset); });
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "work") return;
  window.scrollTo(0, top_px);
  if (side().dataset.about === about) side().scrollTop = side_px;  // of another zone from its beginning
});

// After a step the keys go on with what they were about.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "work" || document.querySelector("#work [data-problem]")) return;
  document.getElementById("dropped")?.replaceChildren();
  const { focus } = document.getElementById("board").dataset;
  const chosen = [...document.querySelectorAll(".chosen[tabindex]")];
  const zone = chosen.find((each) => each.dataset.spot === focus) || chosen[0];
  const again = focus && document.querySelector(`form[data-act="${CSS.escape(focus)}"] button`);
  (again || zone || document.querySelector(".zones a"))?.focus({ preventScroll: true });
  if (!again) zone?.scrollIntoView({ block: "nearest" });
  const isBelow = matchMedia("(max-width: 62rem)").matches && event.detail.requestConfig.verb === "get";
  if (isBelow) document.getElementById("zone-title")?.scrollIntoView({ block: "center" });
  if (event.detail.pathInfo.requestPath.endsWith("/essai")) document.querySelector("#work .notice")?.scrollIntoView({ block: "nearest" });
});
// What was typed and not applied is not lost without a word: a zone that is moved keeps it, and
// whoever goes on to something else is asked.
const unlike = (field) => {
  if (!field.name || field.type === "hidden") return false;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.tagName === "SELECT" ? field.value !== (initial(field) || field.options[0]?.value) : differs(field);
};
const unapplied = (but) => [...document.querySelectorAll("#work .keyin")].filter((form) => form !== but).flatMap((form) => [...form.elements]).filter(unlike);
let kept = [];
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  const left = unapplied(elt), goesOn = elt.closest?.("#work") && requestConfig.parameters.act !== "put";
  kept = goesOn ? [] : left.map(({ form, name, value, checked }) => ({ act: form.dataset.act, name, value, checked }));
  if (!left.length || kept.length || confirm("Ce que vous venez d'écrire n'est pas appliqué\u00a0: continuer sans\u00a0?")) return;
  event.preventDefault();
  wait(false);
  left[0].focus();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "work") return;
  for (const { act, name, value, checked } of kept) {
    const field = document.querySelector(`#work [data-act="${act}"] [name="${CSS.escape(name)}"]`);
    if (field) Object.assign(field, { value, checked });
  }
  kept = [];
});
window.addEventListener("beforeunload", (event) => { if (unapplied().length) event.preventDefault(); });

// What a doubt about the whole form asks is folded away beside it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-unfolds]");
  if (!link) return;
  event.preventDefault();
  const fold = document.querySelector(link.getAttribute("href"));
  fold.open = true;
  fold.querySelector("summary").focus();
});
}
