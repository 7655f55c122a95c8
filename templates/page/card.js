// The card of a number: what the audit says of it, where it is pointed at, focused or tapped.

const TRIGGERS = "[data-claim], .places a, .claim .verdict .badge";
const DELAY = 120;
const GRACE = 250;

class Card {
  constructor(edition) {
    this.edition = edition;
    this.prefix = edition.querySelector(".tools").dataset.prefix;
    this.box = edition.querySelector(".card");
    this.parts = edition.querySelector("template.card-parts").content;
    this.trigger = null;
    this.timer = 0;
    this.hiding = false;
    this.prepareAll();
    edition.addEventListener("pointerover", (event) => this.pointed(event));
    edition.addEventListener("pointerout", (event) => this.left(event));
    edition.addEventListener("focusin", (event) => this.focused(event));
    edition.addEventListener("focusout", (event) => this.blurred(event));
    edition.addEventListener("click", (event) => this.clicked(event));
    edition.addEventListener("keydown", (event) => this.pressed(event));
    this.box.addEventListener("toggle", (event) => {
      if (event.newState === "closed") this.forget();
    });
    window.addEventListener("scroll", () => this.place(), { capture: true, passive: true });
    document.addEventListener("renewed", () => this.renew());
  }

  prepareAll() {
    for (const trigger of this.edition.querySelectorAll(TRIGGERS)) this.prepare(trigger);
  }

  /** What the page says has changed, and with it what an open card says. */
  renew() {
    this.prepareAll();
    const trigger = this.trigger;
    const row = trigger?.isConnected && this.row(trigger);
    if (row) this.box.replaceChildren(this.content(row, trigger));
    else this.hide();
  }

  /** A number in text becomes a button. Those in a formula cannot, since a formula is one thing to
   * a screen reader: the formula takes the focus, and arrows go from number to number. */
  prepare(trigger) {
    if (trigger.matches("a")) return;
    const formula = trigger.closest("math");
    if (!formula) {
      trigger.setAttribute("role", "button");
      trigger.setAttribute("tabindex", "0");
      trigger.setAttribute("aria-haspopup", "dialog");
      return;
    }
    const box = formula.closest(".formula");
    if (!box || box.matches(".pointed")) return;
    box.classList.add("pointed");
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", this.edition.querySelector(".tools").dataset.formula);
  }

  row(trigger) {
    const id = trigger.dataset.claim
      ? `${this.prefix}claim-${trigger.dataset.claim}`
      : trigger.getAttribute("href")?.slice(1);
    const target = id ? document.getElementById(id) : trigger;
    return target?.closest("tr.claim");
  }

  show(trigger) {
    clearTimeout(this.timer);
    const row = this.row(trigger);
    if (!row || (this.trigger === trigger && this.box.matches(":popover-open"))) return;
    this.hide();
    this.forget();
    this.trigger = trigger;
    trigger.classList.add("looked-at");
    this.box.replaceChildren(this.content(row, trigger));
    this.box.showPopover();
    this.place();
  }

  content(row, trigger) {
    const made = this.parts.cloneNode(true);
    const part = (name) => made.querySelector(`.${name}`);
    const clones = (source) => [...source.childNodes].map((node) => node.cloneNode(true));
    const badge = row.querySelector(".verdict .badge").cloneNode(true);
    for (const name of ["role", "tabindex", "aria-haspopup"]) badge.removeAttribute(name);
    badge.classList.remove("looked-at");
    part("verdict").append(badge);
    part("place").textContent = row.dataset.place;
    part("what").append(...clones(row.querySelector(".what")));
    for (const anchor of part("what").querySelectorAll("[id]")) anchor.remove();
    const { printed, exact, derivation, name = "" } = this.told(row, trigger);
    part("name").querySelector("dd").append(...typeset(name));
    for (const [label, value] of Object.entries({ name, printed, exact })) {
      if (!value) part(label).remove();
      else if (value !== name) part(label).querySelector("dd").textContent = value;
    }
    if (derivation) part("derivation").href = derivation;
    else part("derivation").remove();
    const inside = row.contains(trigger);
    if (inside) part("row").remove();
    else part("row").href = `#${row.id}`;
    if (inside && !derivation) part("links").remove();
    part("close").addEventListener("click", () => this.close());
    return made;
  }

