// Small tools of the page: elements, times, shares, and the one line that says what an action did. Text from outside is
// only ever set as text.

const GOOD_NEWS_MS = 6000;
let going = null;

/** The element with this id. */
export function at(id) {
  return document.getElementById(id);
}

/** A new element with properties and children; a child that is null is left out. */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A pair for a `dl`. */
export function fact(name, value) {
  return make("div", {}, make("dt", { textContent: name }), make("dd", {}, value));
}

/** Says what an action did, or what went wrong, where everybody sees and hears it. Good news goes by itself. */
export function notice(words, tone = "good") {
  const line = at("notice");
  line.dataset.tone = tone;
  line.textContent = words;
  clearTimeout(going);
  if (tone === "good") going = setTimeout(() => { line.textContent = ""; }, GOOD_NEWS_MS);
}

/** The clock's time of milliseconds since the epoch, to the millisecond. */
export function clock(ms) {
  const date = new Date(ms);
  const two = (number) => String(number).padStart(2, "0");
  const rest = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${rest}`;
}

/** Day and time of milliseconds since the epoch. */
export function moment(ms) {
  const date = new Date(ms);
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(ms)}`;
}

/** A duration in microseconds, in the unit that reads best. */
export function duration(us) {
  if (us === 0) return "0 ms";
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`;
  return `${(us / 1_000_000).toFixed(2)} s`;
}

/** A draw, which lies below 2^64, as a share of a hundred. */
export function share(draw) {
  return `${((draw / 2 ** 64) * 100).toFixed(2)} %`;
}

const GOOD = ["acknowledged", "released"];
const WAITING = ["held", "dropped"];

/** Whether a line went well, waits, or is trouble. */
export function tone(line) {
  if (line.outcome === "answered") return line.status < 400 && !line.reason ? "good" : "bad";
  if (GOOD.includes(line.outcome)) return "good";
  return WAITING.includes(line.outcome) ? "wait" : "bad";
}

/** The outcome's word, with the status where there is one. */
export function pill(line) {
  const words = line.status === 0 ? line.outcome : `${line.outcome} ${line.status}`;
  const element = make("span", { className: "pill", textContent: words });
  element.dataset.tone = tone(line);
  return element;
}

/** The rules that hit, as pairs of axis and hit. */
export function hits(line) {
  return Object.entries(line.rules ?? {}).filter(([, hit]) => hit);
}
