// An order's whole story, or one line without an order: what was asked, what was decided, what the ledger did, what went
// back, and every callback. Grows while it is open; what the reader unfolded stays unfolded.

import { get, post } from "./api.js";
import { panel } from "./bytes.js";
import { at, duration, fact, hits, make, moment, notice, pill, share } from "./dom.js";
import { finding } from "./doctor.js";
import { text } from "./words.js";

/** What is shown: an order's id or a line's seq; both null when nothing is. */
let shown = { order: null, seq: null };
let again = null;

/** Wires the actions; `failed` hears what one was refused for. */
export function startStory(failed) {
  const paths = {
    pay: (order) => `/orders/${order}/pay`,
    decline: (order) => `/orders/${order}/decline`,
    replay: (order) => `/callbacks/${order}/replay`,
  };
  for (const [id, path] of Object.entries(paths)) {
    at(id).addEventListener("click", async () => {
      try {
        await post(path(shown.order));
        notice(text(`done_${id}`));
        await refresh();
      } catch (problem) {
        failed(problem);
      }
    });
  }
}

/** Shows an order; `seq` is the line the reader came from. */
export async function showOrder(order, seq) {
  shown = { order, seq: null };
  at("timeline").replaceChildren();
  await refresh();
  unfold(seq);
}

/** Shows one line that belongs to no order. */
export async function showLine(seq) {
  shown = { order: null, seq };
  const { line, request, answer } = await get(`/journal/${seq}`);
  at("story-heading").textContent = text("lineHeading", { operation: line.operation, seq });
  at("story-id").textContent = line.subject;
  at("story-amount").textContent = "";
  at("story-status").hidden = true;
  at("story-facts").replaceChildren();
  at("story-actions").hidden = true;
  const first = start(line);
  at("timeline").replaceChildren(event({ line, request, answer }, first));
  unfold(seq);
}

/** A new line came: the story grows when it is about the order shown. */
export function lineCame(line) {
  if (shown.order === null || line.order_id !== shown.order || again !== null) return;
  again = setTimeout(() => {
    again = null;
    refresh().catch(() => {});
  }, 300);
}

/** Nothing is shown any more. */
export function leaveStory() {
  shown = { order: null, seq: null };
}

async function refresh() {
  const order = shown.order;
  if (order === null) return;
  const story = await get(`/orders/${order}/story`);
  if (shown.order !== order) return;
  writeHead(story.order, story.cashier);
  writeTimeline(story);
}

function writeHead(order, cashier) {
  at("story-heading").textContent = order.unique_id || order.order_id;
  at("story-id").textContent = order.order_id;
  at("story-amount").textContent = `${order.amount} ${order.coin}`;
  const status = at("story-status");
  status.hidden = false;
  status.textContent = order.status;
  status.dataset.tone = order.status === "paid" ? "good" : "wait";
  const callback = order.callback;
  const told = callback?.deliveries === callback?.attempts ? "callbackState" : "callbackCopies";
  at("story-facts").replaceChildren(
    fact(text("shop"), String(order.shop)),
    fact(text("opened"), moment(order.opened_ms)),
    fact(text("paid"), order.paid_ms ? moment(order.paid_ms) : "–"),
    fact(text("callback"), callback ? text(told, callback) : text("none")),
    ...(order.fee ? [fact(text("fee"), `${order.fee} ${order.coin}`)] : []),
    ...(cashier ? [fact(text("cashier"), atCashier(cashier))] : []),
  );
  at("story-actions").hidden = false;
  at("pay").disabled = order.status !== "open";
  at("decline").disabled = order.status !== "open";
  at("replay").disabled = !callback;
}

/** What the payer did at the cashier: the stage, the method, those that failed before it, wrong codes. */
function atCashier({ stage, method, failed, second_factor: code, wrong_codes: wrong }) {
  const parts = [stage, method, ...failed.map((each) => `✖ ${each}`)];
  if (code) parts.push(text("secondFactor", { wrong }));
  return parts.filter(Boolean).join(" · ");
}

