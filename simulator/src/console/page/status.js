// The bar on top: scenario, phases to switch between, counts, rules, and the button that releases held callbacks.

import { get, post } from "./api.js";
import { at, make, notice } from "./dom.js";
import { text } from "./words.js";

const EVERY_MS = 1500;

let status = null;

/** Wires the bar and keeps it fresh; `failed` hears what an action was refused for. */
export function startStatus(failed) {
  at("release").addEventListener("click", () => act("/release", text("released"), failed));
  at("phases").addEventListener("click", (event) => {
    const name = event.target.closest("button")?.value;
    if (name !== undefined) jump(name, failed);
  });
  document.addEventListener("language", () => status && write());
  keepFresh();
}

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, EVERY_MS);
}

/** Moves the timeline to a phase. */
export function jump(name, failed) {
  act(`/phase/${encodeURIComponent(name)}`, text("phaseSwitched", { name }), failed);
}

/** Asks for the status at once; everybody who shows some of it hears of it as `status` on the document. */
export async function refresh() {
  try {
    status = await get("/status");
    write();
    document.dispatchEvent(new CustomEvent("status", { detail: status }));
  } catch {
    // The stream's mark already says that the gateway is away.
  }
}

async function act(path, done, failed) {
  try {
    await post(path);
    notice(done);
    await refresh();
  } catch (problem) {
    failed(problem);
  }
}

function write() {
  at("version").textContent = status.version;
  at("scenario").textContent = status.scenario;
  at("seed").textContent = text("seed", { seed: status.seed });
  writePhases();
  writeCounts();
  writeRules();
  const held = status.callbacks.held;
  at("release").hidden = held === 0;
  at("release").textContent = text("release", { count: held });
}

function writePhases() {
  writePhaseButtons(at("phases"), status);
}

/** One button for each phase in a box, the one in force pressed. */
export function writePhaseButtons(box, status) {
  const names = status.phases ?? [];
  const all = names.includes(status.phase) ? names : [...names, status.phase];
  if (box.dataset.names !== all.join("\n")) {
    box.dataset.names = all.join("\n");
    box.replaceChildren(...all.map((name) => phaseButton(name, names.includes(name))));
  }
  for (const button of box.children) button.setAttribute("aria-pressed", String(button.value === status.phase));
}

function phaseButton(name, known) {
  return make("button", { type: "button", value: name, textContent: name, disabled: !known });
}

function writeCounts() {
  const { orders, callbacks, capacity } = status;
  const wrong = status.books.filter((book) => Number(book.sum) !== 0);
  const books = wrong.length === 0 ? text("balanced") : text("unbalanced", { sum: `${wrong[0].sum} ${wrong[0].coin}` });
  const rows = [
    ["ordersOpen", orders.open, ""],
    ["ordersPaid", orders.paid, ""],
    ["acknowledged", callbacks.acknowledged, ""],
    ["pending", callbacks.pending, ""],
    ["held", callbacks.held, callbacks.held === 0 ? "" : "wait"],
    ["lostCallbacks", callbacks.lost, callbacks.lost === 0 ? "" : "bad"],
    ...(capacity ? [["workers", `${capacity.busy}/${capacity.workers}, ${capacity.waiting}`, capacity.waiting > 0 ? "wait" : ""]] : []),
    ["books", books, wrong.length === 0 ? "good" : "bad"],
  ];
  at("counts").replaceChildren(...rows.map(([key, value, tone]) => {
    const number = typeof value === "number" ? value.toLocaleString("en").replaceAll(",", "\u202f") : value;
    const first = key === "acknowledged" || key === "books" ? "first" : "";
    const pair = make("div", { className: first }, make("dt", { textContent: text(key) }), make("dd", { textContent: number }));
    pair.dataset.tone = tone;
    return pair;
  }));
}

function writeRules() {
  at("rules-hits").textContent = status.rules.reduce((sum, rule) => sum + rule.decided, 0);
  const rows = status.rules.map((rule) => [rule.name, rule.phase, rule.on, rule.decided]);
  const empty = make("tr", {}, make("td", { colSpan: 4, textContent: text("noRules") }));
  const cells = (values) => make("tr", {}, ...values.map((value) => make("td", { textContent: value })));
  at("rules-rows").replaceChildren(...(rows.length === 0 ? [empty] : rows.map(cells)));
}
