// The learning-rate lab. It computes as worked/descending.py does: a run of n updates is the
// first at which what the stopping rule looks at is at most the tolerance.

// An expression comes as data: a number, "x", "y", or [operation, ...operands]. Each operation is one
// row here; no text is ever run as code.
const OPERATIONS = {
  add: (...terms) => terms.reduce((a, b) => a + b),
  multiply: (...factors) => factors.reduce((a, b) => a * b),
  negative: (a) => -a,
  divide: (a, b) => a / b,
  power: (a, b) => (b === 2 ? a * a : a ** b),
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  log10: (a) => Math.log(a) / Math.log(10),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: (a) => Math.tanh(a) * ((Math.exp(a) + Math.exp(-a)) / 2),
  cosh: (a) => (Math.exp(a) + Math.exp(-a)) / 2,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(a, 0),
  identity: (a) => a,
  abs: Math.abs,
  maximum: (...values) => Math.max(...values),
  minimum: (...values) => Math.min(...values),
};

const RELATIONS = {
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "=": (a, b) => a === b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "!=": (a, b) => a !== b,
};

/** An expression as a function of x, and of y where the objective has two variables. */
function compiled(expression) {
  if (expression === "x") return (x) => x;
  if (expression === "y") return (_, y) => y;
  if (typeof expression === "number") return () => expression;
  const [name, ...rest] = expression;
  if (name === "cases") return chosen(rest);
  const operation = OPERATIONS[name];
  const operands = rest.map(compiled);
  if (operands.length === 1) return (x, y) => operation(operands[0](x, y));
  if (operands.length === 2) return (x, y) => operation(operands[0](x, y), operands[1](x, y));
  return (x, y) => operation(...operands.map((operand) => operand(x, y)));
}

function chosen(branches) {
  const rows = branches.map(([value, relation, left, right]) => {
    if (relation === undefined) return [compiled(value), () => true];
    const [low, high] = [compiled(left), compiled(right)];
    return [compiled(value), (x, y) => RELATIONS[relation](low(x, y) - high(x, y), 0)];
  });
  return (x, y) => rows.find(([, holds]) => holds(x, y))?.[0](x, y) ?? NaN;
}

/** The length of a vector. */
function norm(vector) {
  if (vector.length === 1) return Math.abs(vector[0]);
  return Math.sqrt(vector.reduce((sum, part) => sum + part * part, 0));
}

const difference = (one, other) => one.map((part, axis) => part - other[axis]);

// What each stopping rule looks at.
const MEASURES = {
  "change of objective": (run, n) => Math.abs(run.values[n] - run.values[n - 1]),
  objective: (run, n) => Math.abs(run.values[n]),
  gradient: (run, n, slopes) => norm(slopes.map((slope) => slope(...run.points[n]))),
  step: (run, n) => norm(difference(run.points[n], run.points[n - 1])),
};
MEASURES.count = MEASURES["change of objective"];

/** One run: every point, a row of its coordinates; every value; what the rule looked at; its end. */
function descend(functions, { rate, start, stop, tolerance, limit }) {
  const run = { points: [start], values: [functions.value(...start)], measures: [NaN] };
  if (!Number.isFinite(run.values[0])) return { ...run, outcome: "undefined" };
  const bound = functions.beyond * (1 + Math.abs(run.values[0]));
  for (let n = 1; n <= limit; n++) {
    const before = run.points[n - 1];
    const after = before.map((part, axis) => part - rate * functions.slopes[axis](...before));
    run.points.push(after);
    run.values.push(functions.value(...after));
    run.measures.push(MEASURES[stop](run, n, functions.slopes));
    if (!(Math.abs(run.values[n]) <= bound) || !after.every(Number.isFinite)) {
      return { ...run, outcome: "diverging" };
    }
    if (stop === "count" ? n === limit : run.measures[n] <= tolerance) {
      return { ...run, outcome: "stopped" };
    }
  }
  return { ...run, outcome: "unsettled" };
}

/** The coordinates of a point. */
const listed = (point, places) => point.map((part) => shown(part, places)).join(", ");

const CELLS = 72; // Of the grid on which lines of equal height are sought, along each axis.
const LEVELS = 11;

