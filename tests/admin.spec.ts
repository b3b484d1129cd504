// Administration: every page by its rules at a desk and on a phone, and a version that is looked at and put in force.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./heli";
import type { Page } from "@playwright/test";

const phone = { width: 390, height: 844 };
const pages = ["/admin", "/admin/accounts", "/admin/roles", "/admin/units", "/admin/calendar", "/admin/programme", "/admin/jobs"];

async function holdsToRules(page: Page) {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).exclude("tbody tr:nth-child(n+12)").analyze();
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
}

for (const path of pages) {
  test(`${path} holds to the rules and fits a phone`, async ({ page }) => {
    await page.goto(path);
    await expect(page.locator("main h1")).toBeVisible();
    if (path === "/admin/roles") await page.locator("details > summary").first().click();
    await holdsToRules(page);
    await page.setViewportSize(phone);
    await page.goto(`${path}?lang=en`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, "nothing stands beyond the edge").toBeLessThanOrEqual(0);
    await holdsToRules(page);
  });
}

test("the hub leads everywhere, and units are found that nobody has an account in", async ({ page }) => {
  await page.goto("/admin");
  for (const path of pages.slice(1)) await expect(page.locator(`main a[href="${path}"]`)).toHaveCount(1);
  await page.locator('main a[href="/admin/units"]').click();
  await page.selectOption("select[name=level]", "city");
  await page.getByLabel("只看没有账号的").check();
  await page.getByRole("button", { name: "查找" }).click();
  await expect(page.locator("table.tree tbody tr")).toHaveCount(10);
});

test("another version is looked at before anything changes", async ({ page, request }) => {
  await page.goto("/admin/programme");
  const before = await page.locator("tbody tr").count();
  const zip = await request.get(await page.locator("tbody tr a").first().getAttribute("href") as string);
  await page.setInputFiles("input[accept='.zip']", { name: "same.zip", mimeType: "application/zip", buffer: await zip.body() });
  await page.getByRole("button", { name: "看改了什么" }).first().click();
  await expect(page.locator("main")).toContainText("与生效中的一版完全一样");
  await expect(page.locator("main")).toContainText("个例子都对");
  await holdsToRules(page);
  await page.goto("/admin/programme");
  await page.setInputFiles("input[accept='.zip']", { name: "none.zip", mimeType: "application/zip", buffer: Buffer.from("no zip") });
  await page.getByRole("button", { name: "看改了什么" }).first().click();
  await expect(page.getByRole("alert")).toContainText("不是 zip");
  await page.goto("/admin/programme");
  expect(await page.locator("tbody tr").count()).toBe(before);
});
