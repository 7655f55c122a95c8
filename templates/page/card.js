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
    for (const trigger of edition.querySelectorAll(TRIGGERS)) this.prepare(trigger);
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
  }

  /** A number becomes a button; of those in one formula the first is in the order of tabs. */
  prepare(trigger) {
    if (trigger.matches("a")) return;
    const formula = trigger.closest(".formula, math");
    const first = !formula || formula.querySelector("[data-claim]") === trigger;
    trigger.setAttribute("role", "button");
    trigger.setAttribute("tabindex", first ? "0" : "-1");
    trigger.setAttribute("aria-haspopup", "dialog");
    trigger.setAttribute("aria-expanded", "false");
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
    if (this.box.matches(":popover-open")) this.box.hidePopover();
    this.forget();
    this.trigger = trigger;
    if (!trigger.matches("a")) trigger.setAttribute("aria-expanded", "true");
    this.box.replaceChildren(this.content(row, trigger));
    this.box.showPopover();
    this.place();
  }

  content(row, trigger) {
    const made = this.parts.cloneNode(true);
    const part = (name) => made.querySelector(`.${name}`);
    const clones = (source) => [...source.childNodes].map((node) => node.cloneNode(true));
    const badge = row.querySelector(".verdict .badge").cloneNode(true);
    for (const name of ["role", "tabindex", "aria-haspopup", "aria-expanded"]) badge.removeAttribute(name);
    part("verdict").append(badge);
    part("place").textContent = row.dataset.place;
    part("what").append(...clones(row.querySelector(".what")));
    for (const anchor of part("what").querySelectorAll("[id]")) anchor.remove();
    const [printed, exact] = [...row.querySelectorAll("td.number")].map((cell) => {
      const words = cell.querySelector("small")?.textContent ?? "";
      return cell.textContent.slice(words.length).trim();
    });
    for (const [name, value] of [["printed", printed], ["exact", row.dataset.exact ?? exact]]) {
      if (value) part(name).querySelector("dd").textContent = value;
      else part(name).remove();
    }
    const derivation = row.querySelector("td.number a");
    if (derivation) part("derivation").href = derivation.getAttribute("href");
    else part("derivation").remove();
    const inside = row.contains(trigger);
    if (inside) part("row").remove();
    else part("row").href = `#${row.id}`;
    if (inside && !derivation) part("links").remove();
    part("close").addEventListener("click", () => this.close());
    return made;
  }

  /** Below the number where there is room, else above it. */
  place() {
    if (!this.trigger || !this.box.matches(":popover-open")) return;
    const at = this.trigger.getBoundingClientRect();
    if (at.bottom < 0 || at.top > window.innerHeight) return this.box.hidePopover();
    const { width, height } = this.box.getBoundingClientRect();
    const below = at.bottom + 8 + height <= window.innerHeight || at.top < height + 16;
    const left = Math.min(at.left, window.innerWidth - width - 8);
    this.box.style.left = `${Math.max(8, left)}px`;
    this.box.style.top = `${Math.max(8, below ? at.bottom + 8 : at.top - height - 8)}px`;
  }

  close() {
    const trigger = this.trigger;
    this.box.hidePopover();
    trigger?.focus({ preventScroll: true });
    clearTimeout(this.timer);
    // Focus that comes back would show the card again.
    if (this.box.matches(":popover-open")) this.box.hidePopover();
  }

  forget() {
    if (this.trigger && !this.trigger.matches("a")) this.trigger.setAttribute("aria-expanded", "false");
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
      if (!held && this.box.matches(":popover-open")) this.box.hidePopover();
    }, GRACE);
  }

  focused(event) {
    const trigger = event.target.closest(TRIGGERS);
    if (trigger && trigger === event.target && trigger.matches(":focus-visible")) this.show(trigger);
  }

  blurred(event) {
    if (event.target !== this.trigger || this.box.contains(event.relatedTarget)) return;
    if (event.relatedTarget) this.box.hidePopover();
  }

  clicked(event) {
    if (event.target.closest(".card a")) return this.box.hidePopover();
    const trigger = event.target.closest(TRIGGERS);
    if (!trigger || trigger.matches("a")) return;
    trigger.focus({ preventScroll: true });
    this.show(trigger);
  }

  pressed(event) {
    if (event.key === "Escape" && this.box.contains(document.activeElement)) {
      event.preventDefault();
      return this.close();
    }
    const trigger = event.target.closest?.(TRIGGERS);
    if (!trigger || trigger !== event.target || trigger.matches("a")) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.show(trigger);
      this.box.querySelector("a, button")?.focus({ preventScroll: true });
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      this.walk(trigger, event);
    }
  }

  /** Arrows go from number to number of a formula. */
  walk(trigger, event) {
    const formula = trigger.closest(".formula, math");
    if (!formula) return;
    const numbers = [...formula.querySelectorAll("[data-claim]")];
    const next = numbers[numbers.indexOf(trigger) + (event.key === "ArrowRight" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    trigger.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }
}

for (const edition of document.querySelectorAll(".edition")) new Card(edition);
