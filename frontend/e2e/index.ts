/** What end-to-end tests are written with. */

export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
export { Editor } from "./editor";
export { launch, type Browser } from "./browser";
export { passengers, Server } from "./server";