/** A function of two variables on a grid. */
function sampled(value, [left, right], [below, above]) {
  const [xs, ys] = [linear([0, CELLS], [left, right]), linear([0, CELLS], [below, above])];
  const counts = Array.from({ length: CELLS + 1 }, (_, n) => n);
  return { xs: counts.map(xs), ys: counts.map(ys), rows: counts.map((row) => counts.map((n) => value(xs(n), ys(row)))) };
}

/** The lines of equal height of a grid: of each level the pieces within the triangles of its cells. */
function contours({ xs, ys, rows }) {
  const heights = rows.flat().filter(Number.isFinite);
  const [least, most] = heights.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [Infinity, -Infinity]);
  const levels = Array.from({ length: LEVELS }, (_, n) => least + (most - least) * ((n + 0.5) / LEVELS) ** 3);
  return levels.map((level) => {
    const found = [];
    for (let row = 0; row < CELLS; row++) {
      for (let n = 0; n < CELLS; n++) {
        const corner = (right, up) => [xs[n + right], ys[row + up], rows[row + up][n + right] - level];
        const [one, two, three, four] = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
        for (const triangle of [[one, two, three], [one, three, four]]) {
          const ends = crossings(triangle);
          if (ends.length === 2) found.push(ends);
        }
      }
    }
    return found;
  });
}

/** Where the sides of a triangle pass through height 0. */
function crossings(corners) {
  const ends = [];
  corners.forEach(([x, y, height], n) => {
    const [otherX, otherY, other] = corners[(n + 1) % 3];
    if (height < 0 === other < 0 || !Number.isFinite(height - other)) return;
    const part = height / (height - other);
    ends.push([x + part * (otherX - x), y + part * (otherY - y)]);
  });
  return ends;
}

/** How a run goes: whether its steps turn back, or lead nowhere. */
function behaviour(run) {
  const moves = [];
  for (let n = 1; n < run.points.length; n++) {
    const move = difference(run.points[n], run.points[n - 1]);
    const size = Math.max(...move.map(Math.abs));
    if (size > 0) moves.push(move.map((part) => part / size));
  }
  const back = (move, n) => n && move.reduce((sum, part, axis) => sum + part * moves[n - 1][axis], 0) < 0;
  const turns = moves.filter(back).length;
  const gained = run.values[0] - run.values.at(-1);
  const dust = 1e-14 * Math.abs(run.values[0]);
  if (run.outcome === "undefined" || run.outcome === "diverging") return "diverging";
  if (run.outcome === "unsettled" && gained < -dust) return "diverging";
  if (moves.length && Math.abs(gained) <= dust) return "unsettled";
  if (!turns) return "monotone";
  return turns === moves.length - 1 ? "alternating" : "mixed";
}

const SCAN = 2000; // Updates after which a rate of the band is judged by where it has come to.
const BAND = 28;

class Lab {
  static made = 0;

  constructor(root, data) {
    this.root = root;
    this.number = Lab.made++; // A deck may name its examples as it likes; an id should be plain.
    this.data = data;
    this.functions = {
      value: compiled(data.value),
      slopes: data.slope.map(compiled),
      curvature: data.curvature === null ? null : compiled(data.curvature),
      beyond: data.beyond,
    };
    this.state = { ...data.presets[0] };
    this.fields = [
      { name: "rate", range: data.rates },
      ...data.starts.map((range, axis) => ({ name: "start", axis, range })),
    ];
    for (const field of this.fields) {
      const place = field.axis === undefined ? "" : `[data-axis="${field.axis}"]`;
      field.inputs = [...root.querySelectorAll(`input.${field.name}${place}`)];
      field.refused = root.querySelector(`.refused.${field.name}${place}`);
    }
    this.presets = data.presets.map((preset) => descend(this.functions, preset));
    this.listen();
    root.querySelector(".bench").hidden = false;
    onWidth(root, () => this.draw());
  }

  listen() {
    for (const field of this.fields) {
      const { low, high, step } = field.range;
      for (const input of field.inputs) {
        if (input.matches(".slider")) Object.assign(input, { min: low, max: high, step });
        input.addEventListener("input", () => this.set(field, input.valueAsNumber, input));
      }
    }
    this.root.querySelectorAll(".preset").forEach((button, place) => {
      button.hidden = false;
      button.previousElementSibling.hidden = true;
      button.addEventListener("click", () => {
        this.state = { ...this.data.presets[place] };
        for (const field of this.fields) this.refuse(field, null);
        this.draw();
      });
    });
  }

