// The merchant developer's console: puts the parts together and says, by the address's fragment, what is shown. Shows what
// the admin interface tells and issues only commands anybody could.
//
// #/                     the list
// #/order/ID[/SEQ]       an order's story, unfolded at a line
// #/line/SEQ             a line without an order
// #/signature            why did my signature fail
// #/drill                faults with a time to live, another scenario

import { follow, get, hasToken, keepToken } from "./api.js";
import { at, make, notice } from "./dom.js";
import { startDoctor } from "./doctor.js";
import { startDrill } from "./drill.js";
import { addLines, forgetLines, lastSeq, select, startFeed } from "./feed.js";
import { startStatus } from "./status.js";
import { leaveStory, lineCame, showLine, showOrder, startStory } from "./story.js";
import { localise, switchLanguage, text } from "./words.js";

const FIRST_LINES = 200;
const MISSED_LINES = 1000;

/** How the stream is doing: `connecting`, `live` or `lost`. */
let link = "connecting";
/** Where the story tab leads: the last story shown. */
let lastStory = "#/";
/** Up to where the journal was fetched; the stream may have told later lines. */
let fetched = 0;

localise();
startFeed();
startStatus(failed);
startStory(failed);
startDoctor(failed);
startDrill(failed);
startToken();
at("language").addEventListener("click", switchLanguage);
at("find").addEventListener("submit", find);
addEventListener("hashchange", route);
document.addEventListener("language", () => {
  writeLink(link);
  route();
});
writeLink(link);
route();
follow({ line: take, state: writeLink, caughtUp: catchUp });

function take(line) {
  addLines([line]);
  if (fetched > 0) fetched = lastSeq();
  lineCame(line);
}

async function catchUp() {
  try {
    const seen = lastSeq();
    const query = fetched === 0 ? `last=${FIRST_LINES}` : `after=${fetched}&limit=${MISSED_LINES}`;
    const page = await get(`/journal?${query}`);
    if (page.last < seen) {
      // The gateway was started anew and counts from 1 again.
      forgetLines();
      fetched = 0;
      await catchUp();
      return;
    }
    addLines(page.lines);
    fetched = Math.max(1, lastSeq());
  } catch (problem) {
    failed(problem);
  }
}

function writeLink(state) {
  link = state;
  at("link").dataset.state = state;
  at("link-word").textContent = text(state);
}

// What is shown

async function route() {
  const [place, id, seq] = location.hash.replace(/^#\//, "").split("/");
  const views = { order: "story", line: "story", signature: "signature", story: "story", drill: "drill" };
  const view = views[place] ?? "feed";
  if (place === "story") {
    location.replace(lastStory === "#/" ? "#/" : lastStory);
    return;
  }
  document.body.dataset.view = view;
  at("story").hidden = view !== "story";
  at("signature").hidden = view !== "signature";
  at("drill").hidden = view !== "drill";
  at("empty").hidden = view !== "feed";
  at("tab-story").hidden = lastStory === "#/" && view !== "story";
  current("tab-story", view === "story");
  current("tab-signature", view === "signature");
  current("tab-drill", view === "drill");
  select(place === "order" ? id : null, place === "line" ? Number(id) : null);
  if (view === "story") await tell(place, id, seq);
  else leaveStory();
  if (view === "signature" || view === "drill") at(view).querySelector("h2").focus();
}

async function tell(place, id, seq) {
  lastStory = location.hash;
  at("tab-story").href = lastStory;
  try {
    if (place === "order") await showOrder(encodeURIComponent(id), seq);
    else await showLine(Number(id));
    at("story-heading").focus({ preventScroll: true });
  } catch (problem) {
    at("story").hidden = true;
    at("empty").hidden = false;
    failed(problem);
  }
}

function current(id, now) {
  if (now) at(id).setAttribute("aria-current", "page");
  else at(id).removeAttribute("aria-current");
}

/** Asks the ledger for what was typed: an id opens its order, a number opens it too unless several shops used it. */
async function find(event) {
  event.preventDefault();
  const needle = at("needle").value.trim();
  if (needle === "") return;
  at("found").hidden = true;
  try {
    const orders = /^[0-9a-f]{32}$/.test(needle) ? [await get(`/orders/${needle}`)] : await byNumber(needle);
    if (orders.length === 0) notice(text("notFound", { needle }), "wait");
    else if (orders.length === 1) location.hash = `#/order/${orders[0].order_id}`;
    else writeFound(orders);
  } catch (problem) {
    if (problem.status === 404) notice(text("notFound", { needle }), "wait");
    else failed(problem);
  }
}

async function byNumber(number) {
  const shop = at("shop").value;
  const query = new URLSearchParams(shop === "" ? { number } : { number, shop });
  return (await get(`/orders?${query}`)).orders;
}

function writeFound(orders) {
  at("found").hidden = false;
  at("found-orders").replaceChildren(...orders.map((order) => {
    const words = `${order.unique_id} · ${text("shop")} ${order.shop} · ${order.amount} ${order.coin} · ${order.status}`;
    return make("li", {}, make("a", { href: `#/order/${order.order_id}`, textContent: words }));
  }));
}

// Refusals and the token

function failed(problem) {
  if (problem.status === 401) return;
  const words = problem.status === 0 ? text("unreachable") : [problem.message, problem.help].filter(Boolean).join(" — ");
  notice(words || String(problem), "bad");
}

function startToken() {
  const dialog = at("token-dialog");
  document.addEventListener("token-asked", () => {
    at("token-about").textContent = text(hasToken() ? "tokenWrong" : "tokenAbout");
    if (!dialog.open) dialog.showModal();
  });
  // Everything begins anew with the token, which is simpler than mending what failed without it.
  at("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    keepToken(at("token").value);
    location.reload();
  });
}
