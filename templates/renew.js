// Puts the next version of a page in the place of the one that is shown: only what differs is
// touched, so that all else keeps its layout, and what the reader has opened stays open.
//
// Three documents are walked side by side: the page that is shown, which its scripts have changed;
// the same as it came; and the next one as it came. What differs between the latter two is changed
// in the first.

const PARTS_OF_SCRIPTS = "head > :not(title), script, template, .widget svg";

/** What the page's scripts work on, or what allows them: only a page that is loaded can change it. */
function fixed(page) {
  const parts = [...page.querySelectorAll(PARTS_OF_SCRIPTS)].map((part) => part.outerHTML);
  // A widget may say something else, but holds the same elements.
  const kinds = [...page.querySelectorAll(".widget *")].map((element) => element.nodeName);
  return [...parts, ...kinds].join("\n");
}

/** The same kind of thing that says the same: what is around it may have moved. */
const alike = (one, other) => one.nodeName === other.nodeName && one.textContent === other.textContent;

function renewAttributes(shown, before, after) {
  for (const { name } of [...before.attributes]) {
    if (!after.hasAttribute(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of after.attributes) {
    if (before.getAttribute(name) === value) continue;
    if (name === "class") {
      shown.classList.remove(...before.classList);
      shown.classList.add(...after.classList);
    } else shown.setAttribute(name, value);
  }
}

function renewChildren(shown, before, after) {
  const [live, were, are] = [shown, before, after].map((parent) => [...parent.childNodes]);
  const most = Math.min(were.length, are.length);
  let head = 0;
  while (head < most && alike(were[head], are[head])) head++;
  let tail = 0;
  while (tail < most - head && alike(were.at(-1 - tail), are.at(-1 - tail))) tail++;
  for (let n = 0; n < head; n++) renewNode(live[n], were[n], are[n]);
  for (let n = 1; n <= tail; n++) renewNode(live.at(-n), were.at(-n), are.at(-n));
  const next = tail ? live.at(-tail) : null;
  const ended = were.length - tail;
  for (let n = head; n < are.length - tail; n++) {
    if (n < ended) renewNode(live[n], were[n], are[n]);
    else shown.insertBefore(shown.ownerDocument.importNode(are[n], true), next);
  }
  for (let n = are.length - tail; n < ended; n++) live[n].remove();
}

function renewNode(shown, before, after) {
  if (before.isEqualNode(after)) return;
  const same = [before, after].every((node) => node.nodeName === shown.nodeName);
  if (same && shown.nodeType === Node.TEXT_NODE) shown.data = after.data;
  else if (same && shown.childNodes.length === before.childNodes.length) {
    renewAttributes(shown, before, after);
    renewChildren(shown, before, after);
  } else shown.replaceWith(shown.ownerDocument.importNode(after, true));
}

/** Make the page that is shown the next one; false, and nothing is done, where it must be loaded. */
export function renew(shown, before, after) {
  if (fixed(before) !== fixed(after)) return false;
  if (shown.body.childNodes.length !== before.body.childNodes.length) return false;
  renewNode(shown.body, before.body, after.body);
  shown.title = after.title;
  shown.dispatchEvent(new Event("renewed"));
  return true;
}
