// The days of people who sign in: what each comes to do, as they would do it.
import AxeBuilder from "@axe-core/playwright";
import { readFileSync } from "node:fs";
import { expect, peopleAt, signIn, test } from "./heli";
import type { Page } from "@playwright/test";

const phone = { width: 390, height: 844 };

async function holdsToRules(page: Page) {
  const size = page.viewportSize();
  if (size && size.width < 600) {
    // What lies under the bar at the bottom is scrolled out from it; here all of the page stands above.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ ...size, height: Math.max(size.height, height + 80) });
  }
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  if (size) await page.setViewportSize(size);
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
}

async function fitsThePhone(page: Page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide, "nothing stands beyond the edge").toBeLessThanOrEqual(0);
}

test("a county coordinator files three events from a sheet and sees them count", async ({ page }) => {
  await signIn(page, "county-coordinator");
  await page.goto(`${peopleAt}/registers/event`);
  const county = await page.locator("main").innerText();
  const before = Number(/([\d\s]+) 条/.exec(county)?.[1].replace(/\s/g, ""));
  await page.getByRole("link", { name: "导入表格" }).click();
  const place = await page.evaluate(async () => {
    const answer = await fetch("/api/v1/registers/event/records?limit=1");
    return (await answer.json()).records[0].cells.place as string;
  });
  const rows = ["甲", "乙", "丙"].map((name) => `福品推介会${name},${place},产品推介,2023-09-22`);
  const sheet = ["活动名称,主办地,活动形式,开始日期", ...rows].join("\n");
  await page.setInputFiles("input[type=file]", { name: "活动.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
  await page.getByRole("button", { name: "先试一遍" }).click();
  await expect(page.locator("main")).toContainText("共 3 行");
  await holdsToRules(page);
  const said = await page.locator("main").innerText();
  expect(said, said).toContain("将新增 3");
  await page.getByRole("button", { name: "正式导入" }).click();
  await expect(page.locator("main")).toContainText("新增 3");
  await page.goto(`${peopleAt}/registers/event`);
  await expect(page.locator("main")).toContainText(`${before + 3} 条`);
});

test("a county coordinator who was just invited sees the city's clause change colour by three events", async ({ page, browser }) => {
  await signIn(page, "admin", "main");
  await page.goto(`${peopleAt}/admin/accounts`);
  await page.fill("input[name=account]", "xinluo");
  await page.fill("input[name=person]", "林新罗");
  await page.selectOption("select[name=role]", "county_coordinator");
  await page.fill("form.filters input[name=unit]", "350802");
  await page.locator("form.filters button").click();
  const link = await page.locator(".say code").innerText();
  const county = await (await browser.newContext()).newPage();
  await county.goto(`${peopleAt}${link}`);
  for (const field of await county.locator("input[type=password]").all()) await field.fill("tide-lamp-orchid");
  await county.locator("main button").first().click();
  await expect(county.locator("main.home")).toBeVisible();

  const cell = county.locator('#panel a[href*="/duties/promotion-events/350800/2023-09"]').first();
  const clause = `${peopleAt}/notices/2023-08-industry?clause=3.1`;
  await county.goto(clause);
  await expect(cell).toHaveClass(/c-on_track/);
  const rows = ["甲", "乙", "丙"].map((name) => `新罗推介会${name},350802,产品推介,2023-09-22,已举办`);
  const sheet = ["活动名称,主办地,活动形式,举办日期,状态", ...rows].join("\n");
  await county.goto(`${peopleAt}/registers/event/import`);
  await county.setInputFiles("input[type=file]", { name: "活动.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
  await county.getByRole("button", { name: "先试一遍" }).click();
  await expect(county.locator("main")).toContainText("将新增 3");
  await county.getByRole("button", { name: "正式导入" }).click();
  await expect(county.locator("main")).toContainText("新增 3");
  await county.goto(clause);
  await expect(cell).toHaveClass(/c-met/);
});

test("an on-site cadre files a visit on a phone, with a photograph, and without a connection", async ({ page, context }) => {
  await page.setViewportSize(phone);
  await signIn(page, "on-site-cadre");
  await holdsToRules(page);
  await page.goto(`${peopleAt}/go`);
  await page.waitForSelector("html[data-kept]", { state: "attached" });
  await fitsThePhone(page);
  await holdsToRules(page);
  const begun = Date.now();
  const file = async (found: string) => {
    await page.locator("ul.go a[href*='/registers/site_visit/new']").first().click();
    await expect(page.locator("form.sheet")).toBeVisible();
    if ((await page.locator("#f-project").inputValue()) === "") {
      const answer = await page.evaluate(async () => (await fetch("/api/v1/registers/project/records?limit=1")).json());
      await page.fill("#f-project", answer.records[0].id);
    }
    await page.fill("#f-visited_on", "2023-09-25");
    await page.fill("#f-found", found);
    const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 40, height: 40 } });
    await page.setInputFiles("#f-photos", { name: "现场.png", mimeType: "image/png", buffer: picture });
    await page.locator("button.main").click();
  };
  await file("有信号时填的");
  await page.waitForURL(/\/records\/site_visit\//);
  await expect(page.locator("main")).toContainText("有信号时填的");
  const shown = page.locator(".picture img").first();
  await shown.scrollIntoViewIfNeeded();
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(40);
  expect(Date.now() - begun, "under a minute").toBeLessThan(60_000);
  await fitsThePhone(page);

  await page.goto(`${peopleAt}/go`);
  await page.waitForSelector("html[data-kept]", { state: "attached" });
  await context.setOffline(true);
  await page.goto(`${peopleAt}/go`);
  const said = `断网时填的${Date.now()}`;
  await file(said);
  await page.waitForURL(/\/go/);
  await expect(page.locator("#waiting")).toContainText("登记：项目走访");
  await context.setOffline(false);
  await expect(page.locator("#waiting")).toBeHidden();
  await page.goto(`${peopleAt}/registers/site_visit?found.has=${encodeURIComponent(said)}`);
  await expect(page.locator("table.records tbody tr"), "sent once").toHaveCount(1);
});

test("a leader reads the notice and opens the worst county in two clicks", async ({ page }) => {
  await signIn(page, "leader");
  await page.goto(`${peopleAt}/notices`);
  await expect(page.locator(".part").first()).toBeVisible();
  await page.locator(".overview a, .clause").first().click();
  await expect(page.locator("#panel .grid").first()).toBeVisible();
  await page.locator('#panel a[href^="/units/"]').first().click();
  await expect(page.locator("main.unit")).toBeVisible();
});

test("an auditor reads everything, changes nothing and proves an entry", async ({ page }) => {
  await signIn(page, "auditor");
  await page.goto(`${peopleAt}/registers/event`);
  await expect(page.getByRole("link", { name: "登记一条" })).toHaveCount(0);
  await page.locator("table.records tbody th a").first().click();
  await expect(page.locator(".history li").first()).toBeVisible();
  await expect(page.locator("main a", { hasText: "修改" })).toHaveCount(0);
  const proof = await page.locator(".history a[href*='/proof']").first().getAttribute("href");
  const answer = await page.request.get(`${peopleAt}${proof}`);
  expect(answer.status()).toBe(200);
  expect(await answer.text()).toContain("path");
});

test("an auditor finds an entry in the journal, takes its proof and has it checked", async ({ page }) => {
  await signIn(page, "auditor");
  await page.getByRole("link", { name: "流水" }).first().click();
  await page.selectOption("select[name=register]", "event");
  await page.selectOption("select[name=act]", "create");
  await page.getByRole("button", { name: "查找" }).click();
  await expect(page.locator(".journal li")).toHaveCount(50);
  await holdsToRules(page);
  const download = page.waitForEvent("download");
  await page.locator(".journal a[href*='/proof']").first().click();
  const proof = await (await download).path();
  await page.setInputFiles("input[name=proof]", proof);
  await page.getByRole("button", { name: "核验" }).click();
  await expect(page.getByRole("status")).toContainText("证明成立");
  await holdsToRules(page);
  await page.setInputFiles("input[name=proof]", { name: "proof.json", mimeType: "application/json", buffer: Buffer.from("{}") });
  await page.getByRole("button", { name: "核验" }).click();
  await expect(page.getByRole("status")).toContainText("证明不成立");
});

test("an auditor reveals a telephone number, says why, and it is gone with the next look", async ({ page }) => {
  await signIn(page, "auditor");
  await page.goto(`${peopleAt}/registers/enterprise`);
  await page.locator("table.records tbody th a").first().click();
  const reveal = page.locator("details.reveal").first();
  await reveal.locator("summary").click();
  await holdsToRules(page);
  await page.setViewportSize(phone);
  await fitsThePhone(page);
  await reveal.locator("input[name=why]").fill("回访核实");
  await reveal.locator("button").click();
  await expect(page.getByRole("status")).toContainText("流水");
  await holdsToRules(page);
  await expect(page.locator(".history")).toContainText("回访核实");
});

test("a list is narrowed, its columns chosen, and saved under a name to come back to", async ({ page }) => {
  await signIn(page, "city-coordinator");
  await page.goto(`${peopleAt}/registers/event`);
  await page.locator("details.further summary").click();
  await page.fill("form.filters input[name='signed.from']", "100万元");
  await page.locator("form.filters button").click();
  await expect(page.locator("form.filters input[name='signed.from']")).toHaveValue("100万元");
  await page.locator("details.columns summary").first().click();
  await page.locator("details.columns input[value=venue]").check();
  await page.locator("details.columns button").first().click();
  await expect(page.locator("table.records thead")).toContainText("地点或平台");
  await holdsToRules(page);
  const rows = await page.locator("table.records tbody tr").count();
  await page.locator("details.columns summary", { hasText: "存为视图" }).click();
  await page.locator("details.columns input[name=name]").fill("百万以上");
  await page.locator("details.columns button", { hasText: "保存" }).click();
  await holdsToRules(page);
  await page.getByRole("link", { name: "百万以上" }).click();
  await expect(page.locator("table.records tbody tr")).toHaveCount(rows);
  await expect(page.locator("table.records thead")).toContainText("地点或平台");
  await page.setViewportSize(phone);
  await fitsThePhone(page);
});

test("a firm sees only its own", async ({ page }) => {
  await signIn(page, "firm");
  await page.goto(`${peopleAt}/registers`);
  await page.locator('.registers a[href="/registers/enterprise"]').click();
  await expect(page.locator("table.records tbody tr")).toHaveCount(1);
  const refused = await page.request.get(`${peopleAt}/duties`);
  expect(refused.status()).toBe(403);
  await page.goto(`${peopleAt}/search?q=${encodeURIComponent("公司")}`);
  const records = await page.locator("main a[href^='/records/enterprise/']").count();
  expect(records).toBe(1);
});

test("who has not reported is named, and the list is copied as text", async ({ page }) => {
  await signIn(page, "city-coordinator");
  await page.goto(`${peopleAt}/duties/promotion-events/unreported`);
  await holdsToRules(page);
  await page.locator(".copy summary").first().click();
  await expect(page.locator(".copy textarea").first()).toHaveValue(/未报名单/);
  await page.getByRole("button", { name: "复制图片" }).click();
  await expect(page.locator(".copy canvas")).toBeVisible();
});

// What a picture is seen to hold: its size, and whether each of some colours is in it.
async function seen(page: Page, png: Buffer, colours: number[][]) {
  return page.evaluate(
    async ([data, wanted]) => {
      const image = new Image();
      image.src = data as string;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
      const pen = canvas.getContext("2d")!;
      pen.drawImage(image, 0, 0);
      const bytes = pen.getImageData(0, 0, image.width, image.height).data;
      const has = (wanted as number[][]).map(([r, g, b]) => {
        for (let at = 0; at < bytes.length; at += 4) if (bytes[at] === r && bytes[at + 1] === g && bytes[at + 2] === b) return true;
        return false;
      });
      return { width: image.width, height: image.height, has };
    },
    [`data:image/png;base64,${png.toString("base64")}`, colours] as const,
  );
}

test("a clause is copied as a picture in light colours, also from a dark page", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: peopleAt });
  await page.emulateMedia({ colorScheme: "dark" });
  await signIn(page, "city-coordinator");
  await page.goto(`${peopleAt}/notices/2023-08-industry?clause=3.1`);
  await page.locator(".copy summary").click();
  await page.getByRole("button", { name: "复制图片" }).click();
  await expect(page.locator(".copy [role=status]")).toContainText("图片已复制");
  await holdsToRules(page);
  const data = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
  const png = Buffer.from(data, "base64");
  await test.info().attach("clause", { body: png, contentType: "image/png" });
  const { width, has } = await seen(page, png, [[255, 255, 255], [179, 38, 30], [29, 33, 39], [47, 125, 91]]);
  expect(width).toBeGreaterThanOrEqual(1440);
  expect(has, "paper, the seal's red, ink and the green of what is met").toEqual([true, true, true, true]);
});

