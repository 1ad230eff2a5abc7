import type { CryptoJob, CryptoOperation, JobKey } from "../host/crypto_jobs.ts";
import { createObject, jsonStringify, ownKeys, push, typedArrayName } from "../language/primordials.ts";
import type { KeyState } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import type { Parameters } from "./parameters.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Has the host do an operation away from the worker's loop; `crypto_jobs.ts` says what goes and what comes. */
export function runOnHost(
  { call }: CryptoServices,
  operation: CryptoOperation,
  parameters: Parameters,
  more: Omit<CryptoJob, "algorithm" | "bytes" | "key" | "peer"> & { readonly key?: KeyState },
  ...data: readonly Bytes[]
): Promise<string | ArrayBuffer> {
  // Without prototypes, which a script could have given a `toJSON`.
  const job = createObject(null) as Record<string, unknown>;
  const algorithm = createObject(null) as Record<string, unknown>;
  const names: string[] = [];
  const bytes: Bytes[] = [];
  for (const name of ownKeys(parameters) as (keyof Parameters)[]) {
    const value = parameters[name];
    if (typedArrayName(value) === undefined) {
      if (name !== "public") algorithm[name] = value;
      continue;
    }
    push(names, name);
    push(bytes, value as Bytes);
  }
  for (const name of ownKeys(more) as (keyof typeof more)[]) if (name !== "key") job[name] = more[name];
  job.algorithm = algorithm;
  job.bytes = names;
  if (more.key !== undefined) {
    job.key = jobKey(more.key);
    push(bytes, more.key.material);
  }
  if (parameters.public !== undefined) {
    job.peer = jobKey(parameters.public);
    push(bytes, parameters.public.material);
  }
  return call(operation, jsonStringify(job), ...bytes, ...data);
}

function jobKey({ type, algorithm: { name, hash, namedCurve } }: KeyState): JobKey {
  const algorithm = createObject(null) as Record<string, string>;
  algorithm.name = name;
  if (hash !== undefined) algorithm.hash = hash;
  if (namedCurve !== undefined) algorithm.namedCurve = namedCurve;
  const key = createObject(null) as Record<string, unknown>;
  key.type = type;
  key.algorithm = algorithm;
  return key as unknown as JobKey;
}
