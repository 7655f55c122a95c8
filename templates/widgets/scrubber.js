// The iteration scrubber: the columns over the updates, and their values after any number of them.

const HUES = ["blue", "orange", "green", "purple", "rose", "olive"];
const NAME = 15; // Pixels from the name of one line to the next.
const PLACES = 8; // Of every value in the table, as in the report's other tables.

/** Columns from their packed form: whole numbers whose second differences are carried. */
async function unpacked({ places, values }, length) {
  const whole = new Int32Array(await inflated(values));
  return places.map((place, n) => {
    const column = whole.subarray(n * length, (n + 1) * length);
    for (let turn = 0; turn < 2; turn++) {
      for (let row = 1; row < length; row++) column[row] += column[row - 1];
    }
    return Array.from(column, (value) => value / 10 ** place);
  });
}

/** The data with the series of each convention as columns. */
async function readSeries(data) {
  const series = new Map();
  for (const [name, one] of Object.entries(data.series)) {
    series.set(name, await unpacked(one, data.counts.length));
  }
  return { ...data, series };
}

class Scrubber {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.find = (name) => root.querySelector(name);
    this.counts = data.counts;
    this.series = data.series;
    this.drawn = data.adopted;
    this.place = this.nearest(data.last);
    this.find(".bench").hidden = false;
    this.listen();
    onWidth(root, () => this.draw());
    this.show(this.place);
  }

  listen() {
    this.find(".slider").addEventListener("input", (event) => this.show(event.target.valueAsNumber));
    this.find(".back").addEventListener("click", () => this.show(this.place - 1));
    this.find(".forward").addEventListener("click", () => this.show(this.place + 1));
    this.find(".number").addEventListener("input", ({ target }) => {
      if (Number.isFinite(target.valueAsNumber)) this.show(this.nearest(target.valueAsNumber), target);
    });
    for (const button of this.root.querySelectorAll(".jumps button")) {
      button.addEventListener("click", () => this.show(this.nearest(Number(button.dataset.updates))));
    }
    for (const radio of this.root.querySelectorAll("input[type=radio]")) {
      radio.addEventListener("change", () => {
        this.drawn = radio.value;
        this.draw();
      });
    }
    const chart = this.find(".chart");
    const point = (event) => {
      const at = event.clientX - chart.getBoundingClientRect().left;
      this.show(this.nearest(Math.expm1(this.x.inverse(at))));
    };
    chart.addEventListener("pointerdown", (event) => {
      chart.setPointerCapture(event.pointerId);
      point(event);
    });
    chart.addEventListener("pointermove", (event) => {
      if (chart.hasPointerCapture(event.pointerId)) point(event);
    });
  }

  /** The row whose count of updates is nearest. */
  nearest(count) {
    const apart = this.counts.map((one) => Math.abs(one - count));
    return apart.indexOf(Math.min(...apart));
  }

  show(place, typed) {
    this.place = Math.min(Math.max(place, 0), this.counts.length - 1);
    const count = this.counts[this.place];
    const slider = this.find(".slider");
    slider.value = this.place;
    slider.setAttribute("aria-valuetext", String(count));
    const number = this.find(".number");
    if (number !== typed) number.value = count;
    this.find(".where .count").textContent = sentence(this.root, "count", { count });
    for (const one of this.root.querySelectorAll(".where [data-updates], table [data-updates]")) {
      one.hidden = Number(one.dataset.updates) !== count;
    }
    for (const button of this.root.querySelectorAll(".jumps button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.updates) === count));
    }
    for (const row of this.root.querySelectorAll("[data-column]")) this.fill(row);
    this.moveCursor();
  }

  fill(row) {
    const column = Number(row.dataset.column);
    const values = [];
    for (const cell of row.querySelectorAll("[data-convention]")) {
      const value = this.series.get(cell.dataset.convention)[column][this.place];
      values.push(value);
      cell.textContent = signed(value.toFixed(PLACES));
    }
    const difference = row.querySelector(".difference");
    if (difference) difference.textContent = signed((values[1] - values[0]).toFixed(PLACES));
  }

  /** Three panels above one another, on one logarithmic scale of updates. */
  draw() {
    const drawing = this.find(".chart");
    const kinds = ["out", "logarithm", "weight"].filter((kind) => this.of(kind).length);
    // Tall enough for a name at each line's end.
    const tall = (kind) => NAME * this.of(kind).length + 12;
    const heights = { out: Math.max(150, tall("out")), logarithm: 110, weight: Math.max(190, tall("weight")) };
    const height = kinds.reduce((sum, kind) => sum + heights[kind] + 30, 26);
    const width = sheet(drawing, height);
    this.box = { left: 44, right: width - 56, top: 24, bottom: height - 36 };
    const last = this.counts.at(-1);
    this.x = linear([0, Math.log1p(last)], [this.box.left, this.box.right]);
    const marks = [0, 1, 10, 100, 1000, 10000, 100000].filter((mark) => mark <= last);
    let top = this.box.top;
    for (const kind of kinds) {
      const box = { ...this.box, top, bottom: top + heights[kind] };
      const lowest = kind === kinds.at(-1);
      axes(drawing, box, (count) => this.x(Math.log1p(count)), marks.map((mark) => [mark, lowest ? String(mark) : ""]), (y) => y, []);
      this.panel(drawing, kind, box);
      top = box.bottom + 30;
    }
    const names = { x: this.box.right, y: height - 4, class: "name", "text-anchor": "end" };
    drawing.append(svg("text", names, sentence(this.root, "updates")));
    for (const count of this.data.printed) {
      const x = this.x(Math.log1p(count));
      drawing.append(svg("path", { class: "print", d: `M${x - 4},4h8l-4,7z` }));
    }
    this.cursor = svg("line", { class: "cursor", y1: 12, y2: this.box.bottom });
    this.dots = svg("g");
    drawing.append(this.cursor, this.dots);
    this.moveCursor();
  }

  /** The columns of a kind; biases stand with the weights. */
  of(kind) {
    const kinds = kind === "weight" ? ["weight", "bias"] : [kind];
    return this.data.kinds.map((one, n) => (kinds.includes(one) ? n : -1)).filter((n) => n >= 0);
  }

  panel(drawing, kind, box) {
    const columns = this.of(kind);
    const series = this.series.get(this.drawn);
    const error = kind === "logarithm";
    const all = columns.flatMap((n) => series[n]);
    if (kind === "out") all.push(...columns.map((n) => this.data.targets[n]));
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = 0.06 * (high - low) || 0.5;
    const y = linear([low - room, high + room], [box.bottom, box.top]);
    const steps = error ? ticks(low - room, high + room, 4).filter(Number.isInteger) : ticks(low, high, 5);
    axes(drawing, box, () => 0, [], y, steps.map((step) => [step, error ? power(step) : signed(String(step))]));
    const title = { out: "outputs", logarithm: "error", weight: "weights" }[kind];
    drawing.append(svg("text", { class: "name", x: box.left, y: box.top - 6 }, sentence(this.root, title)));
    const across = this.counts.map((count) => this.x(Math.log1p(count)));
    const others = [...this.series].filter(([name]) => name !== this.drawn).map(([, one]) => one);
    const ends = [];
    columns.forEach((column, n) => {
      const hue = error ? "rose" : HUES[n % HUES.length];
      const target = kind === "out" ? this.data.targets[column] : NaN;
      if (Number.isFinite(target)) {
        drawing.append(svg("line", { class: `target ${hue}`, x1: box.left, x2: box.right, y1: y(target), y2: y(target) }));
      }
      for (const other of others) {
        drawing.append(svg("polyline", { class: `line other ${hue}`, points: this.thinned(across, other[column].map(y)) }));
      }
      drawing.append(svg("polyline", { class: `line ${hue}`, points: this.thinned(across, series[column].map(y)) }));
      ends.push({ column, hue, y: y(series[column].at(-1)) });
    });
    this.label(drawing, ends, box);
    this.scales = { ...this.scales, ...Object.fromEntries(columns.map((n) => [n, y])) };
  }

  /** Neighbouring points that fall on the same pixel are drawn once. */
  thinned(xs, ys) {
    const kept = xs.map((x, n) => n).filter((n) => !n || n === xs.length - 1 || Math.round(xs[n] * 2) !== Math.round(xs[n - 1] * 2));
    return points(kept.map((n) => xs[n]), kept.map((n) => ys[n]));
  }

  /** Names at the right ends, moved apart where they would touch. */
  label(drawing, ends, box) {
    const placed = [...ends].sort((a, b) => a.y - b.y);
    spread(placed.map(({ y }) => y), NAME, box.top, box.bottom).forEach((y, n) => {
      const { column, hue } = placed[n];
      const named = this.data.kinds[column] === "logarithm" ? this.of("error")[0] : column;
      const name = this.find(`template[data-text="name-${named}"]`).content.querySelector("text").cloneNode(true);
      for (const [key, value] of Object.entries({ class: hue, x: box.right + 6, y: y + 4 })) name.setAttribute(key, value);
      drawing.append(name);
    });
  }

  moveCursor() {
    if (!this.cursor) return;
    const x = this.x(Math.log1p(this.counts[this.place]));
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    const series = this.series.get(this.drawn);
    const dots = Object.entries(this.scales).map(([column, scale]) => {
      return svg("circle", { cx: x, cy: scale(series[column][this.place]), r: 3.2 });
    });
    this.dots.replaceChildren(...dots);
  }
}

mountAll("scrubber", (root, data) => new Scrubber(root, data), readSeries);
