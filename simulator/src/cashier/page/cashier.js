// The cashier page: shows the order's state as the gateway tells it and issues the three commands any caller could.
// It decides nothing. All texts stand in one table; what merchants wrote is only ever set as text.

const TEXTS = {
  // key: [English, Chinese]
  sandbox: ["Sandbox · no real money", "沙盒环境 · 非真实资金"],
  language: ["中文", "English"],
  loading: ["Loading the order…", "正在加载订单…"],
  payTo: ["Pay to", "收款方"],
  expiresIn: ["Time left", "剩余时间"],
  oneMinute: ["Less than one minute left", "剩余时间不足一分钟"],
  otherDevice: ["Pay with another device", "使用其他设备支付"],
  scan: ["Scan to open this payment on another device", "扫码在其他设备上打开此付款"],
  qr: ["QR code of this payment", "此付款的二维码"],
  paidWith: ["Method", "支付方式"],
  orderId: ["Order", "订单号"],
  chooseHeading: ["Choose how to pay", "选择支付方式"],
  balance: ["Wallet balance", "钱包余额"],
  balanceAbout: ["From your OK Wallet", "使用 OK 钱包余额"],
  bank_card: ["Bank card", "银行卡"],
  bank_cardAbout: ["Debit card of your bank", "储蓄卡支付"],
  credit_card: ["Credit card", "信用卡"],
  credit_cardAbout: ["Visa, Mastercard, UnionPay", "Visa、Mastercard、银联"],
  top_up: ["Top up and pay", "充值并支付"],
  top_upAbout: ["Add funds first, then pay", "先充值，再支付"],
  failed: ["Did not work just now", "刚才支付失败"],
  pay: ["Pay {amount} {coin}", "支付 {amount} {coin}"],
  decline: ["Decline", "拒绝付款"],
  codeHeading: ["Confirm it is you", "验证您的身份"],
  codeAbout: ["We sent a code of 6 digits to your phone. Tries left: {tries}.", "我们已向您的手机发送 6 位验证码。剩余次数：{tries}。"],
  codeLabel: ["6-digit code", "6 位验证码"],
  codeHint: ["Sandbox hint: the code is", "沙盒提示：验证码为"],
  codeShort: ["Enter all 6 digits of the code.", "请输入完整的 6 位验证码。"],
  confirm: ["Confirm payment", "确认支付"],
  reviewHeading: ["Your payment is under review", "您的付款正在审核"],
  reviewAbout: ["This page goes on by itself. You need not do anything.", "审核完成后页面会自动更新，您无需操作。"],
  paidHeading: ["Paid", "支付成功"],
  paidAbout: ["The payment went through. You can go back to the shop.", "付款已完成，您可以返回商家。"],
  declinedHeading: ["Declined", "已拒绝付款"],
  declinedAbout: ["Nothing was charged.", "没有扣款。"],
  refusedHeading: ["Payment refused", "付款被拒绝"],
  refusedAbout: ["The risk check refused this payment. Nothing was charged.", "风控未通过此付款，没有扣款。"],
  expiredHeading: ["Time is up", "订单已过期"],
  expiredAbout: ["This order can no longer be paid. Start again at the shop.", "此订单已无法支付，请返回商家重新下单。"],
  unknownHeading: ["No such order", "订单不存在"],
  unknownAbout: ["The link may be incomplete, or the sandbox was started anew.", "链接可能不完整，或沙盒已重新启动。"],
  returnToShop: ["Return to shop", "返回商家"],
  method_failed: ["{method} did not work. We chose another method for you; you can change it.", "{method}支付失败。已为您选择其他方式，您也可以更改。"],
  all_failed: ["{method} did not work either. You can try again.", "{method}支付失败，您可以重试。"],
  wrong_code: ["That code is wrong. Tries left: {tries}.", "验证码错误。剩余次数：{tries}。"],
  risk_declined: ["The risk check refused this payment.", "风控未通过此付款。"],
  quota_exceeded: ["This amount is above the limit of this payer or shop.", "金额超出付款人或商家的限额。"],
  unreachable: ["The wallet does not answer. We keep asking; do not pay twice.", "钱包暂无响应，正在重试，请勿重复付款。"],
};
const POLL_MS = 2000;
const SOON_MS = 60_000;
const OPEN_STAGES = ["choose", "code", "review"];
const HARMFUL_SCHEMES = ["javascript:", "data:", "vbscript:", "blob:", "file:", "about:", "filesystem:", "view-source:"];

const order = location.pathname.split("/").filter(Boolean).pop() ?? "";
const base = `/cashier/${encodeURIComponent(order)}`;
const at = (id) => document.getElementById(id);

