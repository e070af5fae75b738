/** Text and binary frames to objects. */

import type { BinaryFrame, Frame, ValueFrame } from "@/protocol/wire";

export class FrameError extends Error {}

export function readText(text: string): Frame {
  const frame: unknown = JSON.parse(text);
  if (typeof frame !== "object" || frame === null || !("type" in frame)) {
    throw new FrameError("A frame without a type");
  }
  return frame as Frame;
}

/** Binary frame: 4 bytes big-endian header length, JSON header, payload. */
export function readBinary(buffer: ArrayBuffer): BinaryFrame {
  const length = new DataView(buffer).getUint32(0, false);
  if (4 + length > buffer.byteLength) throw new FrameError("A binary frame shorter than its header");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as ValueFrame;
  return { header, payload: new Uint8Array(buffer, 4 + length) };
}
