// The cashier in a real browser. Needs a running gateway and two unpaid orders:
//
//   PAY_URL=https://…  KEYBOARD_PAY_URL=https://…  FAILING_METHOD=bank_card  GOOD_METHOD=balance  node cashier.mjs [--shots DIR]
//
// Both orders have a return_url, FAILING_METHOD fails for both, and GOOD_METHOD asks for a second factor.

import { DESKTOP, PHONE, checkPage, checkPolicy, expect, open, run, setting, shot, until } from "./browser.mjs";

const HARMFUL = "javascript:document.title='run'";
const LONG = {
  amount: "123456789.12345678",
  shop: { id: 10001, name: "A shop whose name is far longer than any sensible shop would ever choose" },
  title: "<img src=x onerror=alert(1)> Lieferverzögerungsentschädigungsvereinbarung".repeat(2),
};

await run("cashier", async (browser) => {
  const order = new URL(setting("PAY_URL"));
  await everyStage(browser, order, { viewport: PHONE });
  await everyStage(browser, order, { viewport: DESKTOP, locale: "zh-CN", colorScheme: "dark" });
  await unknownOrder(browser, order);
  await lostAnswers(browser, order);
  await payByTouch(browser, order);
  await payByKeyboard(browser, new URL(setting("KEYBOARD_PAY_URL")));
});

/** Every stage the page can show, made from this order's real state, in one size, language and colour scheme. */
async function everyStage(browser, url, options) {
  const page = await open(browser, url.origin, options);
  const answer = await page.request.get(`${url.href}/state`);
  expect(answer.status() === 200, `the state of ${url.pathname} answers ${answer.status()}`);
  const real = await answer.json();
  const failed = real.methods.map((method) => ({ ...method, failed: true }));
  const stages = [
    ["choose", {}],
    ["choose", { ...LONG, methods: failed, message: "method_failed", expires_in_ms: 42_000 }],
    ["choose", { message: "quota_exceeded" }],
    ["code", { chosen: "balance", code_hint: "135790", message: "wrong_code", tries_left: 2 }],
    ["review", { chosen: "balance" }],
    ["paid", { chosen: "balance" }],
    ["declined", { return_url: HARMFUL }],
    ["refused", { message: "risk_declined", ...LONG }],
    ["expired", { expires_in_ms: 0, return_url: null }],
  ];
  let state = real;
  await page.route("**/state", (route) => route.fulfill({ json: state }));
  for (const [stage, further] of stages) {
    state = { ...real, stage, ...further };
    checkPolicy(await page.goto(url.href), "cashier");
    await page.waitForSelector(`body[data-stage="${stage}"]`);
    await checkPage(page, `cashier, ${stage}, ${options.viewport.width} px`);
    await checkWords(page, state);
  }
  await page.context().close();
}

async function checkWords(page, state) {
  const shown = await page.evaluate(() => ({
    amount: document.getElementById("amount").textContent,
    title: document.getElementById("title").textContent,
    language: document.documentElement.lang,
    returns: !document.getElementById("return").hidden && document.getElementById("result").checkVisibility(),
  }));
  expect(shown.amount === state.amount, `the amount is ${state.amount}, not ${shown.amount}`);
  expect(shown.title === (state.title ?? ""), "what the shop wrote is shown as text");
  const ended = !["choose", "code", "review"].includes(state.stage);
  const safe = state.return_url !== null && state.return_url !== HARMFUL;
  expect(shown.returns === (ended && safe), `the return link at ${state.stage} for ${state.return_url}`);
}

async function unknownOrder(browser, url) {
  const page = await open(browser, url.origin, { viewport: PHONE });
  const none = new URL(`/cashier/${"0".repeat(32)}`, url);
  await page.goto(none.href);
  await page.waitForSelector('body[data-stage="unknown"]');
  await checkPage(page, "cashier, unknown order");
  await page.context().close();
}

/** While nobody answers, the page says so and charges nobody twice; when answers come again, it goes on by itself. */
async function lostAnswers(browser, url) {
  const page = await open(browser, url.origin, { viewport: PHONE });
  let asked = 0;
  await page.goto(url.href);
  await page.waitForSelector("#choose:not([hidden])");
  await page.route("**/state", (route) => route.abort());
  await page.route("**/pay", (route) => {
    asked += 1;
    return route.abort();
  });
  await page.click("#pay");
  await page.waitForSelector("#problem:not([hidden])");
  await checkPage(page, "cashier, nobody answers");
  await page.unrouteAll();
  await page.waitForSelector("#problem", { state: "hidden" });
  expect(asked === 1, `the payment was asked for once, not ${asked} times`);
  await page.context().close();
}

