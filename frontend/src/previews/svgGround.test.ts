import { describe, expect, it } from "vitest";
import { suitsAnyGround } from "@/previews/svgGround";

describe("the ground of a drawing", () => {
  it.each([
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 220" fill="#808894"><text>1</text></svg>',
    '<?xml version="1.0"?><svg style="fill: #888"><path/></svg>',
    "<svg><style>@media (prefers-color-scheme: dark) { text { fill: #fff } }</style></svg>",
  ])("is the theme's where the inks were chosen for both: %s", (svg) => {
    expect(suitsAnyGround(svg)).toBe(true);
  });

  it.each([
    '<svg><text fill="#f00">black is the default of the rest</text></svg>',
    '<svg fill="none"><path stroke="black"/></svg>',
    '<svg fill="#000"/>',
    "not a drawing",
  ])("is a light sheet where black may be in use: %s", (svg) => {
    expect(suitsAnyGround(svg)).toBe(false);
  });
});