test("a list is saved as a picture where the clipboard refuses, on a phone too", async ({ page }) => {
  await page.setViewportSize(phone);
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
  });
  await signIn(page, "city-coordinator");
  await page.goto(`${peopleAt}/registers/event`);
  await page.locator(".copy summary").click();
  const id = await page.locator("table.records tbody th").first().innerText();
  await expect(page.locator(".copy textarea"), "the rows as text").toHaveValue(new RegExp(`\n${id} .+：`));
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "复制图片" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/\.png$/);
  await expect(page.locator(".copy [role=status]")).toContainText("下载");
  const picture = JSON.parse((await page.locator("[data-picture]").getAttribute("data-picture"))!);
  expect(picture.tables[0].more).toMatch(/另有 .+ 行/);
  const png = readFileSync(await file.path());
  await test.info().attach("list", { body: png, contentType: "image/png" });
  // Thirty rows of 30 pixels at least, at two pixels to one; more than that is told by its number.
  const { height } = await seen(page, png, []);
  expect(height).toBeGreaterThan(30 * 30 * 2);
  expect(height).toBeLessThan(36 * 30 * 2 + 600);
  await fitsThePhone(page);
});

for (const [name, account, path] of [
  ["home", "city-coordinator", "/"],
  ["firm's home", "firm", "/"],
  ["bank's home", "bank-officer", "/"],
  ["journal", "auditor", "/journal"],
  ["overview", "city-coordinator", "/overview?level=county"],
  ["board", "city-coordinator", "/registers/event/board"],
  ["calendar", "city-coordinator", "/registers/event/calendar?month=2023-09"],
  ["map", "city-coordinator", "/registers/event/map?level=county"],
  ["list", "city-coordinator", "/registers/event"],
  ["form", "county-coordinator", "/registers/project/new"],
  ["search", "county-coordinator", "/search?q=gs"],
  ["own account", "county-coordinator", "/me"],
  ["import", "county-coordinator", "/registers/event/import"],
] as const) {
  test(`the ${name} page holds to WCAG 2.2 AA in light and dark, at a desk and on a phone`, async ({ page }) => {
    await signIn(page, account);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${peopleAt}${path}`);
      await expect(page.locator("main")).toBeVisible();
      await holdsToRules(page);
    }
    await page.setViewportSize(phone);
    await fitsThePhone(page);
    await holdsToRules(page);
  });
}

test("the keys are shown by a key and put away by another", async ({ page }) => {
  await signIn(page, "county-coordinator");
  await page.keyboard.press("?");
  await expect(page.locator("#keys")).toBeVisible();
  await holdsToRules(page);
  await page.keyboard.press("Escape");
  await expect(page.locator("#keys")).toBeHidden();
});

test("a form is filled and sent by keyboard alone", async ({ page }) => {
  await signIn(page, "county-coordinator");
  await page.goto(`${peopleAt}/registers/event`);
  await page.keyboard.press("n");
  await expect(page.locator("form.sheet")).toBeVisible();
  await page.keyboard.press("Tab");
  for (let at = 0; at < 40; at += 1) {
    if (await page.evaluate(() => document.activeElement?.matches("form.sheet input, form.sheet select"))) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type("键盘登记");
  await page.keyboard.press("Enter");
  await expect(page.locator("#said")).toBeFocused();
  await expect(page.locator("main")).toContainText("已填的内容都还在");
});
