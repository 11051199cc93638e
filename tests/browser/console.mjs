// The console in a real browser. Needs a running gateway with one paid and called-back order and one call whose signature
// was refused:
//
//   ADMIN_URL=http://…  ORDER_NUMBER=ORDER-1  [ADMIN_TOKEN=…]  node console.mjs [--shots DIR]

import { DESKTOP, PHONE, checkPage, checkPolicy, expect, open, run, setting, shot, until } from "./browser.mjs";

await run("console", async (browser) => {
  const admin = new URL(setting("ADMIN_URL"));
  const number = setting("ORDER_NUMBER");
  await atTheDesk(browser, admin, number);
  await onThePhone(browser, admin, number);
  await inTheDark(browser, admin);
  await changesTheDrill(browser, admin);
});

/** A developer at a desk: finds an order, reads its story, has the callback sent again. */
async function atTheDesk(browser, admin, number) {
  const page = await enter(browser, admin, { viewport: DESKTOP });
  await until(page, lists, number, `the list shows ${number}, made before the console was opened`);
  await checkPage(page, "console, list");
  await filterAndPause(page);

  await page.fill("#needle", number);
  await page.press("#needle", "Enter");
  await page.waitForSelector("#timeline .exchange");
  expect((await page.textContent("#story-heading")) === number, `the story is ${number}'s`);
  await checkPage(page, "console, story");
  await page.fill("#needle", "");
  await page.locator("#story-heading").focus();
  await shot(page, "console-desktop");
  await bothSides(page, number);

  const before = await page.locator("#timeline .callback").count();
  expect(before > 0, "the story tells of the callback");
  await page.click("#replay");
  await until(page, (count) => document.querySelectorAll("#timeline .callback").length > count, before, "a replayed callback joins the story by itself");

  await page.fill("#needle", "no-such-order");
  await page.press("#needle", "Enter");
  await until(page, () => document.getElementById("notice").textContent.includes("no-such-order"), null, "a missing order is said to be missing");
  await page.context().close();
}

/** The same person on a phone, after a refused call. */
async function onThePhone(browser, admin, number) {
  const page = await enter(browser, admin, { viewport: PHONE, scale: 2 });
  await until(page, lists, number, `the list shows ${number} on a phone`);
  await checkPage(page, "console, list, phone");
  await shot(page, "console-phone");

  await page.fill("#needle", number);
  await page.press("#needle", "Enter");
  await page.waitForSelector("#timeline .exchange");
  await checkPage(page, "console, story, phone");
  await page.click(".back");
  await page.fill("#needle", "");

  await page.locator("#lines li", { hasText: "auth_failed" }).first().locator("a").click();
  await page.waitForSelector("#timeline .finding");
  await diagnosed(page, "#timeline .finding");
  await checkPage(page, "console, refused call, phone");
  const body = await page.evaluate(() => {
    [...document.querySelectorAll("#timeline .tools button")][1].click();
    return document.querySelector("#timeline .bytes pre").textContent;
  });

  await page.click("#tab-signature");
  await page.fill("#doctor-body", body);
  await page.click("#doctor button");
  await page.waitForSelector("#doctor-result .finding");
  await diagnosed(page, "#doctor-result .finding");
  await checkPage(page, "console, diagnosis, phone");
  await page.context().close();
}

async function inTheDark(browser, admin) {
  const page = await enter(browser, admin, { viewport: DESKTOP, locale: "zh-CN", colorScheme: "dark" });
  await page.waitForSelector("#lines li");
  expect((await page.getAttribute("html", "lang")) === "zh-CN", "the page speaks the browser's language");
  await page.click("#lines li a");
  await page.waitForSelector("#timeline li");
  await checkPage(page, "console, dark, Chinese");
  await page.context().close();
}

