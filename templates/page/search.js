// Search by symbol, as it is typed in LaTeX or read on the page, by a printed number, or by words.

const MOST = 40;
const AROUND = 40; // Letters on either side of the words that are found in a sentence.
const HAN = /[\u3400-\u9fff]/;
const HEADINGS = "main :is(h2, h3, h4)";
const SENTENCES = "tr.claim .what, .findings li, .slide .prose :is(p, li), .widget > p, main figcaption";

/** One way to write a symbol: w_7, w_{7}, \mathrm{w}_7 and w7 are the same, so far as it is typed. */
function normal(text) {
  return text
    .replace(/\\[dt]?frac\s*\{(.*?)\}\s*(?=\{)/g, "$1/")
    .replace(/\\(?:mathrm|mathbf|mathit|boldsymbol|text|operatorname|[dt]?frac|left|right|,|;|!)/g, "")
    .replace(/−/g, "-")
    .replace(/[∂𝜕]/g, "partial")
    .replace(/[θϑ]/g, "theta")
    .replace(/[α]/g, "alpha")
    .replace(/[ηΔδσω]/g, (letter) => ({ η: "eta", Δ: "delta", δ: "delta", σ: "sigma", ω: "omega" })[letter])
    .replace(/[\\{}_^\s]/g, "")
    .toLowerCase();
}

/** Which of the keys fits best, and how well; what an entry is about comes before the rest. */
function best(keys, wanted) {
  const parts = wanted.split("/");
  const tests = [
    (key, n) => key === wanted && n === 0,
    (key) => key === wanted,
    (key) => key.startsWith(wanted),
    // ∂E/∂w_7 is the slope of E_total as well.
    (key) => parts.length === 2 && key.startsWith(parts[0]) && key.endsWith(`/${parts[1]}`),
    (key) => key.includes(wanted),
  ];
  for (const [rank, test] of tests.entries()) {
    const place = keys.findIndex(test);
    if (place >= 0) return { rank, place };
  }
  return { rank: tests.length, place: -1 };
}

/** Words to be compared: "learning rate" is in "Learning-rate lab". */
const words = (text) => normal(text).replace(/[-‐–]/g, "");

/** How well a heading or a sentence fits: a heading comes after the symbol itself, a sentence last. */
function fit({ heading, texts }, wanted, typed) {
  if (!texts.some((text) => text.includes(words(wanted)))) return -1;
  if (heading) return wanted.length > 1 ? 1.5 : -1;
  const spoken = !/[\\_^{}\d]/.test(typed) && wanted.length > (HAN.test(wanted) ? 1 : 2);
  return spoken ? 9 : -1;
}

/** A sentence around the words that are looked for. */
function snippet(text, typed) {
  const plain = text.replace(/\s+/g, " ").trim();
  const at = Math.max(plain.toLowerCase().indexOf(typed.trim().toLowerCase()), 0);
  const [from, to] = [Math.max(at - AROUND, 0), at + typed.length + AROUND];
  return `${from ? "…" : ""}${plain.slice(from, to)}${to < plain.length ? "…" : ""}`;
}

class Search {
  constructor(edition) {
    this.edition = edition;
    this.input = edition.querySelector(".search input");
    this.list = edition.querySelector(".found");
    this.status = edition.querySelector(".search .count");
    this.entries = null;
    this.active = -1;
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("focus", () => this.input.value && this.search());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.go(option);
    });
    this.input.addEventListener("blur", () => this.close());
    document.addEventListener("renewed", () => (this.entries = null));
  }

  /** What can be found; made when it is first wanted. */
  index() {
    if (this.entries) return this.entries;
    const stages = new Map();
    const title = (element) => {
      const section = element.closest("section.stage, article.slide");
      if (!stages.has(section)) stages.set(section, section?.querySelector("h3, h4")?.textContent ?? "");
      return stages.get(section);
    };
    this.entries = [...this.edition.querySelectorAll("[data-symbols]")].map((element) => {
      const symbols = element.dataset.symbols.split(" ; ").filter(Boolean);
      const printed = element.querySelector("td.number")?.lastChild?.textContent.trim() ?? "";
      return {
        element,
        printed,
        title: title(element),
        names: printed ? [...symbols, printed] : symbols,
        keys: (printed ? [...symbols, printed] : symbols).map(normal),
        badge: element.querySelector(".verdict .badge"),
      };
    });
    this.passages = [
      ...[...this.edition.querySelectorAll(HEADINGS)].map((element) => this.heading(element)),
      ...[...this.edition.querySelectorAll(SENTENCES)].map((sentence) => {
        const element = sentence.closest("tr.claim") ?? sentence;
        const text = sentence.textContent;
        return { element, text, texts: [words(text)], title: title(element), badge: element.querySelector(".verdict .badge") };
      }),
    ];
    return this.entries;
  }

  /** A heading, found in every language of the page. */
  heading(element) {
    const place = element.closest("[id]");
    const others = place?.querySelector("h2, h3, h4") === element ? [...document.querySelectorAll(".edition")] : [];
    const prefix = (edition) => edition.querySelector(".tools").dataset.prefix;
    const name = place?.id.slice(prefix(this.edition).length);
    const foreign = others
      .filter((edition) => edition !== this.edition)
      .map((edition) => document.getElementById(prefix(edition) + name)?.querySelector("h2, h3, h4")?.textContent ?? "");
    const text = element.textContent;
    const above = element.closest("section.example")?.querySelector("h3")?.textContent ?? "";
    return { element: place ?? element, heading: true, text, texts: [text, ...foreign].map(words), title: above === text ? "" : above };
  }

  search() {
    const wanted = normal(this.input.value);
    if (!wanted) return this.close();
    const found = this.index()
      .map((entry) => ({ entry, ...best(entry.keys, wanted) }))
      .filter(({ place }) => place >= 0)
      .concat(
        this.passages
          .map((entry) => ({ entry, rank: fit(entry, wanted, this.input.value) }))
          .filter(({ rank }) => rank >= 0),
      )
      .sort((one, other) => one.rank - other.rank);
    this.list.replaceChildren(
      ...found.slice(0, MOST).map(({ entry, place }, n) => this.option(entry, place, n)),
    );
    this.tell(found.length);
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.activate(found.length ? 0 : -1);
  }

  option(entry, place, n) {
    const option = document.createElement("div");
    option.id = `${this.list.id}-${n}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.entry = entry;
    const name = document.createElement("b");
    if (entry.text) name.textContent = entry.heading ? entry.text : snippet(entry.text, this.input.value);
    else name.append(...typeset(entry.names[place]));
    if (entry.printed && entry.names[place] !== entry.printed && place === 0) name.append(` = ${entry.printed}`);
    const where = document.createElement("span");
    where.textContent = entry.title;
    option.append(name, " ");
    if (entry.badge) {
      const badge = document.createElement("i");
      badge.className = entry.badge.className;
      badge.textContent = entry.badge.textContent;
      option.append(badge, " ");
    }
    option.append(where);
    return option;
  }

  tell(count) {
    const name = count ? "claims" : "nothing";
    const text = this.edition.querySelector(`.search template[data-text="${name}"]`).content.textContent;
    this.status.textContent = text.replace("{count}", count);
    this.status.classList.toggle("unseen", count > 0);
  }

  activate(n) {
    const options = [...this.list.children];
    options[this.active]?.setAttribute("aria-selected", "false");
    this.active = options.length ? (n + options.length) % options.length : -1;
    const option = options[this.active];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  pressed(event) {
    const options = this.list.children;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) return this.search();
      this.activate(this.active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && options[this.active]) {
      event.preventDefault();
      this.go(options[this.active]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (this.list.hidden) this.input.value = "";
      this.close();
    }
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = "";
    this.active = -1;
  }

  /** To the claim or the solution, and the keyboard with it. */
  go(option) {
    const { element } = option.entry;
    this.close();
    element.closest("details:not([open])")?.setAttribute("open", "");
    if (element.id) location.hash = element.id;
    const target = element.querySelector(".verdict .badge") ?? element;
    if (target === element) element.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
    const centre = () => element.scrollIntoView({ block: option.entry.heading ? "start" : "center" });
    centre();
    // What has come near is laid out in the next frame, and may be of another height than guessed.
    requestAnimationFrame(() => requestAnimationFrame(centre));
  }
}

const searches = [...document.querySelectorAll(".edition")].map((edition) => new Search(edition));

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  searches.find((search) => !search.edition.hidden).input.focus();
});
