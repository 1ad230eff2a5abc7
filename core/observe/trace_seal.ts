import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { TraceStep } from "./trace.ts";

/** Characters of a header's value: many servers and clients take 8 KB of head in all. */
const LONGEST_HEADER = 4096;
/** Bytes of a trace that is opened. */
const LONGEST_TRACE = 4 * 1024 * 1024;
const VECTOR = 12;
const TAG = 16;

/** What traces are sealed with. */
export function traceKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", "lodestone trace", 32));
}

/**
 * A trace as the value of a header: JSON, compressed (raw DEFLATE), AES-256-GCM, base64url; vector before, tag behind. Encrypted because a
 * response goes through the hands of caches and pages, and the trace is for the one who has the secret. What
 * is too long leaves out steps from its middle, all of them if need be.
 */
export function sealTrace(steps: readonly TraceStep[], key: Buffer): string {
  const { deflateRawSync } = process.getBuiltinModule("node:zlib");
  for (let kept = steps.length; ; kept = Math.floor(kept / 1.5)) {
    const packed = deflateRawSync(JSON.stringify(withoutMiddle(steps, kept)));
    const length = Math.ceil(((packed.length + VECTOR + TAG) * 4) / 3);
    if (length > LONGEST_HEADER && kept > 0) continue;
    const vector = randomBytes(VECTOR);
    const cipher = createCipheriv("aes-256-gcm", key, vector);
    return Buffer.concat([vector, cipher.update(packed), cipher.final(), cipher.getAuthTag()]).toString(
      "base64url",
    );
  }
}

/** Undefined for what was not sealed with this key. */
export function openTrace(text: string, key: Buffer): TraceStep[] | undefined {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length < VECTOR + TAG) return undefined;
  const { inflateRawSync } = process.getBuiltinModule("node:zlib");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, VECTOR));
  decipher.setAuthTag(bytes.subarray(-TAG));
  try {
    const packed = Buffer.concat([decipher.update(bytes.subarray(VECTOR, -TAG)), decipher.final()]);
    return JSON.parse(inflateRawSync(packed, { maxOutputLength: LONGEST_TRACE }).toString()) as TraceStep[];
  } catch {
    return undefined;
  }
}

function withoutMiddle(steps: readonly TraceStep[], kept: number): readonly TraceStep[] {
  if (kept >= steps.length) return steps;
  const first = Math.ceil(kept / 2);
  const rest = steps.slice(steps.length - (kept - first));
  const leftOut: TraceStep = { at: steps[first]!.at, step: "left out", steps: steps.length - kept };
  return [...steps.slice(0, first), leftOut, ...rest];
}