/** A tester turns a fault on and off, asks what another scenario would change, and puts it in force. */
async function changesTheDrill(browser, admin) {
  for (const [viewport, name] of [[DESKTOP, "desktop"], [PHONE, "phone"]]) {
    const page = await enter(browser, admin, { viewport });
    await page.click("#tab-drill");
    await page.waitForSelector("#drill-phases button");
    await page.fill("#fault-name", "busy");
    await page.fill("#fault-ttl", "1h");
    await page.click("#fault button");
    await until(page, () => document.querySelector("#faults .soft")?.textContent.includes("hits: 0"), null, "the fault is listed with its hits");
    await checkPage(page, `console, drill, ${name}`);
    await shot(page, `console-drill-${name}`);

    await page.fill("#fault-text", "on: nothing");
    await page.click("#fault button");
    await until(page, () => document.querySelector("#fault-result .finding")?.textContent.includes("1:5"), null, "a mistake is shown with its place");
    await checkPage(page, `console, drill with a mistake, ${name}`);
    await page.click("#faults button");
    await until(page, () => document.querySelectorAll("#faults li").length === 0, null, "the fault is off");

    const scenario = await page.textContent("#scenario");
    await page.fill("#swap-text", `name: other-${name}\nphases: [{name: quiet-${name}, for: 1h}, {name: late, for: 1h}]\n`);
    await page.click("#swap-ask");
    await until(page, () => document.querySelector("#swap-result .finding")?.textContent.includes("added"), null, "the change set is shown");
    expect((await page.textContent("#scenario")) === scenario, "a question changes nothing");
    await page.click("#swap-put");
    await until(page, (wanted) => document.getElementById("drill-facts").textContent.includes(wanted), `other-${name}`, "the other scenario is in force");
    await page.click('#drill-phases button[value="late"]');
    await until(page, () => document.querySelector('#drill-phases [aria-pressed="true"]')?.value === "late", null, "the timeline is moved");
    await checkPage(page, `console, drill swapped, ${name}`);
    await page.context().close();
  }
}

/** Opens the console; gives the token where one is asked for. */
async function enter(browser, admin, options) {
  const page = await open(browser, admin.origin, options);
  checkPolicy(await page.goto(new URL("/console", admin).href), "console");
  if (process.env.ADMIN_TOKEN) {
    await page.waitForSelector("#token-dialog[open]");
    await checkPage(page, "console, token asked");
    await page.fill("#token", process.env.ADMIN_TOKEN);
    await page.click("#token-form button");
  }
  await page.waitForSelector('#link[data-state="live"]');
  await until(page, () => document.getElementById("scenario").textContent !== "–", null, "the status names the scenario");
  return page;
}

/** Runs inside the page: the list has a row about this order number. */
function lists(number) {
  return [...document.querySelectorAll("#lines .subject")].some((cell) => cell.textContent === number);
}

async function filterAndPause(page) {
  const all = await page.locator("#lines li").count();
  await page.selectOption("#outcome", "trouble");
  const trouble = await page.locator("#lines li").count();
  expect(trouble > 0 && trouble < all, `the filter leaves only trouble: ${trouble} of ${all}`);
  await page.selectOption("#outcome", "");
  await page.click("#pause");
  expect((await page.getAttribute("#pause", "aria-pressed")) === "true", "the list is paused");
  await page.click("#pause");
}

async function bothSides(page, number) {
  const panels = page.locator("#timeline .exchange").first().locator(".bytes pre");
  expect((await panels.count()) === 2, "an exchange shows the bytes of both sides");
  const [request, answer] = await panels.allTextContents();
  expect(request.includes(number), "the request's bytes name the order");
  expect(answer.includes("success") && answer.includes("order_id"), "the answer's bytes are shown");
  await page.locator("#timeline .tools button").nth(1).click();
  const raw = await panels.first().textContent();
  expect(raw.includes("sign") && raw !== request, "raw bytes differ from those laid out");
  await page.locator("#timeline .bytes").nth(1).locator(".tools button").nth(1).click();
  const rawAnswer = await panels.nth(1).textContent();
  const squeezed = (text) => text.replace(/\s/g, "");
  expect(squeezed(rawAnswer) === squeezed(answer), "laying out JSON moves white space only");
}

async function diagnosed(page, selector) {
  const words = await page.textContent(selector);
  expect(words.includes("amount="), `the string to sign is shown: ${words}`);
  expect(!words.includes("sandbox-token"), "no token is shown");
}
