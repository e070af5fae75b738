import { expect, it } from "vitest";
import { freePlace } from "@/canvas/freePlace";

const box = (x: number, y: number, width = 200, height = 100) => ({ x, y, width, height });

it("takes the wanted place where there is room", () => {
  expect(freePlace(box(0, 0), [box(500, 0)])).toEqual({ x: 0, y: 0 });
});

it("goes to the nearest place that covers nothing", () => {
  const place = freePlace(box(0, 0), [box(0, 0)]);

  expect(place.x).toBe(0);
  expect(Math.abs(place.y)).toBe(160);
});

it("finds a way out of a crowd", () => {
  const crowd = Array.from({ length: 36 }, (_, at) => box((at % 6) * 210 - 600, Math.floor(at / 6) * 110 - 300));

  const place = freePlace(box(0, 0), crowd);

  expect(crowd.some((one) => Math.abs(one.x - place.x) < 200 && Math.abs(one.y - place.y) < 100)).toBe(false);
});

it("gives up where everything is full", () => {
  expect(freePlace(box(0, 0), [box(-9000, -9000, 18000, 18000)])).toEqual({ x: 0, y: 0 });
});