/** Adds what is missing, by time; what is there stays as it is. */
function writeTimeline({ order, lines }) {
  const events = lines.map((each) => ({ key: `line-${each.line.seq}`, at: start(each.line), each }));
  events.push({ key: "opened", at: order.opened_ms, words: "ledgerOpened" });
  if (order.paid_ms) events.push({ key: "paid", at: order.paid_ms, words: "ledgerPaid" });
  events.sort((a, b) => a.at - b.at || (a.each?.line.seq ?? 0) - (b.each?.line.seq ?? 0));
  const list = at("timeline");
  const first = events[0].at;
  events.forEach(({ key, at: when, each, words }, index) => {
    const there = list.querySelector(`[data-key="${key}"]`);
    if (there === null) {
      const made = each ? event(each, first) : mark(words, when, first);
      made.dataset.key = key;
      list.insertBefore(made, list.children[index] ?? null);
    } else if (list.children[index] !== there) {
      list.insertBefore(there, list.children[index]);
    }
  });
}

/** When an exchange or attempt began, on the gateway's calendar. */
function start(line) {
  return line.gateway_time_ms - line.took_us / 1000;
}

function mark(words, when, first) {
  return make("li", { className: "mark" }, offset(when, first), make("span", { textContent: text(words) }));
}

function offset(when, first) {
  const ms = Math.max(0, when - first);
  return make("time", { textContent: `+${duration(Math.round(ms) * 1000)}`, title: moment(when) });
}

function event({ line, request, answer }, first) {
  const callback = line.operation === "callback";
  const summary = make(
    "summary",
    {},
    offset(start(line), first),
    make("b", { textContent: line.operation }),
    line.attempt > 0 ? make("span", { className: "soft", textContent: text("attempt", { count: line.attempt }) }) : null,
    pill(line),
    make("span", { className: "took", textContent: duration(line.took_us) }),
    ...hits(line).map(([, hit]) => make("span", { className: "rule", textContent: hit.name })),
  );
  const body = make(
    "div",
    { className: "sides" },
    panel(text(callback ? "sent" : "request"), request, callback ? line.bytes_out : line.bytes_in),
    decided(line),
    panel(text(callback ? "shopAnswered" : "answer"), answer, callback ? line.bytes_in : line.bytes_out),
  );
  const details = make("details", { open: true }, summary, body);
  const item = make("li", { className: callback ? "callback" : "exchange" }, details);
  item.dataset.seq = line.seq;
  item.dataset.tone = summary.querySelector(".pill").dataset.tone;
  if (line.reason?.startsWith("auth_failed")) body.prepend(diagnosis(line.seq));
  return item;
}

/** What the scenario decided and what the ledger therefore did. */
function decided(line) {
  const { decision } = line;
  const facts = make("dl", { className: "facts" });
  if (decision) {
    const waited = Math.abs(line.injected_us - decision.delay_us) < 1000 ? "" : text("waited", { time: duration(line.injected_us) });
    facts.append(
      fact(text("ledger"), decision.ledger),
      fact(text("reply"), decision.reply),
      fact(text("delay"), duration(decision.delay_us) + waited),
      fact(text("callback"), decision.callback),
    );
  }
  if (line.queued_us + line.service_us > 0) {
    const times = { queued: duration(line.queued_us), service: duration(line.service_us) };
    facts.append(fact(text("worker"), text("served", times)));
  }
  for (const [axis, hit] of hits(line)) {
    facts.append(fact(text("hit"), text("draw", { axis, name: hit.name, share: share(hit.draw) })));
  }
  if (line.reason) facts.append(fact(text("reason"), line.reason));
  const head = make("header", {}, make("h4", { textContent: text("decision") }));
  const none = decision ? null : make("p", { className: "soft", textContent: text("noDecision") });
  return make("section", { className: "decided" }, head, none, facts);
}

function diagnosis(seq) {
  const box = make("div", { className: "diagnosis" });
  box.setAttribute("aria-live", "polite");
  post("/diagnose", { seq }).then(
    (found) => box.replaceChildren(finding(found)),
    (problem) => box.replaceChildren(make("p", { className: "soft", textContent: problem.message })),
  );
  return box;
}

function unfold(seq) {
  const item = at("timeline").querySelector(`[data-seq="${Number(seq)}"]`);
  if (item === null) return;
  item.classList.add("asked");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (item !== at("timeline").firstElementChild) {
    item.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
  }
}