  /** What stands in a field. */
  value({ name, axis }) {
    return axis === undefined ? this.state[name] : this.state[name][axis];
  }

  set(field, value, input) {
    const accepted = Number.isFinite(value) && (field.name !== "rate" || value > 0);
    this.refuse(field, accepted ? null : input);
    if (!accepted) return;
    const start = this.state.start.map((part, axis) => (axis === field.axis ? value : part));
    this.state = field.name === "rate" ? { ...this.state, rate: value } : { ...this.state, start };
    this.draw(input);
  }

  /** Say what is accepted while a field holds something else. */
  refuse(field, input) {
    for (const one of field.inputs) one.setAttribute("aria-invalid", String(one === input));
    field.refused.textContent = input
      ? sentence(this.root, `refused-${field.name}`, { value: this.value(field) })
      : "";
  }

  draw(typed) {
    for (const field of this.fields) {
      const value = this.value(field);
      for (const input of field.inputs) {
        if (input !== typed) input.value = value;
        input.setAttribute("aria-valuetext", String(value));
      }
    }
    this.root.querySelectorAll(".preset").forEach((button, place) => {
      button.setAttribute("aria-pressed", String(this.same(this.data.presets[place])));
    });
    const run = descend(this.functions, this.state);
    this.tell(run);
    this.drawBand();
    if (this.data.starts.length > 1) this.drawContours(run);
    else this.drawCurve(run);
    this.drawConvergence(run);
  }

  /** Whether the lab stands as a run of the deck does. */
  same(preset) {
    return Object.keys(preset).every((key) => String(preset[key]) === String(this.state[key]));
  }

  tell(run) {
    const put = (name, text) => (this.root.querySelector(`.readout .${name}`).textContent = text);
    const done = run.points.length - 1;
    const ended = run.outcome === "stopped";
    let kind = ended ? behaviour(run) : run.outcome;
    if (ended && kind === "unsettled") kind = "nothing";
    this.root.dataset.behaviour = kind;
    put("count", ended ? String(done) : "–");
    put("point", ended ? listed(run.points[done]) : "–");
    put("value", ended ? shown(run.values[done]) : "–");
    this.root.querySelector(".how").textContent = sentence(this.root, `told-${kind}`, { count: done });
    const curvature = ended ? this.functions.curvature?.(...run.points[done]) : NaN;
    const factor = shown(1 - this.state.rate * curvature, 4);
    this.root.querySelector(".factor").textContent = Number.isFinite(curvature)
      ? sentence(this.root, "factor", { factor })
      : "";
  }

  /** Which rates are monotone, alternating, diverging from this start: found by trying them all. */
  regions() {
    const key = JSON.stringify([this.state.start, this.state.stop, this.state.tolerance]);
    if (this.known?.key === key) return this.known.regions;
    const { low, high, step } = this.data.rates;
    const limit = Math.min(this.state.limit, SCAN);
    const regions = [];
    for (let n = 0; low + n * step <= high + step / 2; n++) {
      const rate = Number((low + n * step).toPrecision(12));
      const kind = behaviour(descend(this.functions, { ...this.state, rate, limit }));
      const last = regions.at(-1);
      if (last?.kind === kind) last.to = rate;
      else regions.push({ kind, from: last ? last.to : low, to: rate });
    }
    this.known = { key, regions };
    return regions;
  }

  drawBand() {
    const drawing = this.root.querySelector(".band");
    const width = sheet(drawing, BAND);
    const { low, high } = this.data.rates;
    const x = linear([low, high], [8, width - 8]); // half of the slider's thumb on either side
    for (const { kind, from, to } of this.regions()) {
      const wide = x(to) - x(from);
      drawing.append(svg("rect", { class: kind, x: x(from), y: 0, width: Math.max(wide, 1), height: 6 }));
      const label = sentence(this.root, kind);
      if (wide > 6.2 * [...label].length * (label > "\u2e80" ? 2 : 1)) {
        drawing.append(
          svg("text", { class: kind, x: (x(from) + x(to)) / 2, y: 21, "text-anchor": "middle" }, label),
        );
      }
    }
    for (const preset of this.data.presets) {
      drawing.append(svg("path", { class: "mark", d: `M${x(preset.rate)},0v9` }));
    }
  }

