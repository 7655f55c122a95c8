// What the widgets share. All scripts of the page are parts of one module, this one first: they
// import nothing, since a page that is one file has nothing to import from.

const SVG = "http://www.w3.org/2000/svg";

/** Call `mount` for each root of a widget with what is embedded under its name; there is one root a
 * language. `read` makes of it what `mount` wants, once for all. */
async function mountAll(name, mount, read = (data) => data) {
  const known = new Map();
  for (const root of document.querySelectorAll(`[data-widget="${name}"]`)) {
    const { source } = root.dataset;
    if (!known.has(source)) known.set(source, read(JSON.parse(embedded(source)), source));
    mount(root, await known.get(source));
  }
}

/** The text of a script element that is none. */
function embedded(id) {
  return document.getElementById(id).textContent;
}

/** What the page carries deflated and in base 64, as bytes. */
async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** An SVG element. */
function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A sentence of the root's language, with what stands in braces filled in. */
function sentence(root, name, values = {}) {
  const text = root.querySelector(`template[data-text="${name}"]`).content.textContent;
  return text.replace(/\{(\w+)\}/g, (found, key) => values[key] ?? found).trim();
}

/** A number as the report shows them: so many places, or digits where it is small or large. */
function shown(value, places = 8) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size && (size < 1e-4 || size >= 1e9)) return signed(tidied(value.toPrecision(places)));
  return signed(tidied(value.toFixed(places)));
}

/** A number's text with a minus sign in the place of a hyphen; zero has none. */
function signed(text) {
  return text.replace(/^-/, Number(text) ? "−" : "");
}

/** The same number without zeros that say nothing, and with a plain exponent. */
function tidied(text) {
  const [digits, power] = text.split("e");
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return power ? `${short}e${Number(power)}` : short;
}

/** A map from a range of values to a range of pixels. */
function linear([low, high], [from, to]) {
  const scale = (value) => from + ((value - low) / (high - low || 1)) * (to - from);
  scale.inverse = (pixel) => low + ((pixel - from) / (to - from || 1)) * (high - low);
  return scale;
}

/** Round values that part a range into about `count` pieces. */
function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => power * factor >= rough);
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++) {
    found.push(Number((n * step).toPrecision(12)));
  }
  return found;
}

/** A power of ten as text: 10⁻¹⁰. */
function power(exponent) {
  if (exponent === 0) return "1";
  if (exponent === 1) return "10";
  return "10" + String(exponent).replace(/[-\d]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
}

/** A place in pixels that a drawing can hold: far outside is as good as infinitely far. */
const within = (pixel) => Math.min(Math.max(pixel, -1e5), 1e5);

/** The points of a polyline; what is not finite is left out. */
function points(xs, ys) {
  return xs
    .map((x, n) => [x, ys[n]])
    .filter((pair) => pair.every(Number.isFinite))
    .map((pair) => pair.map((value) => within(value).toFixed(1)).join(","))
    .join(" ");
}

/** Empty a drawing and give it its size in real pixels, so that its text stays legible. */
function sheet(drawing, height) {
  const width = Math.max(drawing.parentElement.clientWidth, 240);
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawing.setAttribute("height", height);
  drawing.replaceChildren();
  return width;
}

/** Places in order, moved as little as can be so that each is `apart` from the next; see `labels.spread`. */
function spread(places, apart, low, high) {
  const groups = [];
  places.forEach((place, n) => {
    groups.push({ mean: place - n * apart, many: 1 });
    while (groups.length > 1 && groups.at(-2).mean > groups.at(-1).mean) {
      const [last, before] = [groups.pop(), groups.at(-1)];
      before.mean = (before.mean * before.many + last.mean * last.many) / (before.many + last.many);
      before.many += last.many;
    }
  });
  const firsts = groups.flatMap(({ mean, many }) => Array(many).fill(mean));
  const last = high - (places.length - 1) * apart;
  return firsts.map((first, n) => Math.max(Math.min(first, last), low) + n * apart);
}

/** Grid and axes: `x` and `y` are scales, their ticks pairs of a value and its label. */
function axes(drawing, box, x, xTicks, y, yTicks) {
  for (const [value, label] of yTicks) {
    drawing.append(
      svg("line", { class: "grid", x1: box.left, x2: box.right, y1: y(value), y2: y(value) }),
      svg("text", { class: "tick", x: box.left - 6, y: y(value) + 4, "text-anchor": "end" }, label),
    );
  }
  for (const [value, label] of xTicks) {
    drawing.append(
      svg("line", { class: "grid", x1: x(value), x2: x(value), y1: box.top, y2: box.bottom }),
      svg("text", { class: "tick", x: x(value), y: box.bottom + 16, "text-anchor": "middle" }, label),
    );
  }
}

/** Call `draw` now and whenever the width of an element changes. */
function onWidth(element, draw) {
  let width = -1;
  new ResizeObserver(() => {
    if (element.clientWidth === width || !element.clientWidth) return;
    width = element.clientWidth;
    draw();
  }).observe(element);
}
