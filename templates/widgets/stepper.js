// The network stepper: shows one step at a time, lights its path and writes the slopes beside it.

const PAUSE = 4500; // Milliseconds for each step while it plays: time to read two sentences.

class Stepper {
  constructor(root, { steps, lines }) {
    this.root = root;
    this.steps = steps;
    this.lines = lines;
    this.step = 0;
    this.find = (name) => root.querySelector(name);
    this.texts = [...root.querySelectorAll(".list li")];
    this.drawings = [...root.querySelectorAll(".network")].map((drawing) => ({
      factors: drawing.querySelector(".factors"),
      places: byData(drawing, "place"),
      labels: byData(drawing, "label"),
      values: byData(drawing, "value"),
    }));
    this.given = new Map();
    for (const [place, element] of this.drawings[0].values) this.given.set(place, element.textContent);
    this.computed = new Set(this.steps.filter((step) => step.found).map((step) => step.focus));
    this.find(".list").open = false;
    this.find(".bench").hidden = false;
    this.listen();
    this.show(0);
  }

  listen() {
    const last = this.steps.length - 1;
    const buttons = { first: () => 0, back: () => this.step - 1, forward: () => this.step + 1, last: () => last };
    for (const [name, place] of Object.entries(buttons)) {
      this.find(`.${name}`).addEventListener("click", () => this.go(place()));
    }
    for (const button of this.root.querySelectorAll(".chapters button")) {
      button.addEventListener("click", () => this.go(Number(button.dataset.step)));
    }
    this.find(".slider").addEventListener("input", (event) => this.go(event.target.valueAsNumber));
    this.find(".play").addEventListener("click", () => this.play(!this.timer));
    const keys = {
      ArrowRight: () => this.go(this.step + 1),
      ArrowLeft: () => this.go(this.step - 1),
      Home: () => this.go(0),
      End: () => this.go(last),
      p: () => this.play(!this.timer),
    };
    this.root.addEventListener("keydown", (event) => {
      const own = event.target.matches("input, summary"); // The slider has keys of its own.
      if (own || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  /** Go to a step because the reader said so, which ends the playing. */
  go(step) {
    this.play(false);
    this.show(step);
  }

  play(on) {
    clearInterval(this.timer);
    this.timer = null;
    if (on) {
      if (this.step === this.steps.length - 1) this.show(0);
      this.timer = setInterval(() => {
        this.show(this.step + 1);
        if (this.step === this.steps.length - 1) this.play(false);
      }, PAUSE);
    }
    this.find(".play").setAttribute("aria-pressed", String(Boolean(this.timer)));
  }

  show(step) {
    const last = this.steps.length - 1;
    this.step = Math.min(Math.max(step, 0), last);
    const text = sentence(this.root, "count", { number: this.step + 1, all: last + 1 });
    this.find(".count").textContent = text;
    const slider = this.find(".slider");
    slider.value = this.step;
    slider.setAttribute("aria-valuetext", text);
    this.disable(".first, .back", this.step === 0);
    this.disable(".forward, .last", this.step === last);
    const chapters = [...this.root.querySelectorAll(".chapters button")];
    const current = chapters.findLast((button) => Number(button.dataset.step) <= this.step);
    for (const button of chapters) {
      if (button === current) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    this.find(".text").replaceChildren(...clones(this.texts[this.step].querySelectorAll("span")));
    this.find(".computation").replaceChildren(...clones(this.lines[this.step].childNodes));
    // The lines are told in the words of the page's first language; in another the MathML speaks.
    const first = this.root.closest(".edition") === document.querySelector("body > .edition");
    if (!first) this.find(".computation math")?.removeAttribute("aria-label");
    if (this.steps[this.step].carried) {
      const mark = Object.assign(document.createElement("abbr"), { title: sentence(this.root, "carried") });
      mark.textContent = "†";
      this.find(".computation").append(mark);
    }
    this.colour(this.steps[this.step].factors.length);
    this.find(".computation").hidden = !this.lines[this.step].childNodes.length;
    this.drawings.forEach((drawing) => this.draw(drawing));
  }

  disable(names, off) {
    for (const button of this.root.querySelectorAll(names)) {
      // A button that has the focus keeps it: a disabled one would lose it.
      button.setAttribute("aria-disabled", String(off));
    }
  }

  /** The slopes of a product in the colours that they have on the drawing. */
  colour(count) {
    const rows = [...this.root.querySelectorAll(".computation mtr")];
    const parts = [rows[0]?.querySelectorAll("mtd:last-child mfrac"), rows[1]?.querySelectorAll("mn")];
    if (count < 2 || parts.some((part) => part?.length !== count)) return;
    for (const part of parts) part.forEach((one, number) => one.classList.add(`hue-${number % 3}`));
  }

  draw({ factors, places, labels, values }) {
    const { lit, focus, factors: slopes } = this.steps[this.step];
    for (const elements of [places, labels]) {
      for (const [place, element] of elements) {
        element.classList.toggle("lit", lit.includes(place));
        element.classList.toggle("focus", place === focus);
      }
    }
    const known = new Map();
    for (const step of this.steps.slice(0, this.step + 1)) {
      if (step.found) known.set(step.focus, step.found);
    }
    for (const [place, element] of values) {
      const initial = this.given.get(place) ?? "";
      const hidden = this.computed.has(place) && element.parentElement.matches(".box");
      element.textContent = known.get(place) ?? (hidden ? "·" : initial);
      element.classList.toggle("new", known.has(place) && !hidden);
    }
    const pills = slopes.map(([place, value], number) => {
      const at = places.get(place);
      return at ? pill(Number(at.dataset.x), Number(at.dataset.y), value, number) : "";
    });
    factors.replaceChildren(...pills);
  }
}

/** The elements below a root by the value of one of their data attributes. */
function byData(root, name) {
  return new Map([...root.querySelectorAll(`[data-${name}]`)].map((one) => [one.dataset[name], one]));
}

function clones(nodes) {
  return [...nodes].map((node) => node.cloneNode(true));
}

/** A slope as it is written on the drawing. */
function pill(x, y, value, number) {
  const width = 12 + 6.6 * value.length;
  return svg("g", { class: `pill hue-${number % 3}` },
    svg("rect", { x: x - width / 2, y: y - 9, width, height: 18, rx: 9 }),
    svg("text", { x, y: y + 4, "text-anchor": "middle" }, value));
}

/** The steps, and the formula of each as typeset by Python, which are the same in all languages. */
async function readSteps(steps, source) {
  const template = document.createElement("template");
  template.innerHTML = new TextDecoder().decode(await inflated(embedded(`${source}-lines`)));
  return { steps, lines: [...template.content.children] };
}

mountAll("stepper", (root, data) => new Stepper(root, data), readSteps);
