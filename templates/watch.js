// Shows the newest report, where the reader was in the one before. What has changed is put in place
// in the page that is shown. Where that cannot be, the new report is loaded out of sight and then
// takes the place of the old one, so that nothing flickers.

import { renew } from "/renew.js";

const frames = document.getElementById("frames");
const alert = document.querySelector("[role=alert]");
const words = document.body.dataset;
let shown = null; // The frame of the report.
let source = null; // That report as it came from the server, before its scripts changed it.
let version = 0; // Of that report.
let wanted = 0;
let busy = false;

const PARTS = "main :is(h2, h3, h4, p, li, tr, .formula):not(nav *, thead *)";

// Every part of the report by what it says, and which of those it is that say the same. Numbers of
// claims and slides would not do: they change when something is put in before them.
function* partsOf(view) {
  const times = new Map();
  for (const element of view.document.querySelectorAll(PARTS)) {
    const text = element.textContent;
    const time = (times.get(text) ?? 0) + 1;
    times.set(text, time);
    yield { key: `${time} ${text}`, element };
  }
}

// What stands where in the window; what is nearest to the top comes first.
function standing(view) {
  const found = [];
  for (const { key, element } of partsOf(view)) {
    // What the browser leaves out while it is far from view is not laid out for this.
    if (!element.checkVisibility({ contentVisibilityAuto: true })) continue;
    const { top, height } = element.getBoundingClientRect();
    if (height) found.push({ key, top });
  }
  return found.sort((one, other) => Math.abs(one.top) - Math.abs(other.top));
}

// The first of those parts that another report has as well, and where it is to stand.
function anchor(view, parts) {
  const known = new Map();
  for (const { key, element } of partsOf(view)) known.set(key, element);
  const part = parts.find(({ key }) => known.has(key));
  return part && { top: part.top, element: known.get(part.key) };
}

const painted = (view) =>
  new Promise((done) => {
    view.requestAnimationFrame(() => view.requestAnimationFrame(done));
    setTimeout(done, 100); // a page that is not looked at is not painted
  });

// Scrolls a report to a part, as far from the top as it was. How high a part is that is far from view
// the browser guesses, until it comes near; so it takes some steps.
async function align(view, place, steps) {
  for (let step = 0; place && step < steps; step += 1) {
    const by = place.element.getBoundingClientRect().top - place.top;
    if (Math.abs(by) < 1) return;
    view.scrollBy({ top: by, behavior: "instant" });
    await painted(view);
  }
}

// A report as it comes from the server; null where a newer one has taken its place.
async function fetched(number) {
  const answer = await fetch(`/report?${number}`);
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

// Change the report that is shown into the next; whether that could be done.
async function change(next) {
  const view = shown.contentWindow;
  const parts = standing(view);
  if (!renew(view.document, source, next)) return false;
  await align(view, anchor(view, parts), 6);
  return true;
}

async function load(number) {
  const coming = document.createElement("iframe");
  coming.className = "coming";
  coming.title = words.title;
  coming.src = `/report?${number}`;
  const loaded = new Promise((done) => coming.addEventListener("load", done, { once: true }));
  frames.append(coming);
  await loaded;
  const view = coming.contentWindow;
  if (!coming.contentDocument?.querySelector("main")) return coming.remove(); // a newer one is there
  await view.document.fonts.ready; // formulas have their height by then
  const before = shown;
  const place = before && anchor(view, standing(before.contentWindow));
  if (before) view.scrollTo({ top: before.contentWindow.scrollY, behavior: "instant" });
  await align(view, place, 2);
  coming.className = "";
  shown = coming;
  if (document.activeElement === before) view.focus();
  before?.remove();
  frames.querySelector(".waiting")?.remove();
  tellVersion(number);
  await align(view, place, 6);
}

function tellVersion(number) {
  document.title = shown.contentDocument.title;
  document.documentElement.dataset.version = number;
}

// Show the newest report, and what has become the newest meanwhile.
async function follow() {
  if (busy) return;
  busy = true;
  while (version !== wanted) {
    const number = wanted;
    const next = source && (await fetched(number));
    const changed = next && (await change(next));
    if (changed) tellVersion(number);
    else await load(number);
    version = number;
    source = next ?? (await fetched(number));
  }
  busy = false;
}

function tell(heading, text = "") {
  const strong = document.createElement("strong");
  strong.textContent = heading;
  alert.replaceChildren(...(heading ? [strong, text] : []));
}

const changes = new EventSource("/changes");
changes.addEventListener("message", (event) => {
  const state = JSON.parse(event.data);
  tell(state.problem && (state.version ? words.wrong : words.none), state.problem);
  if (state.problem && !state.version) frames.querySelector(".waiting").textContent = "";
  wanted = state.version;
  follow();
});
changes.addEventListener("error", () => {
  tell(words.lost);
  [version, source] = [0, null]; // another server may come, with versions of its own
});
