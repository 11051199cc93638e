// Somebody opens a run's report from the disk: on a desktop and on a phone, in light and dark, on paper, in English and in
// Chinese, by keyboard alone, and without scripts: `node report.mjs check REPORT.html`. The page of a search has the same
// frame: `node report.mjs frame CAPACITY.html`. `node report.mjs shots REPORT.html FOLDER` takes the pictures in docs.

import { readFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { checkAccess, checkShape, expect, open, run, until } from "./browser.mjs";

const [, , mode, path, folder] = process.argv;
const address = pathToFileURL(resolve(path)).href;
const LONGEST_BYTES = 3 * 1024 * 1024;
const MOST_MS = 150_000;
const WIDTHS = [360, 768, 1280];
// A figure that its run does not have is not drawn; these every run and every search has.
const DRAWN = mode === "frame" ? ["levels", "concurrency"] : ["rate", "heat", "times", "errors", "callbacks", "spectrum"];
const COLOURED_PIXELS_MIN = 30;

await run(`report ${mode}`, { check, frame, shots }[mode], MOST_MS);

async function check(browser) {
  const html = await readFile(path, "utf8");
  expect(html.length <= LONGEST_BYTES, `${html.length} bytes are more than ${LONGEST_BYTES}`);
  await frame(browser);
  await switches(browser);
  await byKeyboard(browser);
  await onPaper(browser);
  await withoutScript(browser);
}

/** What holds for the pages of runs and of searches alike. */
async function frame(browser) {
  await validates(await readFile(path, "utf8"));
  for (const width of WIDTHS) {
    for (const colorScheme of ["light", "dark"]) await looksRight(browser, { width, height: 900 }, colorScheme);
  }
}

/** The page as its bytes say, by the rules of HTML and those of accessibility. */
async function validates(html) {
  const validator = new HtmlValidate({
    extends: ["html-validate:standard", "html-validate:a11y"],
    // The title of a run is as long as its scenario's name.
    rules: { "long-title": "off", "require-sri": "off" },
  });
  const { results } = await validator.validateString(html, path);
  const found = results.flatMap(({ messages }) => messages).map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`);
  expect(found.length === 0, `html: ${found.length} problems, first ${found.slice(0, 8).join("\n")}`);
}

async function visit(browser, options) {
  const page = await open(browser, "file://", options);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") page.faults.push(`console: ${message.text()}`);
  });
  await page.goto(address);
  return page;
}

/** In both languages; what axe finds hangs on colours and language, so each is looked at once, at another width. */
async function looksRight(browser, viewport, colorScheme) {
  const page = await visit(browser, { viewport, colorScheme });
  const where = `report, ${viewport.width} px, ${colorScheme}`;
  await allDrawn(page, where);
  await checkShape(page, where);
  if (viewport.width === 1280) await checkAccess(page, where);
  await page.click('[data-language="zh-CN"]');
  await allDrawn(page, `${where}, Chinese`);
  await checkShape(page, `${where}, Chinese`);
  if (viewport.width === 360) await checkAccess(page, `${where}, Chinese`);
  await page.context().close();
}

async function allDrawn(page, where) {
  for (const name of DRAWN) {
    const coloured = await page.evaluate(colouredPixels, `#chart-${name} .plot canvas`);
    expect(coloured >= COLOURED_PIXELS_MIN, `${where}: chart ${name} has ${coloured} coloured pixels, so nothing is drawn`);
  }
}

/** Runs inside the page: how many pixels of a chart are of a line's or a cell's colour; axes are grey, phases pale. */
function colouredPixels(selector) {
  const canvas = document.querySelector(selector);
  if (canvas === null || canvas.width === 0) return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let coloured = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, opaque] = data.subarray(at, at + 4);
    if (opaque > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) coloured += 1;
  }
  return coloured;
}

