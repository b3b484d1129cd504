// What comes out of a printer: no way to click, nothing cut off, black on white, a standing by word and shape.
import { expect, peopleAt, signIn, test } from "./heli";
import type { Page } from "@playwright/test";

// The width of A4 within its margins, upright and on its side, in CSS pixels.
const UPRIGHT = 680;
const LYING = 1032;

const pages: [string, string, number][] = [
  ["home", "/", UPRIGHT],
  ["notice", "/notices/2023-08-industry", UPRIGHT],
  ["clause", "/notices/2023-08-industry?clause=3.1", UPRIGHT],
  ["overview", "/overview?level=county", UPRIGHT],
  ["matrix", "/duties", LYING],
  ["duty", "/duties/promotion-events/350100/2023-09", UPRIGHT],
  ["unit", "/units/350100", UPRIGHT],
  ["unreported", "/duties/promotion-events/unreported", UPRIGHT],
  ["list", "/registers/event", LYING],
  ["board", "/registers/event/board", LYING],
  ["calendar", "/registers/event/calendar?month=2023-09", LYING],
  ["API", "/api/docs", UPRIGHT],
];

async function print(page: Page, path: string, width: number) {
  await page.goto(`${peopleAt}${path}`);
  await expect(page.locator("main")).toBeVisible();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width, height: Math.round(width === UPRIGHT ? width * 1.4 : width * 0.7) });
}

for (const [name, path, width] of pages) {
  test(`the ${name} page prints whole, in black on white, without what one clicks`, async ({ page }) => {
    await signIn(page, "city-coordinator");
    await print(page, path, width);
    const beyond = await page.evaluate(() => {
      const right = (element: Element) => element.getBoundingClientRect().right;
      const shown = [...document.querySelectorAll("main *")].filter((element) => element.checkVisibility());
      return shown.filter((element) => right(element) > innerWidth + 1).map((element) => element.outerHTML.slice(0, 90));
    });
    expect(beyond, "nothing is cut off").toEqual([]);
    const clickable = await page.locator(".rail, .top .steps a, main button, main .button, main .filters").all();
    for (const one of clickable) await expect(one).toBeHidden();
    const colours = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.documentElement);
      return [color, backgroundColor];
    });
    expect(colours).toEqual(["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
  });
}

test("the head of a long table stands on each sheet of paper", async ({ page }) => {
  await signIn(page, "city-coordinator");
  await print(page, "/registers/event", LYING);
  const head = page.locator("table.records thead");
  await expect(head).toBeVisible();
  expect(await head.evaluate((thead) => getComputedStyle(thead).display)).toBe("table-header-group");
  await expect(page.locator("table.records td:has(> [name=pick])").first()).toBeHidden();
});

test("a matrix is whole on paper from the first moment", async ({ page }) => {
  await signIn(page, "city-coordinator");
  const moment = async () => page.locator(".heat .later").evaluate((rows) => getComputedStyle(rows).animationName);
  await page.goto(`${peopleAt}/duties`);
  expect(await moment(), "on a screen the first rows come first").toBe("later");
  await page.emulateMedia({ media: "print" });
  expect(await moment()).toBe("none");
});

test("a clause that is opened is printed without the rest of the notice", async ({ page }) => {
  await signIn(page, "city-coordinator");
  await print(page, "/notices/2023-08-industry?clause=3.1", UPRIGHT);
  await expect(page.locator(".doc")).toBeHidden();
  const cell = page.locator("#panel .grid .cell.c-met").first();
  expect(await cell.evaluate((one) => getComputedStyle(one).backgroundImage), "its shape").toContain("svg");
  await expect(page.locator("#panel .key").first()).toContainText("完成");
  expect(await cell.evaluate((one) => getComputedStyle(one).printColorAdjust)).toBe("exact");
});
