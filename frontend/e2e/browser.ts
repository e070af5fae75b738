/** Chromium, as it can be had from the system's packages. */

import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

export type { Browser };

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(): Promise<Browser> {
  const found = process.env.CHROMIUM || PLACES.find((place) => existsSync(place));
  if (found === undefined) throw new Error("No Chromium: install it (apt-get install chromium) or set CHROMIUM");
  return chromium.launch({ executablePath: found, args: ARGUMENTS });
}
