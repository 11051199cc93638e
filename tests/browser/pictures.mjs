// A drawn screen of the dashboard as a picture, for the guide: `node pictures.mjs SCREEN.html PICTURE.png`.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, open, run } from "./browser.mjs";

const [, , screen, picture] = process.argv;

await run(`picture ${picture}`, async (browser) => {
  const page = await open(browser, "file://", { viewport: { width: 1600, height: 1200 }, deviceScaleFactor: 1 });
  await page.goto(pathToFileURL(resolve(screen)).href);
  const cells = page.locator("pre");
  expect((await cells.count()) === 1, `${screen} has no screen`);
  await cells.screenshot({ path: picture });
});
