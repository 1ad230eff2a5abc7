import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { launchChromium } from "../support/chromium.ts";
import { startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";
import { png } from "../support/png.ts";
import { startApplication } from "./application.ts";

const script = `
import { site, stat } from "lodestone";

export default (request: Request) => {
  if (request.path === "/") return Response.redirect(new URL("/book", request.url).href, 302);
  if (request.path === "/book") request.path = "/guestbook";
  if (request.path.startsWith("/images/")) {
    const image = stat(site.root + request.path.slice("/images".length));
    return image?.isFile ? Response.file(image.path) : 404;
  }
};
`;

/** Everything the browser asked for, as `status path`. */
function recordAnswers(page: Page): string[] {
  const answers: string[] = [];
  page.on("response", (response) => {
    if (response.url().startsWith("http")) {
      answers.push(`${response.status()} ${new URL(response.url()).pathname}`);
    }
  });
  return answers;
}

test("Chromium uses a guestbook through Lodestone", async (t: TestContext) => {
  if (!requirePeer(t, "chromium")) return;
  await using application = await startApplication();
  await using lodestone = await startLodestone({
    config: `
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    root: pictures
    backend: application
backends:
  application: ${application.url}
`,
    scripts: { "site.ts": script },
    files: { "pictures/logo.png": png(120, 40, [230, 150, 30]) },
  });
  await using browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("requestfailed", (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  const answers = recordAnswers(page);
  const text = (selector: string): Promise<string> => page.locator(selector).innerText();
  const width = (selector: string): Promise<number> =>
    page.evaluate(`document.querySelector("${selector}").naturalWidth`);

  await page.goto(lodestone.url("/"));
  assert.equal(new URL(page.url()).pathname, "/book");
  assert.equal(await page.title(), "Guestbook");
  assert.equal(await text("#greeting"), "Welcome, stranger!");
  assert.equal(await width("#logo"), 120, "the image that Lodestone serves itself");
  assert.equal(await width("#stamp"), 80, "the image of the application");
  const color = await page.evaluate('getComputedStyle(document.querySelector("h1")).color');
  assert.equal(color, "rgb(200, 40, 40)", "the style sheet applies");

  await page.getByLabel("Name").fill("Jürgen & Søn");
  await page.getByLabel("Message").fill("It works, <b>truly</b>. ✓");
  await page.getByRole("button", { name: "Sign" }).click();
  await page.locator("li").waitFor();
  assert.equal(new URL(page.url()).pathname, "/book");
  assert.equal(await text("#greeting"), "Welcome, Jürgen & Søn!");
  assert.equal(await text("li"), "Jürgen & Søn: It works, <b>truly</b>. ✓");
  assert.equal((await page.context().cookies()).length, 2);

  await page.reload();
  assert.equal(await page.locator("li").count(), 1);
  assert.deepEqual(errors, []);
  assert.ok(answers.includes("302 /") && answers.includes("303 /sign"), answers.join(", "));

  const missing = await page.request.get(lodestone.url("/images/none.png"));
  assert.equal(missing.status(), 404);

  const screenshot = join(tmpdir(), "lodestone-guestbook.png");
  await page.screenshot({ path: screenshot });
  assert.ok(statSync(screenshot).size > 1000);
  t.diagnostic(`screenshot: ${screenshot}`);
});
