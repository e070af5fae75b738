import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The built editor against real processes in a real Chromium: `make e2e`. */
export default defineConfig({
  root: here("../.."),
  resolve: { alias: { "@e2e": here("./index.ts") } },
  test: {
    include: [process.env.FUNCNODES_PICTURE ? "frontend/e2e/*.shot.ts" : "tests/e2e/**/*.e2e.ts"],
    environment: "node",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One browser and one server at a time: the machine may have two cores only.
    fileParallelism: false,
  },
});
