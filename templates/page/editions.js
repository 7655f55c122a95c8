// The languages of the page, and its light or dark look. Nothing is remembered when it closes.

const editions = [...document.querySelectorAll(".edition")];
const tools = (edition) => edition.querySelector(".tools");
const current = () => editions.find((edition) => !edition.hidden);

/** The same element in another edition; ids differ by the edition's prefix. */
function counterpart(element, from, to) {
  const name = element.id.slice(tools(from).dataset.prefix.length);
  return document.getElementById(tools(to).dataset.prefix + name);
}

/** What the reader is looking at: the last thing with a name that begins in the upper third. */
function inView(edition) {
  const named = edition.querySelectorAll("section[id], article[id], .claim[id], .solution[id]");
  let found = null;
  for (const element of named) {
    if (!element.getClientRects().length) continue;
    if (element.getBoundingClientRect().top > window.innerHeight / 3) break;
    found = element;
  }
  return found;
}

/** Scroll an element to a height. How high things far from view are is a guess until they come near. */
async function align(element, top) {
  for (let step = 0; step < 8; step++) {
    const by = element.getBoundingClientRect().top - top;
    if (step > 1 && Math.abs(by) < 1) return;
    window.scrollBy({ top: by, behavior: "instant" });
    // What has come near is laid out in the next frame, and seen in the one after it.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
}

function show(edition) {
  const before = current();
  if (edition === before) return;
  const seen = inView(before);
  const top = seen?.getBoundingClientRect().top;
  // Worked solutions are the same in every language and stand in the file once.
  const places = new Map();
  for (const place of edition.querySelectorAll("[data-shared]")) places.set(place.dataset.shared, place);
  for (const holder of before.querySelectorAll("[data-shared]")) {
    const place = places.get(holder.dataset.shared);
    if (!place) continue;
    const formula = holder.querySelector("math");
    if (formula) {
      holder.dataset.words = formula.getAttribute("aria-label");
      formula.setAttribute("aria-label", place.dataset.words);
    }
    place.append(...holder.childNodes);
  }
  const opened = [...before.querySelectorAll("details")].map((details) => details.open);
  edition.querySelectorAll("details").forEach((details, n) => (details.open = opened[n]));
  before.hidden = true;
  edition.hidden = false;
  document.documentElement.lang = edition.lang;
  document.title = tools(edition).dataset.title;
  document.dispatchEvent(new Event("edition"));
  const same = seen && counterpart(seen, before, edition);
  if (same) align(same, top);
}

/** What the address names; nothing where it cannot be read. */
function named() {
  try {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return null;
  }
}

/** A link may lead into an edition that is not shown. */
function follow() {
  const target = named();
  const edition = target?.closest(".edition");
  if (!edition?.hidden) return;
  show(edition);
  target.scrollIntoView();
}

const dark = document.querySelector('style[media*="dark"]');
const system = matchMedia(dark.media);

function tellLook() {
  const pressed = String(matchMedia(dark.media).matches);
  for (const button of document.querySelectorAll(".look")) button.setAttribute("aria-pressed", pressed);
}

function turnLook() {
  dark.media = matchMedia(dark.media).matches ? "not all" : "screen";
  tellLook();
}

for (const edition of editions) {
  tools(edition).hidden = false;
  for (const button of edition.querySelectorAll("button.language")) {
    button.addEventListener("click", () => {
      const wanted = editions.find((other) => other.lang === button.lang);
      show(wanted);
      tools(wanted).querySelector(".language").focus({ preventScroll: true });
    });
  }
  edition.querySelector(".look").addEventListener("click", turnLook);
}
system.addEventListener("change", tellLook);
window.addEventListener("hashchange", follow);
tellLook();
follow();

// On paper nothing is put away.
let shut = [];
window.addEventListener("beforeprint", () => {
  shut = [...current().querySelectorAll("details:not([open])")];
  for (const details of shut) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of shut) details.open = false;
});
