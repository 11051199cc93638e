// The drill while it goes on: where it stands, jumps, faults with a time to live, another scenario. It says what changed,
// and every mistake of a file with its place.

import { get, put, remove } from "./api.js";
import { at, fact, make, notice } from "./dom.js";
import { jump, refresh, writePhaseButtons } from "./status.js";
import { text } from "./words.js";

const YAML = "application/yaml";

/** Wires the panel; `failed` hears what an action was refused for. */
export function startDrill(failed) {
  at("drill-phases").addEventListener("click", (event) => {
    const name = event.target.closest("button")?.value;
    if (name !== undefined) jump(name, failed);
  });
  at("fault").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(putFault, "fault-result", failed);
  });
  at("faults").addEventListener("click", (event) => {
    const name = event.target.closest("button")?.value;
    if (name !== undefined) attempt(() => lift(name), "fault-result", failed);
  });
  at("swap").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => swap(event.submitter?.value === "put"), "swap-result", failed);
  });
  document.addEventListener("status", ({ detail }) => shown() && write(detail));
  addEventListener("hashchange", () => shown() && refresh());
}

function shown() {
  return document.body.dataset.view === "drill";
}

/** Does something; mistakes of what was written are listed in a box below it. */
async function attempt(act, box, failed) {
  at(box).replaceChildren();
  try {
    await act();
    await refresh();
  } catch (problem) {
    if (problem.problems?.length > 0) at(box).replaceChildren(problemsOf(problem));
    failed(problem);
  }
}

async function write(status) {
  at("drill-facts").replaceChildren(
    fact(text("scenario"), status.scenario),
    fact(text("phase"), status.phase),
    fact(text("elapsed"), `${Math.floor(status.elapsed_ms / 1000)} s`),
  );
  writePhaseButtons(at("drill-phases"), status);
  try {
    const { faults } = await get("/faults");
    at("no-faults").hidden = faults.length > 0;
    writeFaults(faults);
  } catch {
    // The stream's mark already says that the gateway is away.
  }
}

/** Rows stay while their faults do, so that a button does not vanish under somebody's finger. */
function writeFaults(faults) {
  const box = at("faults");
  const names = faults.map((fault) => fault.name).join("\n");
  if (box.dataset.names !== names) {
    box.dataset.names = names;
    box.replaceChildren(...faults.map(row));
  }
  faults.forEach((fault, place) => {
    const seconds = Math.ceil(fault.remaining_ms / 1000);
    const key = fault.hits === undefined ? "faultLeft" : "faultLeftHits";
    box.children[place].querySelector(".soft").textContent = text(key, { seconds, hits: fault.hits });
    box.children[place].querySelector("pre").textContent = fault.text.trim();
  });
}

function row(fault) {
  const button = make("button", { type: "button", value: fault.name, className: "small", textContent: text("lift") });
  button.setAttribute("aria-label", text("liftNamed", { name: fault.name }));
  const words = make("div", {}, make("b", { textContent: fault.name }), make("p", { className: "soft" }), make("pre"));
  return make("li", {}, words, button);
}

async function putFault() {
  const name = at("fault-name").value.trim();
  const query = new URLSearchParams({ ttl: at("fault-ttl").value.trim() });
  await put(`/faults/${encodeURIComponent(name)}?${query}`, YAML, at("fault-text").value);
  notice(text("faultPut", { name }));
}

async function lift(name) {
  await remove(`/faults/${encodeURIComponent(name)}`);
  notice(text("faultLifted", { name }));
}

async function swap(really) {
  const changed = await put(`/scenario?dry_run=${!really}`, YAML, at("swap-text").value);
  at("swap-result").replaceChildren(changeSet(changed));
  if (really) notice(text("swapped", { name: changed.new }));
}

/** What differs, as an element; what is kept is only counted. */
function changeSet({ unchanged, old, new: now, changes }) {
  const box = make("section", { className: "finding" }, make("h3", { textContent: `${old} → ${now}` }));
  if (unchanged) {
    box.append(make("p", { textContent: text("unchanged") }));
    return box;
  }
  const rules = changes.rules.map((rule) => [rule.change, `${text("rule")} ${rule.name} · ${rule.phase}`]);
  const phases = changes.phases.map((phase) => [phase.change, `${text("phase")} ${phase.name}`]);
  const other = changes.other.map((key) => ["changed", key]);
  const rows = [...rules, ...phases, ...other].filter(([change]) => change !== "kept");
  box.append(make("ul", {}, ...rows.map(([change, words]) => make("li", { textContent: `${change}: ${words}` }))));
  return box;
}

function problemsOf({ problems }) {
  const box = make("section", { className: "finding" });
  box.dataset.tone = "bad";
  const words = ({ line, column, message, help }) => `${line}:${column}: ${[message, help].filter(Boolean).join(" — ")}`;
  box.append(make("ul", {}, ...problems.map((problem) => make("li", { textContent: words(problem) }))));
  return box;
}
