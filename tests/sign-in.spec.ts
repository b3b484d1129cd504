// Signing in by more than a password: the second step, from turning it on to a lost phone, and a single sign-on.
import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import AxeBuilder from "@axe-core/playwright";
import { expect, peopleAt, signIn, test } from "./heli";
import type { Page } from "@playwright/test";

const PASSWORD = "tide-lamp-orchid";
const PHONE = { width: 390, height: 844 };

// What a phone shows for a secret, so many half minutes from now (RFC 6238).
function shown(secret: string, steps = 0) {
  const letters = [...secret.replace(/\s/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter));
  const bits = letters.map((value) => value.toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function holdsToRules(page: Page) {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide, "nothing stands beyond the edge").toBeLessThanOrEqual(0);
}

// Invites somebody of the test's own, who sets the password.
async function joined(page: Page, account: string) {
  await signIn(page, "admin", "form.leave");
  await page.goto(`${peopleAt}/admin/accounts`);
  await page.fill("input[name=account]", account);
  await page.fill("input[name=person]", "陈一");
  await page.getByRole("button", { name: "开账号" }).click();
  const link = (await page.locator(".say code").innerText()).trim();
  await leave(page);
  await page.goto(`${peopleAt}${link}`);
  await page.fill("#password", PASSWORD);
  await page.locator("main.door button.button").click();
}

async function leave(page: Page) {
  await page.locator("form.leave button").click();
  await expect(page.locator("main.door")).toBeVisible();
}

async function givePassword(page: Page, account: string) {
  await page.goto(`${peopleAt}/sign-in`);
  await page.fill("#account", account);
  await page.fill("#password", PASSWORD);
  await page.locator("main.door form").first().locator("button.button").click();
}

test("a second step is turned on, asked for, passed without the phone, and reset", async ({ page }) => {
  test.slow();
  const account = `chen-${Date.now()}`;
  await joined(page, account);
  await page.goto(`${peopleAt}/me`);
  await page.getByRole("button", { name: "开启" }).click();
  await expect(page.locator("#second svg")).toBeVisible();
  await page.setViewportSize(PHONE);
  await holdsToRules(page);
  const secret = await page.locator("#second code").innerText();
  await page.locator("#second input[name=code]").fill(shown(secret));
  await page.getByRole("button", { name: "确认并开启" }).click();
  await expect(page.locator(".codes li")).toHaveCount(10);
  const recovery = (await page.locator(".codes li").first().innerText()).trim();
  await holdsToRules(page);
  await leave(page);

  await givePassword(page, account);
  await expect(page.locator("#code")).toBeFocused();
  await holdsToRules(page);
  await page.goto(`${peopleAt}/me`);
  await expect(page, "no page is seen before the code").toHaveURL(/\/sign-in\?next=/);
  await givePassword(page, account);
  await page.locator("#code").fill("000000");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("验证码不对");
  await holdsToRules(page);
  await page.locator("#code").fill(shown(secret, 1));
  await page.keyboard.press("Enter");
  await expect(page.locator("form.leave")).toBeVisible();
  await leave(page);

  await givePassword(page, account);
  await page.locator("summary").click();
  await page.fill("#recovery", recovery.toLowerCase());
  await page.keyboard.press("Enter");
  await expect(page.locator("form.leave")).toBeVisible();
  await page.goto(`${peopleAt}/me`);
  await expect(page.locator("#second")).toContainText("还有 9 个恢复码");
  await holdsToRules(page);
  await leave(page);

  await signIn(page, "admin", "form.leave");
  await page.goto(`${peopleAt}/admin/accounts`);
  const row = page.locator("tr", { has: page.locator(`th:text-is("${account}")`) });
  await row.locator("summary").click();
  await row.getByRole("button", { name: "重置两步验证" }).click();
  await expect(page.locator(".say")).toContainText("已办理");
  await leave(page);
  await givePassword(page, account);
  await expect(page.locator("form.leave")).toBeVisible();
});

// A provider of OpenID Connect that knows everybody as one person, and asks for a click before it says so.
async function provider(name: string) {
  const issuer = `http://127.0.0.1:${Number(process.env.HELI_PORT ?? "18473") + 2}`;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keys = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", use: "sig", alg: "RS256" }] };
  const settings = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
  let asked = new URLSearchParams();
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: "heli", sub: "7", iat: now, exp: now + 60, nonce: asked.get("nonce"), preferred_username: name };
    const text = `${part({ alg: "RS256", kid: "k" })}.${part(claims)}`;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    const json = (value: object, status = 200) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (pathname === "/.well-known/openid-configuration") return json(settings);
    if (pathname === "/keys") return json(keys);
    if (pathname === "/authorize") {
      asked = searchParams;
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      const back = `${asked.get("redirect_uri")}?code=one&state=${asked.get("state")}`;
      return response.end(`<!doctype html><title>省统一身份认证</title><link rel="icon" href="data:,"><a href="${back}">我是 ${name}</a>`);
    }
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      const given = new URLSearchParams(body);
      const challenge = createHash("sha256").update(given.get("code_verifier") ?? "").digest("base64url");
      const fits = given.get("code") === "one" && challenge === asked.get("code_challenge");
      return fits ? json({ access_token: "none", token_type: "Bearer", id_token: token() }) : json({ error: "invalid_grant" }, 400);
    });
  });
  const { port } = new URL(issuer);
  await new Promise<void>((resolve) => server.listen(Number(port), "127.0.0.1", resolve));
  return server;
}

test("a single sign-on lets in who has an account, and leads to where one wanted to go", async ({ page }) => {
  const server = await provider("county-coordinator");
  try {
    await page.goto(`${peopleAt}/registers`);
    await holdsToRules(page);
    await page.getByRole("link", { name: "用统一身份认证登录" }).click();
    await page.getByRole("link", { name: "我是 county-coordinator" }).click();
    await expect(page).toHaveURL(`${peopleAt}/registers`);
    await expect(page.locator("form.leave")).toBeVisible();
    await page.goto(`${peopleAt}/me`);
    await expect(page.locator("main")).toContainText("county-coordinator");
  } finally {
    server.close();
  }
});
