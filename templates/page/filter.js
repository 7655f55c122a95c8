// Only the claims with the chosen verdicts; what is chosen holds in all languages.

const chosen = new Set();
const matches = (row) => !chosen.size || chosen.has(row.dataset.verdict);

function apply() {
  for (const edition of document.querySelectorAll(".edition")) filter(edition);
  document.dispatchEvent(new Event("filtered"));
}

function filter(edition) {
  const rows = [...edition.querySelectorAll("tr.claim")];
  if (!rows.length) return;
  for (const row of rows) row.hidden = !matches(row);
  for (const table of edition.querySelectorAll("table.claims")) table.hidden = !table.querySelector("tr.claim:not([hidden])");
  for (const slide of edition.querySelectorAll("article.slide")) {
    slide.hidden = chosen.size > 0 && !slide.querySelector("tr.claim:not([hidden])");
    const link = edition.querySelector(`.contents a[href="#${CSS.escape(slide.id)}"]`);
    link.closest("li").hidden = slide.hidden;
  }
  let [shown, count] = [0, 0];
  for (const choice of edition.querySelectorAll(".filter .choice")) {
    const number = Number(choice.querySelector(".number").textContent);
    const pressed = chosen.has(choice.dataset.verdict);
    choice.setAttribute("aria-pressed", String(pressed));
    count += number;
    if (pressed || !chosen.size) shown += number;
  }
  const told = edition.querySelector('template[data-text="filtered"]').content.textContent;
  const status = edition.querySelector(".filtered");
  status.querySelector("span").textContent = chosen.size
    ? told.replace("{shown}", shown).replace("{count}", count)
    : "";
  status.querySelector(".all").hidden = !chosen.size;
  edition.querySelector(".open-filter").classList.toggle("active", chosen.size > 0);
}

/** Keep the slide that the reader looks at in its place, or else go to where the slides begin. */
function change(alter) {
  const edition = document.querySelector(".edition:not([hidden])");
  const slide = [...edition.querySelectorAll("article.slide")].find((one) => one.getBoundingClientRect().bottom > 0);
  const top = slide?.getBoundingClientRect().top;
  alter();
  apply();
  if (!slide || slide.hidden || top > window.innerHeight) edition.querySelector(".slides").scrollIntoView();
  else window.scrollBy({ top: slide.getBoundingClientRect().top - top, behavior: "instant" });
}

for (const edition of document.querySelectorAll(".edition")) {
  edition.addEventListener("click", ({ target }) => {
    const verdict = target.closest(".filter .choice")?.dataset.verdict;
    if (verdict) change(() => (chosen.has(verdict) ? chosen.delete(verdict) : chosen.add(verdict)));
    else if (target.closest("button.all")) change(() => chosen.clear());
  });
  const opener = edition.querySelector(".open-filter");
  const panel = edition.querySelector(".panel.filter");
  panel?.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    const at = opener.getBoundingClientRect();
    const { width, height } = panel.getBoundingClientRect();
    const below = at.bottom + height + 16 <= window.innerHeight;
    panel.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`;
    panel.style.top = `${Math.max(8, below ? at.bottom + 8 : at.top - height - 8)}px`;
  });
}

document.addEventListener("renewed", () => chosen.size && apply());

// A link to a claim that is not shown shows it.
window.addEventListener("hashchange", () => {
  const target = document.querySelector(":target");
  if (!target?.closest("[hidden]") || target.closest(".edition[hidden]")) return;
  chosen.clear();
  apply();
  target.scrollIntoView();
});
