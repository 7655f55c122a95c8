// The table of contents follows the reader, and opens over the page where the screen is narrow.

class Contents {
  constructor(edition) {
    this.edition = edition;
    this.nav = edition.querySelector(".contents");
    this.opener = edition.querySelector(".open-contents");
    this.marked = null;
    this.gather();
    this.opener.addEventListener("click", () => this.toggle());
    this.nav.addEventListener("click", (event) => event.target.closest("a") && this.toggle(false));
    edition.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.nav.classList.contains("open")) return;
      this.toggle(false);
      this.opener.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!this.nav.contains(event.target) && event.target !== this.opener) this.toggle(false);
    });
  }

  gather() {
    this.links = [...this.nav.querySelectorAll("a")];
    this.targets = this.links.map((link) => document.getElementById(link.getAttribute("href").slice(1)));
  }

  toggle(open = !this.nav.classList.contains("open")) {
    this.nav.classList.toggle("open", open);
    this.opener.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.reveal();
    (this.marked ?? this.links[0])?.focus({ preventScroll: true });
  }

  /** Mark the last section that has begun. */
  follow() {
    // Open, it has left its place at the top of the page, which moves what it marks.
    if (this.edition.hidden || this.nav.matches(".open")) return;
    const line = window.innerHeight / 4;
    let found = null;
    this.targets.forEach((target, n) => {
      if (target.getClientRects().length && target.getBoundingClientRect().top <= line) found = this.links[n];
    });
    if (found === this.marked) return;
    this.marked?.removeAttribute("aria-current");
    found?.setAttribute("aria-current", "location");
    this.marked = found;
    this.reveal();
  }

  /** The marked link within the nav's own box; the page stays where it is. */
  reveal() {
    if (!this.marked || getComputedStyle(this.nav).position !== "fixed") return;
    const [box, link] = [this.nav.getBoundingClientRect(), this.marked.getBoundingClientRect()];
    if (link.top < box.top + 48 || link.bottom > box.bottom - 48) {
      this.nav.scrollTop += link.top - box.top - box.height / 3;
    }
  }
}

const all = [...document.querySelectorAll(".edition")].map((edition) => new Contents(edition));
let waiting = false;

function follow() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const contents of all) contents.follow();
  });
}

for (const event of ["scroll", "resize"]) window.addEventListener(event, follow, { passive: true });
for (const event of ["edition", "filtered"]) document.addEventListener(event, follow);
// What comes near is laid out after the scroll, and moves what stands below it.
new ResizeObserver(follow).observe(document.body);
follow();

// A box that need not scroll need not stop who goes by keyboard. What is far away is not laid out,
// and so is looked at when it comes near. Formulas whose numbers can be walked through always stop.
const near = new Set();

function reach(box) {
  if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
  else if (box !== document.activeElement) box.removeAttribute("tabindex");
}

const nearing = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      near[isIntersecting ? "add" : "delete"](target);
      if (isIntersecting) reach(target);
    }
  },
  { rootMargin: "50%" },
);
function observe() {
  for (const box of document.querySelectorAll(".formula:not(.pointed), .scroll, .picture")) nearing.observe(box);
}
observe();
document.addEventListener("renewed", () => {
  for (const contents of all) contents.gather();
  observe();
  follow();
});
window.addEventListener("resize", () => near.forEach(reach), { passive: true });
