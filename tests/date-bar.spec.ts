// The date bar: any day of the campaign again, by keyboard, mouse, field and without scripts.
import { expect, openClause, openNotice, test } from "./heli";
import type { Page } from "@playwright/test";

const DAY_MS = 24 * 60 * 60 * 1000;
const slider = (page: Page) => page.locator("[data-ruler] input[type=range]");
const shown = (page: Page) => page.locator("[data-day]");
const state = (page: Page) => page.locator("main").innerText();

async function daysTo(page: Page, day: string) {
  const from = (await page.locator("[data-ruler]").getAttribute("data-from"))!;
  return (Date.parse(day) - Date.parse(from)) / DAY_MS;
}

test("moving it to 20 August and back redraws the page", async ({ page }) => {
  await openClause(page);
  const today = (await page.locator("[data-ruler]").getAttribute("data-today"))!;
  const now = await state(page);
  await slider(page).fill(String(await daysTo(page, "2023-08-20")));
  await expect(page).toHaveURL(/clause=3\.1&at=2023-08-20/);
  await expect(shown(page)).toHaveText(/2023-08-20/);
  await expect.poll(() => state(page)).not.toBe(now);
  await slider(page).fill(String(await daysTo(page, today)));
  await expect(page).not.toHaveURL(/at=/);
  await expect.poll(() => state(page)).toBe(now);
});

test("arrow keys move it by a day and keep the focus", async ({ page }) => {
  await openNotice(page, "?at=2023-08-20");
  await slider(page).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page).toHaveURL(/at=2023-08-19/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/at=2023-08-21/);
  await expect(slider(page)).toBeFocused();
  await expect(slider(page)).toHaveAttribute("aria-valuetext", /2023-08-21/);
});

test("a drag follows the mouse and stops at today", async ({ page }) => {
  await openNotice(page);
  const box = (await slider(page).boundingBox())!;
  const length = Number(await slider(page).getAttribute("max"));
  const last = Number(await slider(page).getAttribute("data-last"));
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 9 + ((box.width - 18) * last) / length, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.2, y, { steps: 8 });
  await page.mouse.move(box.x + box.width * 0.1, y, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/at=2023-08-1/);
  await page.mouse.click(box.x + box.width - 12, y);
  await expect(page).not.toHaveURL(/at=/);
  await expect(slider(page)).toHaveValue(String(last));
});

test("the day before, a chosen day and today are links and a field", async ({ page }) => {
  await openNotice(page, "?at=2023-09-05");
  await page.locator("#day-before").click();
  await expect(page).toHaveURL(/at=2023-09-04/);
  await expect(slider(page)).toHaveValue(String(await daysTo(page, "2023-09-04")));
  await page.locator(".pick summary").click();
  await page.locator("#pick-at").fill("2023-08-20");
  await page.locator(".pick button").click();
  await expect(page).toHaveURL(/at=2023-08-20/);
  await page.locator(".now").click();
  await expect(page).not.toHaveURL(/at=/);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("clauses open and days can be chosen", async ({ page }) => {
    await openClause(page);
    await page.locator(".pick summary").click();
    await page.locator("#pick-at").fill("2023-08-20");
    await page.locator(".pick button").click();
    await expect(page).toHaveURL(/clause=3\.1&at=2023-08-20/);
  });
});
