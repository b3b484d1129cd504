// The way through the pages: from the notice to a clause, a unit, a duty, its evidence and its explanation.
import { expect, openClause, openDuty, openMatrix, openNotice, openUnit, test } from "./heli";

test("the notice has seven parts and a bar for every clause", async ({ page }) => {
  await openNotice(page);
  await expect(page.locator(".part > h2")).toHaveCount(7);
  const clauses = await page.locator(".clause").count();
  expect(clauses).toBeGreaterThan(10);
  await expect(page.locator(".clause svg.bar")).toHaveCount(clauses);
  await expect(page.locator("#attention")).toBeVisible();
});

test("a clause opens beside the notice, and its address opens it again", async ({ page }) => {
  await openClause(page);
  await expect(page).toHaveURL(/clause=3\.1/);
  await expect(page.locator('[id="c-3.1"]')).toHaveAttribute("aria-current", "true");
  await page.reload();
  await expect(page.locator("#panel h2")).toContainText("3.1");
  await page.goBack();
  await expect(page.locator("#attention")).toBeVisible();
});

test("a unit leads on to a duty, its explanation and its evidence", async ({ page }) => {
  await openUnit(page);
  const closed = page.locator("main.unit details:not([open]) summary");
  if ((await closed.count()) > 0) await closed.first().click();
  await page.locator('main a[href^="/duties/"]:visible').first().click();
  await expect(page.locator("main.duty .stand")).toBeVisible();
  await expect(page.locator("#why .atom code").first()).not.toBeEmpty();
  await expect(page.locator("#evidence")).toBeVisible();
});

test("a duty with a pace draws an interactive curve", async ({ page }) => {
  await openDuty(page);
  const stage = page.locator("#pace .stage");
  await expect(stage.locator("svg")).toBeVisible();
  const box = (await stage.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await expect(stage.getByText(/目标 10/)).toBeVisible();
});

test("the curve's library comes only to the page that has a curve", async ({ page }) => {
  const scripts: string[] = [];
  page.on("request", (request) => scripts.push(new URL(request.url()).pathname));
  await openMatrix(page);
  expect(scripts.filter((path) => path.includes("/pace-"))).toEqual([]);
});

test("the matrix filters by level and standing, and leads to duties", async ({ page }) => {
  await openMatrix(page);
  const all = await page.locator("table.heat tbody tr").count();
  await expect(page.locator("table.heat .later tr").last(), "what follows the first rows").toBeVisible();
  await page.locator("select[name=level]").selectOption("city");
  await expect(page).toHaveURL(/level=/);
  await expect.poll(() => page.locator("table.heat tbody tr").count()).toBeLessThan(all);
  await page.locator("select[name=measure]").selectOption("promotion-events");
  await expect(page.locator("table.heat.periods")).toBeVisible();
  await page.locator("table.heat .cell").first().click();
  await expect(page.locator("main.duty")).toBeVisible();
});

test("English is one switch away and stays", async ({ page }) => {
  await openNotice(page);
  await page.locator(".tongue").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await openMatrix(page);
  await expect(page.locator("h1")).toHaveText("Matrix of duties");
  await page.locator(".tongue").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
});

test("the policy allows nothing unsafe", async ({ request }) => {
  for (const path of ["/duties", "/units", "/nowhere"]) {
    const policy = (await request.get(path)).headers()["content-security-policy"];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
  }
});

test("an unknown unit and an impossible day are refused in words", async ({ request }) => {
  const unit = await request.get("/units/nobody");
  expect(unit.status()).toBe(404);
  expect(await unit.text()).toContain("没有这个单位");
  const day = await request.get("/duties?at=2023-02-30");
  expect(day.status()).toBe(400);
  expect(await day.text()).toContain("没有这一天");
});
