// Browser tests over the filled example province, in Debian's Chromium.
import { defineConfig } from "@playwright/test";

const port = process.env.HELI_PORT ?? "18473";
const peoplePort = String(Number(port) + 1);
// Where a test starts the provider of a single sign-on.
const providerPort = String(Number(port) + 2);
const heli = process.env.HELI_BIN ?? `${process.env.CARGO_TARGET_DIR ?? "target"}/debug/heli`;

export default defineConfig({
  testDir: "tests",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1520, height: 1010 },
    launchOptions: { executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] },
  },
  // The example as whoever holds the machine sees it, and a smaller one in which people sign in.
  webServer: [
    {
      command: `"${heli}" demo --listen 127.0.0.1:${port}`,
      url: `http://127.0.0.1:${port}/assets/heli.css`,
      timeout: 300_000,
      stdout: "ignore",
    },
    {
      command: `"${heli}" demo --firms 2000 --sign-in --oidc-issuer http://127.0.0.1:${providerPort} --oidc-client heli --listen 127.0.0.1:${peoplePort}`,
      url: `http://127.0.0.1:${peoplePort}/assets/heli.css`,
      timeout: 300_000,
      stdout: "ignore",
    },
  ],
});