let language = savedLanguage() ?? (navigator.language.toLowerCase().startsWith("zh") ? 1 : 0);
/** The last state told by the gateway; null before the first. */
let shown = null;
/** When the order expires, on this page's own clock. */
let expiresAt = null;
let saidSoon = false;
/** What went wrong here rather than there: the key of a text, or the gateway's own words. */
let trouble = null;
let busy = false;
/** Counts commands: an answer to a question asked before a command is stale. */
let asked = 0;

start();

function start() {
  at("choose").addEventListener("submit", (event) => submit(event, "pay", () => ({ method: picked() })));
  at("code").addEventListener("submit", (event) => submit(event, "code", enteredCode));
  for (const button of document.querySelectorAll("[data-decline]")) {
    button.addEventListener("click", (event) => submit(event, "decline", () => ({})));
  }
  at("methods").addEventListener("change", () => writePay());
  at("code-input").addEventListener("input", (event) => {
    event.target.value = event.target.value.replace(/\D/g, "").slice(0, 6);
  });
  at("language").addEventListener("click", switchLanguage);
  const wide = matchMedia("(min-width: 820px)");
  const unfold = () => { at("other-device").open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();
  at("qr").src = `${base}/qr.svg`;
  writeTexts();
  setInterval(tick, 250);
  poll();
}

// Asking and commanding

async function poll() {
  if (!document.hidden && !busy) await look();
  const settled = shown !== null && !OPEN_STAGES.includes(shown.stage);
  if (!settled) setTimeout(poll, POLL_MS);
}

async function look() {
  const before = asked;
  const answer = await ask("GET", "state");
  if (asked === before) take(answer);
}

async function submit(event, command, body) {
  event.preventDefault();
  const content = body();
  if (busy || content === null) return;
  asked += 1;
  trouble = null;
  setBusy(true);
  const answer = await ask("POST", command, content);
  setBusy(false);
  take(answer);
  // What a lost answer did is not known: ask at once rather than guess.
  if (answer.status === 0) look();
}

async function ask(method, path, content) {
  const options = { method, cache: "no-store", headers: { accept: "application/json" } };
  if (content !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(content);
  }
  try {
    const response = await fetch(`${base}/${path}`, options);
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: 0, body: null };
  }
}

function take({ status, body }) {
  if (status === 200) {
    // What a command was refused for stays until the next command; that nobody answered is over.
    if (trouble?.key === "unreachable" || body.stage !== shown?.stage) trouble = null;
    show(body);
  } else if (status === 404 && body?.error === "order_unknown") {
    show({ stage: "unknown" });
  } else {
    trouble = status >= 400 && status < 500 && body?.message ? { words: body.message } : { key: "unreachable" };
    writeProblem();
  }
}

function enteredCode() {
  const code = at("code-input").value;
  if (/^\d{6}$/.test(code)) return { code };
  trouble = { key: "codeShort" };
  writeProblem();
  at("code-input").focus();
  return null;
}

function setBusy(now) {
  busy = now;
  document.querySelector(".step").setAttribute("aria-busy", String(now));
}

// Showing a state

function show(state) {
  const before = shown;
  shown = state;
  document.body.dataset.stage = state.stage;
  at("loading").hidden = true;
  document.querySelector(".receipt").hidden = false;
  const stage = OPEN_STAGES.includes(state.stage) ? state.stage : "result";
  for (const part of document.querySelectorAll(".stage")) part.hidden = part.id !== stage;
  if (state.stage !== "unknown") {
    expiresAt = performance.now() + state.expires_in_ms;
    writeMethods(before);
    if (before?.stage !== "code") at("code-input").value = "";
  }
  writeState();
  moveFocus(before, stage);
}

/** Focus goes where the change is: a new step's heading, or the field that has to be filled in again. */
function moveFocus(before, stage) {
  if (before === null) return;
  if (before.stage !== shown.stage) {
    const target = stage === "code" ? at("code-input") : at(stage).querySelector(".heading");
    target.focus();
  } else if (shown.message === "wrong_code" && before.tries_left !== shown.tries_left) {
    at("code-input").value = "";
    at("code-input").focus();
  } else if (failedCount(before) !== failedCount(shown)) {
    document.querySelector("#methods :checked")?.focus();
  }
}

function failedCount(state) {
  return (state.methods ?? []).filter((method) => method.failed).length;
}

function writeTexts() {
  document.documentElement.lang = ["en", "zh-CN"][language];
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  at("language").textContent = text("language");
  at("language").lang = ["zh-CN", "en"][language];
  at("qr").alt = text("qr");
  if (shown !== null) {
    if (shown.stage !== "unknown") writeMethods(shown);
    writeState();
  }
}

