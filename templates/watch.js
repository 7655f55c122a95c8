// Shows the newest report. A new one is loaded out of sight, scrolled to where the old one is, and
// then put in its place, so that nothing flickers.

const frames = document.getElementById("frames");
const alert = document.querySelector("[role=alert]");
const words = document.body.dataset;
let shown = null;
let version = 0;

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

// The part nearest to the top of one report that another has as well, and where it is there.
function anchor(coming, shown) {
  const known = new Map();
  for (const { key, element } of partsOf(coming)) known.set(key, element);
  let best = null;
  let least = Infinity;
  for (const { key, element } of partsOf(shown)) {
    // What the browser leaves out while it is far from view is not laid out for this.
    if (!element.checkVisibility({ contentVisibilityAuto: true })) continue;
    const { top, height } = element.getBoundingClientRect();
    if (height && Math.abs(top) < least && known.has(key)) {
      least = Math.abs(top);
      best = { top, element: known.get(key) };
    }
  }
  return best;
}

const painted = (view) =>
  new Promise((done) => {
    view.requestAnimationFrame(() => view.requestAnimationFrame(done));
    setTimeout(done, 100); // a page that is not looked at is not painted
  });

// Scrolls a report to a part, as far from the top as it was. How high a part is that is far from view
// the browser guesses, until it comes near; so it takes some steps.
async function align(coming, place, steps) {
  for (let step = 0; place && step < steps; step += 1) {
    const by = place.element.getBoundingClientRect().top - place.top;
    if (Math.abs(by) < 1) return;
    coming.scrollBy({ top: by, behavior: "instant" });
    await painted(coming);
  }
}

function load(number) {
  for (const late of frames.querySelectorAll(".coming")) late.remove();
  const coming = document.createElement("iframe");
  coming.className = "coming";
  coming.title = words.title;
  coming.src = `/report?${number}`;
  coming.addEventListener("load", async () => {
    await coming.contentDocument?.fonts.ready; // formulas have their height by then
    if (!coming.isConnected) return;
    const before = shown;
    const view = coming.contentWindow;
    const place = before && anchor(view, before.contentWindow);
    if (before) view.scrollTo({ top: before.contentWindow.scrollY, behavior: "instant" });
    await align(view, place, 2);
    if (!coming.isConnected) return;
    coming.className = "";
    shown = coming;
    if (document.activeElement === before) view.focus();
    before?.remove();
    frames.querySelector(".waiting")?.remove();
    document.title = coming.contentDocument.title;
    document.documentElement.dataset.version = number;
    await align(view, place, 6);
  });
  frames.append(coming);
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
  if (state.version !== version) load((version = state.version));
});
changes.addEventListener("error", () => tell(words.lost));
