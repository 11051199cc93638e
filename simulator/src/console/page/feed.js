// The live list: exchanges and callbacks, newest first, filtered, paused on request. Keeps a bounded number of lines and
// draws a bounded number of rows, a few times a second however fast lines come.

import { at, clock, duration, hits, make, pill, tone } from "./dom.js";
import { text } from "./words.js";

const KEPT_MAX = 5000;
const ROWS_MAX = 200;
const DRAW_EVERY_MS = 200;

/** Lines by rising `seq`. */
let kept = [];
let last = 0;
/** Lines that came since the list was drawn. */
let fresh = [];
let paused = false;
let drawing = false;
let selected = { order: null, seq: null };

/** Wires the filters; call once. */
export function startFeed() {
  at("find").addEventListener("input", redraw);
  at("pause").addEventListener("click", () => {
    paused = !paused;
    redraw();
  });
  document.addEventListener("language", () => {
    writeChoices();
    redraw();
  });
  writeChoices();
  redraw();
}

/** The largest `seq` seen. */
export function lastSeq() {
  return last;
}

/** Takes lines in any order; known ones are ignored. */
export function addLines(lines) {
  const known = new Set(lines.some((line) => line.seq <= last) ? kept.map((line) => line.seq) : []);
  const unknown = lines.filter((line) => !known.has(line.seq));
  if (unknown.length === 0) return;
  const inOrder = unknown.every((line, index) => line.seq > (index === 0 ? last : unknown[index - 1].seq));
  kept.push(...unknown);
  if (!inOrder) kept.sort((a, b) => a.seq - b.seq);
  kept.splice(0, kept.length - KEPT_MAX);
  last = kept.at(-1).seq;
  if (unknown.map(addChoices).some(Boolean)) writeChoices();
  fresh.push(...unknown);
  if (fresh.length > KEPT_MAX) fresh = fresh.slice(-KEPT_MAX);
  if (!inOrder && !paused) redraw();
  else schedule();
}

/** Drops every line: those of a gateway that is gone. */
export function forgetLines() {
  kept = [];
  fresh = [];
  last = 0;
  redraw();
}

/** Marks the rows of the order or line that is shown beside the list. */
export function select(order, seq) {
  selected = { order, seq };
  for (const row of at("lines").children) mark(row);
}

function schedule() {
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    drawFresh();
  }, DRAW_EVERY_MS);
}

/** Puts new rows on top and leaves the others alone, so that focus and scrolling stay where they are. */
function drawFresh() {
  if (!paused) {
    const list = at("lines");
    const rows = fresh.filter(fits(filter())).slice(-ROWS_MAX).reverse().map(row);
    fresh = [];
    list.prepend(...rows);
    // The row that has the focus stays, or the keyboard would be thrown back to the top of the page.
    while (list.children.length > ROWS_MAX) {
      const tail = list.lastChild;
      (tail.contains(document.activeElement) ? tail.previousSibling : tail).remove();
    }
  }
  writeNotes();
}

function redraw() {
  if (!paused) fresh = [];
  const upTo = fresh.length === 0 ? Infinity : fresh[0].seq;
  const shown = kept.filter((line) => line.seq < upTo).filter(fits(filter())).slice(-ROWS_MAX).reverse();
  at("lines").replaceChildren(...shown.map(row));
  writeNotes();
}

function writeNotes() {
  const pause = at("pause");
  pause.setAttribute("aria-pressed", String(paused));
  if (!paused) pause.textContent = text("pause");
  else pause.textContent = fresh.length === 0 ? text("resume") : text("resumeNew", { count: fresh.length });
  const shown = at("lines").children.length;
  const note = kept.length === 0 ? "feedEmpty" : shown === 0 ? "feedNoMatch" : "feedShown";
  at("feed-note").textContent = text(note, { shown, kept: kept.length });
}

function row(line) {
  const address = line.order_id ? `#/order/${line.order_id}/${line.seq}` : `#/line/${line.seq}`;
  const rules = hits(line).map(([, hit]) => hit.name).join(", ");
  const link = make(
    "a",
    { href: address },
    make("span", { className: "time", textContent: clock(line.time_us / 1000) }),
    make("span", { className: "what", textContent: line.attempt > 1 ? `${line.operation} ×${line.attempt}` : line.operation }),
    make("span", { className: "subject", textContent: line.subject || line.order_id || "–" }),
    pill(line),
    make("span", { className: "took", textContent: duration(line.took_us) }),
    rules === "" ? null : make("span", { className: "rule", textContent: rules }),
    line.reason ? make("span", { className: "why", textContent: line.reason }) : null,
  );
  const item = make("li", {}, link);
  item.dataset.seq = line.seq;
  item.dataset.order = line.order_id ?? "";
  item.dataset.tone = tone(line);
  item.classList.toggle("callback", line.operation === "callback");
  mark(item);
  return item;
}

function mark(item) {
  const ours = selected.order === null ? Number(item.dataset.seq) === selected.seq : item.dataset.order === selected.order;
  if (ours) item.firstChild.setAttribute("aria-current", "true");
  else item.firstChild.removeAttribute("aria-current");
}

// Filters

const choices = { shop: new Set(), operation: new Set(), outcome: new Set() };

function addChoices(line) {
  const before = choices.shop.size + choices.operation.size + choices.outcome.size;
  choices.shop.add(String(line.shop));
  choices.operation.add(line.operation);
  choices.outcome.add(line.outcome);
  return choices.shop.size + choices.operation.size + choices.outcome.size !== before;
}

function writeChoices() {
  const options = (all, values) => [
    make("option", { value: "", textContent: text(all) }),
    ...[...values].sort().map((value) => make("option", { value, textContent: value })),
  ];
  for (const [id, all] of [["shop", "allShops"], ["operation", "allOperations"], ["outcome", "allOutcomes"]]) {
    const chosen = at(id).value;
    const rows = options(all, choices[id]);
    if (id === "outcome") rows.splice(1, 0, make("option", { value: "trouble", textContent: text("trouble") }));
    at(id).replaceChildren(...rows);
    at(id).value = chosen;
  }
}

function filter() {
  return {
    needle: at("needle").value.trim().toLowerCase(),
    shop: at("shop").value,
    operation: at("operation").value,
    outcome: at("outcome").value,
  };
}

function fits({ needle, shop, operation, outcome }) {
  return (line) =>
    (shop === "" || String(line.shop) === shop) &&
    (operation === "" || line.operation === operation) &&
    (outcome === "" || line.outcome === outcome || (outcome === "trouble" && tone(line) === "bad")) &&
    (needle === "" || line.subject.toLowerCase().includes(needle) || (line.order_id ?? "").includes(needle));
}
