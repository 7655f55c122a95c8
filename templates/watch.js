// Shows the newest report. A new one is loaded out of sight, scrolled to where the old one is, and
// then put in its place, so that nothing flickers.

const frames = document.getElementById("frames");
const alert = document.querySelector("[role=alert]");
const words = document.body.dataset;
let shown = null;
let version = 0;

// The thing nearest to the top of the window that has a name, and how far from the top it is.
function placeIn(view) {
  let best = { id: "", top: 0, y: view.scrollY };
  let least = Infinity;
  for (const element of view.document.querySelectorAll("main [id]")) {
    const { top, height } = element.getBoundingClientRect();
    if (height && Math.abs(top) < least) {
      least = Math.abs(top);
      best = { id: element.id, top, y: view.scrollY };
    }
  }
  return best;
}

function goTo(view, { id, top, y }) {
  const element = id && view.document.getElementById(id);
  view.scrollTo({ top: y, behavior: "instant" });
  if (element) view.scrollBy({ top: element.getBoundingClientRect().top - top, behavior: "instant" });
}

function load(number) {
  for (const late of frames.querySelectorAll(".coming")) late.remove();
  const coming = document.createElement("iframe");
  coming.className = "coming";
  coming.title = words.title;
  coming.src = `/report?${number}`;
  coming.addEventListener("load", () => {
    if (!coming.isConnected) return;
    if (shown) {
      const hadFocus = document.activeElement === shown;
      goTo(coming.contentWindow, placeIn(shown.contentWindow));
      if (hadFocus) coming.contentWindow.focus();
      shown.remove();
    }
    frames.querySelector(".waiting")?.remove();
    coming.className = "";
    shown = coming;
    document.title = coming.contentDocument.title;
    document.documentElement.dataset.version = number;
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