function writeState() {
  if (shown.stage !== "unknown") {
    writeOrder();
    writePay();
    at("code-about").textContent = text("codeAbout", { tries: shown.tries_left });
    at("code-hint").hidden = shown.code_hint === null;
    at("code-hint-value").textContent = shown.code_hint ?? "";
    tick();
  }
  if (!OPEN_STAGES.includes(shown.stage)) writeResult();
  writeProblem();
}

function writeOrder() {
  at("shop").textContent = shown.shop.name;
  at("amount").textContent = shown.amount;
  at("amount").parentElement.classList.toggle("long", shown.amount.length > 8);
  at("coin").textContent = shown.coin;
  at("title").textContent = shown.title ?? "";
  at("title").hidden = !shown.title;
  at("order-id").textContent = shown.order_id;
  at("paid-with").hidden = shown.stage !== "paid" || shown.chosen === null;
  at("chosen").textContent = shown.chosen === null ? "" : text(shown.chosen);
  document.title = `${shown.amount} ${shown.coin} · ${shown.shop.name}`;
}

function writeMethods(before) {
  const known = JSON.stringify(shown.methods);
  const list = at("methods");
  if (list.dataset.known === known + language) return;
  list.dataset.known = known + language;
  const failedNow = before !== null && failedCount(before) !== failedCount(shown);
  const kept = failedNow ? null : picked();
  const selected = kept ?? shown.methods.find((method) => !method.failed)?.method ?? shown.methods[0]?.method;
  list.replaceChildren(...shown.methods.map((method) => methodRow(method, selected)));
}

function methodRow({ method, failed }, selected) {
  const radio = make("input", { type: "radio", name: "method", value: method, checked: method === selected });
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("aria-hidden", "true");
  icon.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  icon.firstChild.setAttribute("href", `#icon-${method}`);
  const name = make("b", { textContent: text(method) });
  const about = make("small", { textContent: text(failed ? "failed" : `${method}About`) });
  const words = make("span", {}, name, about);
  return make("li", {}, make("label", { className: failed ? "failed" : "" }, icon, words, radio));
}

function writePay() {
  at("pay").textContent = text("pay", shown);
  at("pay").disabled = shown.methods.length === 0;
}

function writeResult() {
  const icon = shown.stage === "unknown" ? "unknown" : shown.stage;
  at("result-icon").setAttribute("href", `#icon-${icon}`);
  at("result-heading").textContent = text(`${shown.stage}Heading`);
  at("result-about").textContent = text(`${shown.stage}About`);
  const target = safeReturn(shown.return_url);
  at("return").hidden = target === null;
  if (target !== null) at("return").href = target;
}

function writeProblem() {
  const box = at("problem");
  const words = problemWords();
  box.hidden = words === null;
  // An alert is read out when its text changes; writing the same again would be silent or repeat itself.
  if (box.textContent !== (words ?? "")) box.textContent = words ?? "";
  if (trouble !== null && shown === null) at("loading").textContent = words;
}

function problemWords() {
  if (trouble !== null) return trouble.words ?? text(trouble.key);
  const message = shown?.message ?? null;
  if (message === null || (message === "risk_declined" && shown.stage === "refused")) return null;
  const left = shown.methods.some((method) => !method.failed);
  const key = message === "method_failed" && !left ? "all_failed" : message;
  const method = shown.chosen ?? [...shown.methods].reverse().find((each) => each.failed)?.method;
  return text(key, { tries: shown.tries_left, method: method ? text(method) : "" });
}

function tick() {
  if (shown === null || expiresAt === null || !OPEN_STAGES.includes(shown.stage)) return;
  const left = Math.max(0, expiresAt - performance.now());
  const seconds = Math.ceil(left / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const digits = parts.slice(parts[0] === 0 ? 1 : 0).map((part) => String(part).padStart(2, "0"));
  at("countdown").textContent = digits.join(":");
  const soon = left < SOON_MS;
  at("expiry").classList.toggle("soon", soon);
  if (soon && !saidSoon) at("announcer").textContent = text("oneMinute");
  saidSoon = soon;
}

// Small things

/** The shop's address, unless following it would run something here. */
function safeReturn(address) {
  if (!address) return null;
  try {
    const url = new URL(address);
    return HARMFUL_SCHEMES.includes(url.protocol) ? null : url.href;
  } catch {
    return null;
  }
}

function picked() {
  return document.querySelector("#methods :checked")?.value ?? null;
}

function text(key, values = {}) {
  const words = TEXTS[key]?.[language] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function savedLanguage() {
  try {
    const saved = localStorage.getItem("language");
    return saved === null ? null : Number(saved === "zh");
  } catch {
    return null;
  }
}

function switchLanguage() {
  language = 1 - language;
  try {
    localStorage.setItem("language", ["en", "zh"][language]);
  } catch {
    // A browser that stores nothing forgets the choice; the page works all the same.
  }
  writeTexts();
}