  drawCurve(run) {
    const drawing = this.root.querySelector(".curve");
    const width = sheet(drawing, 260);
    const box = { left: 44, right: width - 8, top: 22, bottom: 226 };
    const [{ low, high }] = this.data.starts;
    const across = Array.from({ length: 161 }, (_, n) => low + ((high - low) * n) / 160);
    const heights = across.map((place) => this.functions.value(place));
    const finite = heights.filter(Number.isFinite);
    const [least, most] = [Math.min(...finite), Math.max(...finite)];
    const room = 0.06 * (most - least) || 1;
    const x = linear([low, high], [box.left, box.right]);
    const y = linear([least - room, most + room], [box.bottom, box.top]);
    const label = (value) => [value, shown(value, 6)];
    axes(drawing, box, x, ticks(low, high, 6).map(label), y, ticks(least, most, 5).map(label));
    drawing.append(
      svg("polyline", { class: "objective", points: points(across.map(x), heights.map(y)) }),
      ...this.iterates(box, run.points.map(([point], n) => [x(point), y(run.values[n])])),
    );
    this.nameCurve(drawing, box, run, sentence(this.root, "variable"), "J");
  }

  /** Lines of equal height, closer to one another towards the lowest, and the run across them. */
  drawContours(run) {
    const drawing = this.root.querySelector(".curve");
    const width = sheet(drawing, 260);
    const box = { left: 44, right: width - 8, top: 22, bottom: 226 };
    const [across, along] = this.data.starts.map(({ low, high }) => [low, high]);
    const x = linear(across, [box.left, box.right]);
    const y = linear(along, [box.bottom, box.top]);
    const label = (value) => [value, shown(value, 6)];
    axes(drawing, box, x, ticks(...across, 6).map(label), y, ticks(...along, 5).map(label));
    this.grid ??= sampled(this.functions.value, across, along);
    for (const lines of contours(this.grid)) {
      const path = lines.map((ends) => ends.map(([a, b], n) => `${n ? "L" : "M"}${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(""));
      drawing.append(svg("path", { class: "contour", d: path.join("") }));
    }
    drawing.append(...this.iterates(box, run.points.map(([a, b]) => [x(a), y(b)])));
    this.nameCurve(drawing, box, run, sentence(this.root, "variable"), sentence(this.root, "variable-2"));
  }

  /** The iterates at their places in a drawing, joined, so far as they lie within its box. */
  iterates(box, places) {
    const inside = places.slice(0, 400).map((pair) => pair.map(within));
    const clip = `lab-clip-${this.number}`;
    const [height, left] = [box.bottom - box.top + 8, box.left];
    return [
      svg("clipPath", { id: clip }, svg("rect", { x: left, y: box.top - 8, width: box.right - left, height })),
      svg("g", { "clip-path": `url(#${clip})` },
        svg("polyline", { class: "run", points: points(inside.map(([a]) => a), inside.map(([, b]) => b)) }),
        ...inside
          .filter((pair) => pair.every(Number.isFinite))
          .map(([cx, cy], n) => svg("circle", { class: n ? "iterate" : "iterate first", cx, cy, r: n ? 3 : 5 }))),
    ];
  }

  nameCurve(drawing, box, run, across, along) {
    drawing.append(
      svg("text", { class: "name", x: box.right, y: box.bottom + 30, "text-anchor": "end" }, across),
      svg("text", { class: "name", x: box.left - 6, y: 12, "text-anchor": "end" }, along),
    );
    const told = { count: run.points.length - 1, start: listed(run.points[0], 4), end: listed(run.points.at(-1), 4) };
    drawing.setAttribute("aria-label", sentence(this.root, "curve", told));
  }

  drawConvergence(run) {
    const drawing = this.root.querySelector(".convergence");
    const width = sheet(drawing, 260);
    const box = { left: 44, right: width - 12, top: 22, bottom: 226 };
    const others = this.presets.filter((other) => other.points.length <= 20 * run.points.length + 60);
    const all = [run, ...others].flatMap((one) => one.measures.slice(1));
    const positive = all.filter((value) => value > 0 && Number.isFinite(value));
    const goal = this.state.stop === "count" ? Math.min(...positive) : this.state.tolerance;
    const first = Math.max(...[run, ...others].map((one) => one.measures[1] || 0), goal);
    const span = (value) => Math.log10(Math.min(Math.max(value, goal / 30), first * 1e4));
    const low = Math.floor(Math.log10(goal) - 1.2);
    const high = Math.ceil(Math.max(...positive.map(span)) + 0.2);
    // A run that diverges is followed until it leaves the drawing.
    const leaving = run.measures.findIndex((value) => value > first * 1e4);
    const followed = leaving < 0 ? run : { ...run, measures: run.measures.slice(0, leaving + 1) };
    const longest = Math.max(...[followed, ...others].map((one) => one.measures.length - 1), 5);
    const x = linear([0, longest], [box.left, box.right]);
    const y = linear([low, high], [box.bottom, box.top]);
    const every = Math.max(1, Math.ceil((high - low) / 7));
    const powers = ticks(low, high, (high - low) / every).filter(Number.isInteger);
    axes(
      drawing, box,
      x, ticks(0, longest, Math.min(6, longest)).filter(Number.isInteger).map((tick) => [tick, String(tick)]),
      y, powers.map((exponent) => [exponent, power(exponent)]),
    );
    const line = (one, name) => {
      const counts = one.measures.map((_, n) => n).slice(1);
      const thin = Math.ceil(counts.length / 600);
      const kept = counts.filter((n) => n % thin === 0 || n === counts.length);
      return svg("polyline", {
        class: name,
        points: points(kept.map(x), kept.map((n) => (one.measures[n] > 0 ? y(span(one.measures[n])) : NaN))),
      });
    };
    for (const other of others) {
      if (this.same(this.data.presets[this.presets.indexOf(other)])) continue;
      const end = other.points.length - 1;
      const aside = x(end) < box.left + 60 ? { x: x(end) + 8 } : { x: x(end) - 10, "text-anchor": "end" };
      const name = this.root.querySelectorAll(".preset b")[this.presets.indexOf(other)].textContent;
      drawing.append(
        line(other, "other"),
        svg("text", { class: "tick", y: y(span(other.measures[end])) - 8, ...aside }, name),
      );
    }
    if (this.state.stop !== "count") {
      const tolerance = sentence(this.root, "tolerance", { tolerance: tidied(goal.toExponential()) });
      const level = y(Math.log10(goal));
      drawing.append(
        svg("line", { class: "level", x1: box.left, x2: box.right, y1: level, y2: level }),
        svg("text", { class: "tick", x: box.left + 5, y: level + 14 }, tolerance),
      );
    }
    drawing.append(line(followed, "run"));
    const done = run.points.length - 1;
    const last = followed.measures.length - 1;
    if (last <= 80) {
      for (let n = 1; n <= last; n++) {
        if (run.measures[n] > 0) {
          drawing.append(svg("circle", { class: "iterate", cx: x(n), cy: y(span(run.measures[n])), r: 2.4 }));
        }
      }
    }
    if (run.outcome === "stopped") this.markEnd(drawing, x(done), y(span(run.measures[done])), done, box);
    const rule = sentence(this.root, `rule-${this.state.stop}`);
    drawing.append(
      svg("text", { class: "name", x: box.right, y: box.bottom + 30, "text-anchor": "end" }, sentence(this.root, "updates")),
      svg("text", { class: "name", x: box.left - 6, y: 12, "text-anchor": "end" }, rule),
    );
    const told = { rule, first: shown(run.measures[1], 3), last: shown(run.measures[done], 3), count: done };
    drawing.setAttribute("aria-label", sentence(this.root, "convergence", told));
  }

  markEnd(drawing, x, y, count, box) {
    const beside = x > box.right - 30 ? { x: x + 6, "text-anchor": "end" } : { x: x + 6 };
    drawing.append(
      svg("circle", { class: "end", cx: x, cy: Math.min(y, box.bottom), r: 5 }),
      svg("text", { class: "count", y: Math.min(y, box.bottom) - 10, ...beside }, String(count)),
    );
  }
}

mountAll("lab", (root, data) => new Lab(root, data));
