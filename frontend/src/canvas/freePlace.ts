/** Finding room for a new node near where it was wanted. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const GAP = 24;
const STEP = 40;
const RINGS = 40;

function overlaps(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width + GAP && b.x < a.x + a.width + GAP && a.y < b.y + b.height + GAP && b.y < a.y + a.height + GAP
  );
}

/** Offsets on the square ring at a distance of `ring` steps, nearest first. */
function ringOffsets(ring: number): [number, number][] {
  if (ring === 0) return [[0, 0]];
  const offsets: [number, number][] = [];
  for (let at = -ring; at <= ring; at += 1) offsets.push([at, -ring], [at, ring], [-ring, at], [ring, at]);
  return offsets.sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
}

/** The place nearest to `wanted` at which it covers none of `taken`; `wanted` itself where all is full. */
export function freePlace(wanted: Box, taken: readonly Box[]): { x: number; y: number } {
  for (let ring = 0; ring <= RINGS; ring += 1) {
    for (const [dx, dy] of ringOffsets(ring)) {
      const place = { ...wanted, x: wanted.x + dx * STEP, y: wanted.y + dy * STEP };
      if (!taken.some((box) => overlaps(place, box))) return { x: place.x, y: place.y };
    }
  }
  return { x: wanted.x, y: wanted.y };
}
