// Symbols as the scripts write them, from their keys: w_{7}, \partial E/\partial w_{7}.

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
