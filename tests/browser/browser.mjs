// What both tests share: a Chromium that talks to nobody but the gateway, pages that report every fault, and the checks
// that hold for any page of ours. A test is a function; the first broken expectation ends it with a sentence.

import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // No name is looked up anywhere: only literal addresses of this machine can be reached.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];
const TOTAL_MS = 60_000;
const STEP_MS = 15_000;
const TOUCH_MIN_PX = 44;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1200, height: 900 };

/** Runs a test in a fresh browser and ends the process: 0 when all held, 1 with the reason when not. */
export async function run(name, test, mostMs = TOTAL_MS) {
  const profile = await mkdtemp(join(tmpdir(), "paydrill-browser-"));
  const overdue = setTimeout(() => {
    console.error(`${name}: not done after ${mostMs / 1000} s`);
    process.exit(1);
  }, mostMs);
  let browser = null;
  try {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: STEP_MS, env: { ...process.env, HOME: profile } });
    await test(browser);
    console.log(`${name}: all held`);
  } catch (problem) {
    console.error(`${name}: ${problem instanceof Broken ? problem.message : problem.stack}`);
    process.exitCode = 1;
  } finally {
    await browser?.close();
    await rm(profile, { recursive: true, force: true });
    clearTimeout(overdue);
  }
}

/** An expectation that did not hold. */
class Broken extends Error {}

/** Holds, or ends the test with these words. */
export function expect(holds, words) {
  if (!holds) throw new Broken(words);
}

/** A setting from the environment. */
export function setting(name) {
  const value = process.env[name];
  expect(value !== undefined && value !== "", `set ${name}`);
  return value;
}

/** A page of its own; whatever goes wrong inside it is kept in `page.faults`. */
export async function open(browser, origin, { viewport, locale = "en-US", colorScheme = "light", scale = 1, reducedMotion = "reduce" }) {
  const context = await browser.newContext({
    viewport,
    locale,
    colorScheme,
    reducedMotion,
    deviceScaleFactor: scale,
    ignoreHTTPSErrors: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    const ofPolicy = /Content Security Policy/i.test(message.text());
    if (ofPolicy) page.faults.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const foreign = url.protocol.startsWith("http") && url.origin !== origin && !request.isNavigationRequest();
    if (foreign) page.faults.push(`asked another origin: ${url.href}`);
  });
  return page;
}

/** What holds for every page of ours in every state: no fault, nothing wider than the window, nothing axe calls serious. */
export async function checkPage(page, where) {
  await checkShape(page, where);
  await checkAccess(page, where, ["serious", "critical"]);
}

/** No fault, nothing wider than the window, nothing too low for a finger. */
export async function checkShape(page, where) {
  expect(page.faults.length === 0, `${where}: ${page.faults.join("; ")}`);
  const wider = await page.evaluate(overflowing);
  expect(wider.length === 0, `${where}: wider than the window: ${wider.join(", ")}`);
  const small = (await page.viewportSize()).width < 600 ? await page.evaluate(smallTargets, TOUCH_MIN_PX) : [];
  expect(small.length === 0, `${where}: lower than ${TOUCH_MIN_PX} px: ${small.join(", ")}`);
}

/** Nothing that axe finds of such an impact; nothing at all without impacts. */
export async function checkAccess(page, where, impacts = null) {
  const known = await page.evaluate(() => "axe" in globalThis);
  if (!known) await page.evaluate((await readAxe()).toString());
  const violations = await page.evaluate(async () => {
    const found = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => node.html.slice(0, 120)) }));
  });
  const serious = violations.filter(({ impact }) => impacts === null || impacts.includes(impact));
  expect(serious.length === 0, `${where}: axe: ${JSON.stringify(serious, null, 1)}`);
}

/** The policy every page of ours is served with. */
export function checkPolicy(response, where) {
  const policy = response.headers()["content-security-policy"] ?? "";
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]) {
    expect(policy.includes(part), `${where}: the content policy lacks ${part}: ${policy}`);
  }
  expect(!policy.includes("unsafe"), `${where}: the content policy allows inline code: ${policy}`);
}

/** Writes a screenshot when `--shots DIR` was given. */
export async function shot(page, name) {
  const at = process.argv.indexOf("--shots");
  if (at === -1) return;
  const folder = process.argv[at + 1];
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Waits until a question inside the page is answered with yes. */
export async function until(page, question, argument, words) {
  try {
    await page.waitForFunction(question, argument, { timeout: STEP_MS });
  } catch (problem) {
    throw new Broken(`${words} (${problem.message.split("\n")[0]})`);
  }
}

async function readAxe() {
  const { readFile } = await import("node:fs/promises");
  return readFile(AXE, "utf8");
}

/** Runs inside the page: elements that reach beyond the window's right edge. */
function overflowing() {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 0.5)
    .slice(0, 5)
    .map((element) => `${element.tagName.toLowerCase()}#${element.id}.${element.getAttribute("class") ?? ""}`);
}

/** Runs inside the page: what can be pressed but is too low for a finger. A field's label counts with it. */
function smallTargets(least) {
  return [...document.querySelectorAll("button, input, select, textarea, summary, a[href]")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(".skip, h1 a"))
    .map((element) => element.closest("label") ?? element)
    .filter((element) => element.getBoundingClientRect().height < least - 0.5)
    .map((element) => `${element.tagName.toLowerCase()}#${element.id} ${element.textContent.trim().slice(0, 20)}`);
}
