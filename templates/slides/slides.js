// Plays the slides. Without this script they all stand below each other, which is mode "page".

const root = document.documentElement;
const slides = [...document.querySelectorAll(".slide")];
const controls = document.querySelector(".controls");
const status = document.querySelector("[data-told]");
let current = 0;
let presenter = null;

const notesOf = (slide) => document.getElementById(slide.id.replace("slide", "notes"));
const titleOf = (slide) => slide.querySelector("h1, h2").textContent.trim();

// -- what is shown

function show(number, { told = true } = {}) {
  current = Math.max(0, Math.min(slides.length - 1, number));
  const slide = slides[current];
  for (const other of slides) {
    const here = other === slide;
    other.classList.toggle("current", here);
    notesOf(other).classList.toggle("current", here);
  }
  controls.querySelector(".count").textContent = `${current + 1} / ${slides.length}`;
  if (told) {
    status.textContent = status.dataset.told
      .replace("{number}", current + 1)
      .replace("{count}", slides.length)
      .replace("{title}", titleOf(slide));
  }
  history.replaceState(null, "", `#${slide.id}`);
  if (root.dataset.mode === "overview") slide.focus({ preventScroll: true });
  if (root.dataset.mode !== "show") slide.scrollIntoView({ block: "nearest" });
  fillPresenter();
}

function setMode(mode) {
  root.dataset.mode = mode;
  for (const slide of slides) {
    if (mode === "overview") slide.tabIndex = 0;
    else slide.removeAttribute("tabindex");
  }
  for (const name of ["overview", "page"]) {
    controls.querySelector(`[data-do=${name}]`).setAttribute("aria-pressed", mode === name);
  }
  show(current, { told: false });
  if (mode === "page") slides[current].scrollIntoView();
}

const toggled = (mode) => setMode(root.dataset.mode === mode ? "show" : mode);

function toggleNotes() {
  const open = root.toggleAttribute("data-notes");
  controls.querySelector("[data-do=notes]").setAttribute("aria-pressed", open);
}

// A font other than those that the slides were measured for may need more room.
function fit() {
  const tight = slides
    .map((slide) => ({ sheet: slide.querySelector(".sheet"), body: slide.querySelector(".body") }))
    .filter(({ sheet }) => getComputedStyle(sheet).overflow === "hidden");
  for (const { sheet, body } of tight) {
    let size = parseFloat(body.style.fontSize) || 1;
    while (sheet.scrollHeight > sheet.clientHeight + 1 && size > 0.3) {
      size *= 0.95;
      body.style.fontSize = `${size}em`;
    }
  }
}

// -- the presenter's window: this slide, what is said of it, the next one, the time

function openPresenter() {
  presenter = window.open("", "bpreport-presenter", "width=1100,height=700");
  if (!presenter) return;
  const inside = presenter.document;
  inside.title = document.title;
  inside.documentElement.lang = root.lang;
  inside.documentElement.className = "html presenting";
  inside.head.replaceChildren(
    ...[...document.querySelectorAll("style")].map((style) => inside.importNode(style, true)),
  );
  const frame = document.getElementById("presenter").content;
  inside.body.replaceChildren(inside.importNode(frame, true));
  inside.addEventListener("keydown", onKey);
  const begun = Date.now();
  presenter.setInterval(() => {
    const minutes = Math.floor((Date.now() - begun) / 60000);
    const clock = inside.querySelector(".clock");
    clock.textContent = `${new Date().toLocaleTimeString(root.lang)} · ${minutes} min`;
  }, 1000);
  fillPresenter();
}

function fillPresenter() {
  if (!presenter || presenter.closed) return;
  const inside = presenter.document;
  const copy = (element) => inside.importNode(element, true);
  inside.querySelector(".now").replaceChildren(copy(slides[current]));
  inside.querySelector(".said").replaceChildren(copy(notesOf(slides[current])));
  const next = inside.querySelector(".next");
  next.replaceChildren(next.firstElementChild, ...slides.slice(current + 1, current + 2).map(copy));
}

// -- keys, buttons, touch

const actions = {
  back: () => show(current - 1),
  forward: () => show(current + 1),
  first: () => show(0),
  last: () => show(slides.length - 1),
  overview: () => toggled("overview"),
  page: () => toggled("page"),
  notes: toggleNotes,
  presenter: openPresenter,
  screen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
  open: () => root.dataset.mode === "overview" && setMode("show"),
  escape: () => root.dataset.mode !== "page" && toggled("overview"),
};

const keys = {
  ArrowRight: "forward", ArrowDown: "forward", PageDown: "forward", " ": "forward",
  ArrowLeft: "back", ArrowUp: "back", PageUp: "back", Backspace: "back",
  Home: "first", End: "last", Enter: "open", Escape: "escape",
  o: "overview", n: "notes", p: "presenter", f: "screen", a: "page",
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const onButton = event.target.closest?.("button, a");
  if (onButton && (event.key === " " || event.key === "Enter")) return;
  let action = keys[event.key] ?? keys[event.key.toLowerCase()];
  if (event.key === " " && event.shiftKey) action = "back";
  // A page that is scrolled keeps the keys that scroll it.
  if (!action || (root.dataset.mode === "page" && !["page", "overview", "notes", "presenter", "screen"].includes(action))) return;
  event.preventDefault();
  actions[action]();
}

document.addEventListener("keydown", onKey);
controls.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]();
});
document.getElementById("slides").addEventListener("click", (event) => {
  const slide = event.target.closest(".slide");
  if (root.dataset.mode !== "overview" || !slide) return;
  event.preventDefault();
  current = slides.indexOf(slide);
  setMode("show");
});

let touched = null;
document.addEventListener("touchstart", (event) => {
  touched = event.touches.length === 1 ? event.touches[0] : null;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!touched || root.dataset.mode !== "show") return;
  const across = event.changedTouches[0].clientX - touched.clientX;
  const down = event.changedTouches[0].clientY - touched.clientY;
  if (Math.abs(across) > 50 && Math.abs(across) > 2 * Math.abs(down)) show(current + (across < 0 ? 1 : -1));
}, { passive: true });

// A link to a slide, or to a footnote on one.
function follow() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const slide = target && target.closest(".slide");
  if (slide) show(slides.indexOf(slide));
}
addEventListener("hashchange", follow);

// -- begin: play on a wide screen, a page to scroll on a phone

controls.hidden = false;
document.fonts.ready.then(fit);
fit();
root.dataset.mode = matchMedia("(min-width: 48rem)").matches ? "show" : "page";
follow();
setMode(root.dataset.mode);
