// Everybody can use the pages: WCAG 2.2 AA by axe in light and dark, a phone's width, the keyboard alone.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  expect,
  openAccounts,
  openClause,
  openDuty,
  openList,
  openMatrix,
  openNotice,
  openRecord,
  openRegisters,
  openUnit,
  test,
} from "./heli";

const LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
// Rows of one table are alike; axe takes milliseconds for every cell of a province.
const FURTHER_ROWS = "tbody tr:nth-child(n+12)";
const PHONE = { width: 390, height: 844 };
const pages: Record<string, (page: Page) => Promise<void>> = {
  notice: (page) => openNotice(page),
  clause: (page) => openClause(page),
  duty: openDuty,
  matrix: openMatrix,
  unit: openUnit,
  registers: openRegisters,
  list: openList,
  record: openRecord,
  accounts: openAccounts,
};

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const [name, open] of Object.entries(pages)) {
      test(`the ${name} page has no barrier that axe finds`, async ({ page }) => {
        test.slow();
        await open(page);
        const { violations } = await new AxeBuilder({ page }).withTags(LEVELS).exclude(FURTHER_ROWS).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target} ${nodes[0].failureSummary}`)).toEqual([]);
      });
    }
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: PHONE });

  for (const [name, open] of Object.entries(pages)) {
    test(`the ${name} page does not scroll sideways`, async ({ page }) => {
      await open(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    });
  }

  test("an opened clause is a screen of its own, with a way back", async ({ page }) => {
    await openClause(page);
    await expect(page.locator(".doc")).toBeHidden();
    await page.locator(".back").click();
    await expect(page.locator('[id="c-3.1"]')).toBeInViewport();
  });
});

test("the keyboard alone opens a clause and a duty", async ({ page }) => {
  await openNotice(page);
  await page.keyboard.press("Tab");
  await expect(page.locator(".skip")).toBeFocused();
  await page.keyboard.press("Enter");
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement?.id)) === "c-3.1") break;
  }
  await expect(page.locator('[id="c-3.1"]')).toBeFocused();
  expect(await page.locator('[id="c-3.1"]').evaluate((link) => getComputedStyle(link).outlineStyle)).toBe("solid");
  await page.keyboard.press("Enter");
  await expect(page.locator("#panel .grid").first()).toBeVisible();
  const cell = page.locator("#panel .grid .cell").first();
  await cell.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("main.duty")).toBeVisible();
});
