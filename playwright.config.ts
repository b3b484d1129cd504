// Browser tests over the filled example province, in Debian's Chromium.
import { defineConfig } from "@playwright/test";

const port = process.env.HELI_PORT ?? "18473";
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
  webServer: {
    command: `"${heli}" demo --listen 127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/assets/heli.css`,
    timeout: 300_000,
    stdout: "ignore",
  },
});
