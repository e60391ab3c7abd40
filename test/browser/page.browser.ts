// Protects whoever opens a report page: it shows all rows in light and dark, on a phone and on paper, by keyboard too, and breaks no rule of
// accessibility that axe knows. It needs Chromium: `npm run test:page`.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "chai";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { pageOf } from "../../cli/page/html.ts";
import type { Run } from "../../cli/page/model.ts";
import { readSource } from "../../cli/page/read-source.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** Where Debian's package puts it. CHROMIUM names another one. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Five hundred instances with two hundred bars each. */
const large: Run = {
  title: "five hundred",
  source: "made here",
  startedAt: 0,
  seconds: 2_000,
  summary: [],
  missing: [],
  rows: Array.from({ length: 500 }, (_, i) => ({
    instanceId: `i-${String(i).padStart(17, "0")}`,
    group: "fleet",
    outcome: "completed when nothing was left",
    bars: Array.from({ length: 200 }, (_, j) => ({
      lane: (["registration", "task", "wait"] as const)[j % 3] ?? "task",
      label: `service-${j % 8}`,
      state: (["draining", "running", "waiting"] as const)[j % 3] ?? "running",
      from: 10 * j,
      to: 10 * j + 25,
    })),
    marks: [{ kind: "completed" as const, at: 1_990, says: "completed with CONTINUE" }],
  })),
  losses: [
    {
      kind: "cut",
      instanceId: "i-00000000000000000",
      says: "it ended with a task",
      from: 900,
      to: 960,
      allowedBy: undefined,
    },
  ],
  curves: [{ label: "held", points: [[0, 500]] }],
};

describe("the report page in Chromium", () => {
  let folder: string;
  let browser: Browser;
  before(async () => {
    if (!existsSync(CHROMIUM))
      throw new Error(`expected Chromium, found no ${CHROMIUM}: CHROMIUM=path names another one`);
    folder = await mkdtemp(join(tmpdir(), "page-"));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    const own = await Promise.all(
      ["page.css", "page.js"].map((name) => readFile(join(PROJECT, "cli/page", name), "utf8")),
    );
    const asset = (name: string) => own[name === "page.css" ? 0 : 1] ?? "";
    const fleet = await readSource(join(PROJECT, "examples/fleet.yaml"));
    const stuck = await readSource(join(PROJECT, "examples/stuck-service.yaml"));
    for (const [name, runs] of Object.entries({ fleet: [fleet], both: [fleet, stuck], large: [large] }))
      await writeFile(join(folder, `${name}.html`), pageOf(runs, asset));
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** Opens a page, and fails where anything is told on the console or asked of a network. */
  async function opened(
    name: string,
    options: Parameters<Browser["newContext"]>[0] = {},
    act: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context: BrowserContext = await browser.newContext({
      viewport: { width: 1200, height: 900 },
      ...options,
    });
    try {
      const page = await context.newPage();
      const told: string[] = [];
      page.on("console", (message) => told.push(message.text()));
      page.on("pageerror", ({ message }) => told.push(message));
      page.on("request", (request) => {
        if (!request.url().startsWith("file:")) told.push(`asked for ${request.url()}`);
      });
      await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
      await page.waitForSelector(".row");
      await act(page);
      expect(told).to.deep.equal([]);
    } finally {
      await context.close();
    }
  }

  const looks: [string, Parameters<Browser["newContext"]>[0]][] = [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["360 pixels wide", { viewport: { width: 360, height: 740 } }],
  ];
  for (const name of ["fleet", "both", "large"])
    for (const [look, options] of looks)
      it(`${name}, ${look}: axe finds nothing, all is painted, and nothing is wider than the page`, async () =>
        await opened(name, options, async (page) => {
          const { violations, incomplete } = await new AxeBuilder({ page }).analyze();
          expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).to.deep.equal([]);
          expect(incomplete.map(({ id, nodes }) => [id, nodes[0]?.html])).to.deep.equal([]);
          expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).to.equal(true);
          expect(await page.evaluate(PAINTED), "pixels of the first canvas of bars").to.be.greaterThan(500);
        }));

  it("is moved through by keyboard: the row is told, and the time", async () =>
    await opened("fleet", {}, async (page) => {
      const detail = page.locator(".detail");
      await page.locator(".row").first().focus();
      await page.keyboard.press("ArrowDown");
      const [, second] = await page.locator(".row code").allTextContents();
      expect(await detail.textContent()).to.include(second);
      const scrubber = page.locator("input[type=range]");
      await scrubber.fill("30");
      expect(await detail.textContent())
        .to.include("at 00:00:30")
        .and.include("draining");
      await page.keyboard.press("Home");
      expect(await scrubber.getAttribute("aria-valuetext")).to.equal("00:00:00");
    }));

  it("tells the rule of what the pointer is over", async () =>
    await opened("fleet", {}, async (page) => {
      const box = await page.locator(".row").first().boundingBox();
      if (!box) throw new Error("expected a row, found none");
      await page.mouse.move(box.x + box.width / 2, box.y + 25);
      expect(await page.locator(".tip").textContent()).to.match(/hook drain: held .* Rule 5/);
    }));

  it("shows a part of the time, and all of it again", async () =>
    await opened("fleet", {}, async (page) => {
      const axis = page.locator(".axis");
      const all = await axis.textContent();
      await page.getByRole("button", { name: "Closer" }).click();
      expect(await axis.textContent()).to.not.equal(all);
      await page.getByRole("button", { name: "All" }).click();
      expect(await axis.textContent()).to.equal(all);
    }));

  it("paints all rows for a print", async () =>
    await opened("large", {}, async (page) => {
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      expect(
        await page.evaluate(
          "[...document.querySelectorAll('.tile canvas')].every((each) => each.width > 300)",
        ),
      ).to.equal(true);
      await page.emulateMedia({ media: "print" });
      expect(await page.locator(".controls").isVisible()).to.equal(false);
    }));
});

/** How many pixels of the first tile are not transparent. */
const PAINTED = `(() => {
  const canvas = document.querySelector(".tile canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((each, i) => i % 4 === 3 && each > 0).length;
})()`;
