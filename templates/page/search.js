// Search by symbol, as it is typed in LaTeX or read on the page, or by a printed number.

const MOST = 40;

/** One way to write a symbol: w_7, w_{7}, \mathrm{w}_7 and w7 are the same. */
function normal(text) {
  return text
    .replace(/\\(?:mathrm|mathbf|text|operatorname|left|right|,|;|!)/g, "")
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
  const tests = [
    (key, n) => key === wanted && n === 0,
    (key) => key === wanted,
    (key) => key.startsWith(wanted),
    (key) => key.includes(wanted),
  ];
  for (const [rank, test] of tests.entries()) {
    const place = keys.findIndex(test);
    if (place >= 0) return { rank, place };
  }
  return { rank: tests.length, place: -1 };
}

const LETTERS = { partial: "∂", theta: "θ", alpha: "α", eta: "η", Delta: "Δ", delta: "δ", sigma: "σ", omega: "ω", nabla: "∇" };

/** A symbol as text with its subscripts and superscripts. */
function typeset(symbol) {
  const text = symbol.replace(/\\([a-zA-Z]+) ?/g, (_, name) => LETTERS[name] ?? `${name} `);
  return text.split(/([_^](?:\{[^{}]*\}|[^\s{}]))/).map((piece) => {
    const script = /^([_^])\{?([^{}]*)\}?$/.exec(piece);
    if (!script) return piece.replace(/[{}]/g, "");
    const made = document.createElement(script[1] === "_" ? "sub" : "sup");
    made.textContent = script[2];
    return made;
  });
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
    return this.entries;
  }

  search() {
    const wanted = normal(this.input.value);
    if (!wanted) return this.close();
    const found = this.index()
      .map((entry) => ({ entry, ...best(entry.keys, wanted) }))
      .filter(({ place }) => place >= 0)
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
    name.append(...typeset(entry.names[place]));
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
    location.hash = element.id;
    const target = element.querySelector(".verdict .badge") ?? element;
    if (target === element) element.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
    const centre = () => element.scrollIntoView({ block: "center" });
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