  /** What is known of a number: of one in a formula by itself, else by its row. */
  told(row, trigger) {
    const [printed, exact] = [...row.querySelectorAll("td.number")].map((cell) => {
      const words = cell.querySelector("small")?.textContent ?? "";
      return cell.textContent.slice(words.length).trim();
    });
    const link = row.querySelector("td.number a")?.getAttribute("href");
    if (!trigger.closest("math")) return { printed, exact: row.dataset.exact ?? exact, derivation: link };
    const own = trigger.dataset;
    return {
      printed: own.name ? trigger.textContent : printed || trigger.textContent,
      exact: own.exact,
      derivation: own.derivation ? `#${this.prefix}${own.derivation}` : link,
      name: own.name,
    };
  }

  /** Below the number where there is room, else above it. */
  place() {
    if (!this.trigger || !this.box.matches(":popover-open")) return;
    const at = this.trigger.getBoundingClientRect();
    // A little out of sight may be a page that still finds its layout; far is a reader who left.
    if (Math.abs(at.top - window.innerHeight / 2) > window.innerHeight) return this.hide();
    const { width, height } = this.box.getBoundingClientRect();
    const room = window.innerHeight - height - 8;
    const below = at.bottom + 8 <= room || at.top < height + 16;
    const left = Math.min(at.left, window.innerWidth - width - 8);
    this.box.style.left = `${Math.max(8, left)}px`;
    this.box.style.top = `${Math.max(8, Math.min(below ? at.bottom + 8 : at.top - height - 8, room))}px`;
  }

  /** Focus that moves meanwhile neither shows the card again nor hides it twice. */
  hide(after = () => {}) {
    clearTimeout(this.timer);
    if (this.hiding || !this.box.matches(":popover-open")) return;
    this.hiding = true;
    this.box.hidePopover();
    after();
    this.hiding = false;
  }

  close() {
    const trigger = this.trigger;
    this.hide(() => (trigger?.closest(".formula.pointed") ?? trigger)?.focus({ preventScroll: true }));
  }

  forget() {
    this.trigger?.classList.remove("looked-at");
    this.trigger = null;
  }

  pointed(event) {
    if (event.pointerType !== "mouse") return;
    if (this.box.contains(event.target)) return clearTimeout(this.timer);
    const trigger = event.target.closest(TRIGGERS);
    if (!trigger) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(trigger), DELAY);
  }

  left(event) {
    if (event.pointerType !== "mouse") return;
    if (!event.target.closest(TRIGGERS) && !this.box.contains(event.target)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const held = this.box.contains(document.activeElement) || document.activeElement === this.trigger;
      if (!held) this.hide();
    }, GRACE);
  }

  focused(event) {
    if (!this.hiding && event.target.matches(TRIGGERS) && event.target.matches(":focus-visible")) this.show(event.target);
  }

  blurred(event) {
    if (!this.trigger || !event.target.contains(this.trigger) || this.box.contains(event.relatedTarget)) return;
    if (event.relatedTarget) this.hide();
  }

  clicked(event) {
    if (event.target.closest(".card a")) return this.hide();
    const trigger = event.target.closest(TRIGGERS);
    if (!trigger || trigger.matches("a")) return;
    this.show(trigger);
  }

  pressed(event) {
    if (event.key === "Escape" && this.box.contains(document.activeElement)) {
      event.preventDefault();
      return this.close();
    }
    const formula = event.target.matches(".formula.pointed");
    if (formula && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      this.walk(event.target, event);
    } else if (event.key === "Enter" || event.key === " ") {
      if (event.target.matches(TRIGGERS) && !event.target.matches("a")) this.show(event.target);
      else if (!formula || !event.target.contains(this.trigger)) return;
      event.preventDefault();
      (this.box.querySelector(".links a") ?? this.box.querySelector(".close")).focus({ preventScroll: true });
    }
  }

  /** Arrows go from number to number of a formula. */
  walk(formula, event) {
    const numbers = [...formula.querySelectorAll("[data-claim]")];
    const forward = event.key === "ArrowRight";
    const place = numbers.indexOf(this.trigger);
    const next = place < 0 ? numbers.at(forward ? 0 : -1) : numbers[place + (forward ? 1 : -1)];
    event.preventDefault();
    if (!next) return;
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.show(next);
  }
}

for (const edition of document.querySelectorAll(".edition")) new Card(edition);
