import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The web server that `funcnodes runserver` starts; `npm run dev` passes everything but the editor's own files to it.
const backend = process.env.FUNCNODES_BACKEND ?? "http://localhost:8000";
const passed = ["/manager", "/worker", "/login", "/healthz"];

export default defineConfig({
  plugins: [react()],
  base: "./", // a reverse proxy may serve it below a path
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../packages/funcnodes/src/funcnodes/static",
    emptyOutDir: true,
    // The served policy allows no data: fonts, so assets stay files.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: Object.fromEntries(passed.map((path) => [path, { target: backend, ws: true }])),
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