/** The way of most payers: one method fails, another asks for a code, a first code is wrong. A second device looks on. */
async function payByTouch(browser, url) {
  const other = await open(browser, url.origin, { viewport: DESKTOP });
  await other.goto(url.href);
  await other.waitForSelector("#choose:not([hidden])");
  expect(await other.evaluate(() => document.getElementById("qr").naturalWidth > 0), "the QR code is an image");
  await shot(other, "cashier-desktop");

  const page = await open(browser, url.origin, { viewport: PHONE, scale: 2 });
  await page.goto(url.href);
  await page.waitForSelector("#choose:not([hidden])");
  await shot(page, "cashier-phone");
  await switchLanguage(page);
  await pick(page, setting("FAILING_METHOD"));
  await page.click("#pay");
  await until(page, failedIs, setting("FAILING_METHOD"), "the failed method is marked and another one is offered");
  expect(await page.isVisible("#problem"), "the page says that the method failed");
  await checkPage(page, "cashier, after a failed method");

  await pick(page, setting("GOOD_METHOD"));
  await page.click("#pay");
  await page.waitForSelector("#code:not([hidden])");
  await focusIn(page, "#code-input", "the code's field");
  const hint = await page.textContent("#code-hint-value");
  expect(/^\d{6}$/.test(hint), `the sandbox shows the code, not ${hint}`);
  await page.fill("#code-input", hint === "000000" ? "111111" : "000000");
  await page.click("#confirm");
  await page.waitForSelector("#problem:not([hidden])");
  await page.fill("#code-input", hint);
  await page.click("#confirm");
  await paid(page);
  await other.waitForSelector('body[data-stage="paid"]');
  await goBack(page, () => page.click("#return"));
  await other.context().close();
  await page.context().close();
}

/** The same without a pointer: Tab, arrows, Space and Enter. */
async function payByKeyboard(browser, url) {
  const page = await open(browser, url.origin, { viewport: DESKTOP });
  await page.goto(url.href);
  await page.waitForSelector("#choose:not([hidden])");
  await tabTo(page, "#methods input");
  await arrowTo(page, setting("FAILING_METHOD"));
  await page.keyboard.press("Enter");
  await until(page, failedIs, setting("FAILING_METHOD"), "by keyboard: the failed method is marked");
  await focusIn(page, "#methods input", "the next method");
  await arrowTo(page, setting("GOOD_METHOD"));
  await tabTo(page, "#pay");
  await page.keyboard.press("Space");
  await page.waitForSelector("#code:not([hidden])");
  await focusIn(page, "#code-input", "the code's field");
  await page.keyboard.type(await page.textContent("#code-hint-value"));
  await page.keyboard.press("Enter");
  await paid(page);
  await tabTo(page, "#return");
  await goBack(page, () => page.keyboard.press("Enter"));
  await page.context().close();
}

async function switchLanguage(page) {
  const before = await page.getAttribute("html", "lang");
  const words = await page.textContent("#pay");
  await page.click("#language");
  expect((await page.getAttribute("html", "lang")) !== before, "the language is declared");
  expect((await page.textContent("#pay")) !== words, "the texts follow the language");
  await page.click("#language");
}

async function pick(page, method) {
  await page.locator("#methods label", { has: page.locator(`input[value="${method}"]`) }).click();
}

/** Runs inside the page: this method is marked as failed and another one is chosen. */
function failedIs(method) {
  const input = document.querySelector(`#methods input[value="${method}"]`);
  return input?.closest("label").classList.contains("failed") && !input.checked;
}

/** The result may come after a review. */
async function paid(page) {
  await page.waitForSelector('body[data-stage="paid"]');
  await focusIn(page, "#result-heading", "the result");
  await checkPage(page, "cashier, really paid");
}

async function goBack(page, press) {
  const target = await page.getAttribute("#return", "href");
  await page.route(target, (route) => route.fulfill({ contentType: "text/plain", body: "back at the shop" }));
  await press();
  await page.waitForURL(target);
}

async function focusIn(page, selector, what) {
  await until(page, (wanted) => document.activeElement?.matches(wanted), selector, `focus moves to ${what}`);
}

async function tabTo(page, selector) {
  for (let count = 0; count < 20; count += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  expect(false, `Tab reaches ${selector}`);
}

async function arrowTo(page, method) {
  for (let count = 0; count < 8; count += 1) {
    if (await page.evaluate((wanted) => document.querySelector("#methods :checked")?.value === wanted, method)) return;
    await page.keyboard.press("ArrowDown");
  }
  expect(false, `the arrows reach ${method}`);
}
