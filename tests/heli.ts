// What every browser test shares: a page that fails its test on any console error, and the way to a few pages.
import { expect, test as base, type Page } from "@playwright/test";

export const test = base.extend<{ quiet: void }>({
  quiet: [
    async ({ page }, use) => {
      const said: string[] = [];
      page.on("console", (message) => {
        // A browser calls every refused form an error.
        if (message.text().includes("status of 422")) return;
        // And whatever is asked without a connection.
        if (/net::ERR_(INTERNET_DISCONNECTED|FAILED)/.test(message.text())) return;
        if (message.type() === "error" || message.type() === "warning") said.push(message.text());
      });
      page.on("pageerror", (error) => said.push(error.message));
      await use();
      expect(said, "the console stays silent").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

// Clause 3.1, ten promotion events a month in every city, is the one that these tests open.
export async function openNotice(page: Page, query = "") {
  await page.goto(`/${query}`);
  await expect(page.locator(".part").first()).toBeVisible();
}

export async function openClause(page: Page, query = "") {
  await openNotice(page, query);
  await page.locator('[id="c-3.1"]').click();
  await expect(page.locator("#panel .grid").first()).toBeVisible();
}

export async function openUnit(page: Page) {
  await openClause(page);
  await page.locator('#panel a[href^="/units/"]').first().click();
  await expect(page.locator("main.unit")).toBeVisible();
}

export async function openDuty(page: Page) {
  await openClause(page);
  const begun = page.locator("#panel .grid .cell:not(.c-upcoming)");
  await begun.last().click();
  await expect(page.locator("main.duty")).toBeVisible();
}

export async function openMatrix(page: Page) {
  await page.goto("/duties");
  await expect(page.locator("table.heat")).toBeVisible();
}

// The example in which people sign in, as one of its accounts.
export const peopleAt = `http://127.0.0.1:${Number(process.env.HELI_PORT ?? "18473") + 1}`;

export async function signIn(page: Page, account: string, home = "main.home") {
  await page.goto(`${peopleAt}/sign-in`);
  await page.locator(".examples li", { has: page.locator(`code:text-is("${account}")`) }).locator("button").click();
  await expect(page.locator(home)).toBeVisible();
}

export async function openRegisters(page: Page) {
  await page.goto("/registers");
  await expect(page.locator(".registers a").first()).toBeVisible();
}

export async function openList(page: Page) {
  await openRegisters(page);
  await page.locator('.registers a[href^="/registers/event"]').first().click();
  await expect(page.locator("table.records tbody tr").nth(10)).toBeVisible();
}

export async function openRecord(page: Page) {
  await openList(page);
  await page.locator("table.records tbody th a").first().click();
  await expect(page.locator("main.record .history li").first()).toBeVisible();
}

export async function openAccounts(page: Page) {
  await page.goto("/admin/accounts");
  await expect(page.locator("form input[name=account]")).toBeVisible();
}
