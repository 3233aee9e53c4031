// A person at a browser, for the tests: one JSON line in (`{"do": …}`), one out (`{"value": …}` or `{"error": …}`).
// It presses keys, clicks and looks at what is on the screen; it knows nothing of VS Code.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [modules, chromium, home] = process.argv.slice(2);
const { default: puppeteer } = await import(createRequire(`${modules}/`).resolve("puppeteer-core"));

const browser = await puppeteer.launch({
  executablePath: chromium,
  headless: true,
  userDataDir: home,
  args: ["--no-sandbox", "--disable-gpu", "--disable-lcd-text", "--no-first-run", "--disable-background-networking", "--force-device-scale-factor=1"],
  defaultViewport: { width: 1000, height: 580 },
});
const page = (await browser.pages())[0] ?? (await browser.newPage());

const acts = {
  go: async ({ url }) => void (await page.goto(url, { waitUntil: "domcontentloaded", timeout: 60_000 })),
  keys: async ({ keys }) => {
    const parts = keys.split("+");
    for (const key of parts) {
      await page.keyboard.down(key);
    }
    for (const key of parts.reverse()) {
      await page.keyboard.up(key);
    }
  },
  type: async ({ text, pause }) => void (await page.keyboard.type(text, { delay: pause })),
  look: async ({ js }) => await page.evaluate(js),
  click: async ({ x, y }) => void (await page.mouse.click(x, y)),
  shot: async ({ path }) => void (await page.screenshot({ path, optimizeForSpeed: false })),
};

process.stdout.write(`${JSON.stringify({ value: browser.process().pid })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await acts[asked.do](asked)) ?? null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