async function switches(browser) {
  const page = await visit(browser, { viewport: { width: 1280, height: 900 } });
  const heading = () => page.evaluate(() => document.getElementById("story").innerText.trim());
  expect((await heading()) === "What happened", `the page opens in English: ${await heading()}`);
  await page.click('[data-language="zh-CN"]');
  expect((await heading()) === "经过与结论", `and changes to Chinese: ${await heading()}`);
  expect((await page.getAttribute("html", "lang")) === "zh-CN", "the document says its language");
  expect(/通过/.test(await page.title()), `so does the title: ${await page.title()}`);
  const left = await page.evaluate(() => [...document.querySelectorAll('.t[lang="en"]')].filter((element) => element.checkVisibility()).length);
  expect(left === 0, `${left} English words are left`);
  await page.click('[data-language="en"]');

  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.click('button[data-colours="dark"]');
  expect((await paper()) !== light, "the page turns dark");
  await allDrawn(page, "switched to dark");

  const bytes = () => page.evaluate(() => document.querySelector("#chart-times canvas").toDataURL());
  const response = await bytes();
  await page.click('[data-times="service"]');
  expect((await bytes()) !== response, "service times are other times");
  const whole = await bytes();
  await page.click('[data-phase="0"]');
  expect((await bytes()) !== whole, "a phase fills the axis");
  await page.click('[data-phase=""]');
  const series = page.locator("#chart-rate .legend button").first();
  await series.click();
  expect((await series.getAttribute("aria-pressed")) === "false", "a line is switched off");
  await page.context().close();
}

/** Tab reaches the switches, arrows move the moment, and every chart tells its figures. */
async function byKeyboard(browser) {
  const page = await visit(browser, { viewport: { width: 1280, height: 900 } });
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect((await page.getAttribute("html", "lang")) === "zh-CN", "the language is changed by keyboard");
  await page.focus("#moment");
  for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
  await until(page, () => document.getElementById("moment-shown").textContent === "0:03", null, "the moment moves by arrow keys");
  const told = await page.locator("#chart-rate .legend b").allTextContents();
  expect(told.every((text) => text.endsWith("/s")), `the chart tells its figures there: ${told}`);
  await page.focus("#chart-rate summary");
  await page.keyboard.press("Enter");
  expect(await page.locator("#chart-rate table").isVisible(), "its table opens by keyboard");
  await checkAccess(page, "report, table open");
  await page.context().close();
}

async function onPaper(browser) {
  const page = await visit(browser, { viewport: { width: 720, height: 900 }, colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  expect((await page.evaluate(() => getComputedStyle(document.body).backgroundColor)) === "rgb(255, 255, 255)", "paper is white");
  expect(!(await page.locator(".switches").isVisible()), "paper has no switches");
  const corner = await page.evaluate(() => {
    const canvas = document.querySelector("#chart-times canvas");
    const ink = getComputedStyle(document.body).color;
    return { ink, drawn: canvas.width > 0 };
  });
  expect(corner.drawn && corner.ink === "rgb(27, 31, 36)", `charts are drawn in ink: ${JSON.stringify(corner)}`);
  await allDrawn(page, "report, print");
  await checkShape(page, "report, print");
  await checkAccess(page, "report, print");
  const pdf = await page.pdf({ format: "A4", printBackground: false });
  expect(pdf.length > 20_000, "it prints");
  await page.context().close();
}

async function withoutScript(browser) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address);
  expect(await page.locator("noscript").first().isVisible(), "it says that charts need a script");
  expect(!(await page.locator(".plot").first().isVisible()), "and leaves no empty frames");
  expect(await page.locator("#chart-rate summary").isVisible(), "tables are there instead");
  await context.close();
}

/** Pictures of a report, each below 400 kB. */
async function shots(browser) {
  await mkdir(folder, { recursive: true });
  const views = [
    ["desktop-light", { width: 1280, height: 1500 }, "light"],
    ["desktop-dark", { width: 1280, height: 1500 }, "dark"],
    ["phone", { width: 360, height: 1400 }, "light"],
  ];
  for (const [name, viewport, colorScheme] of views) {
    const page = await visit(browser, { viewport, colorScheme });
    await allDrawn(page, name);
    // One shows the story, one the charts.
    if (name === "desktop-dark") await page.evaluate(() => document.getElementById("charts").scrollIntoView());
    await page.screenshot({ path: join(folder, `report-${name}.png`) });
    if (name === "desktop-light") {
      await page.click('[data-language="zh-CN"]');
      await page.evaluate(() => document.getElementById("charts").scrollIntoView());
      await page.screenshot({ path: join(folder, "report-chinese.png") });
    }
    await page.context().close();
  }
  const page = await visit(browser, { viewport: { width: 720, height: 1000 } });
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: join(folder, "report-print.png") });
  await page.context().close();
}
