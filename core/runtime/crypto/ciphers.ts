import { Bytes } from "../language/primordials.ts";
import { cryptoError } from "./crypto_error.ts";
import type { KeyState } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import { AT_ONCE } from "./data_operations.ts";
import { runOnHost } from "./host_job.ts";
import type { Parameters } from "./parameters.ts";

type Data = Uint8Array<ArrayBuffer>;

/** OpenSSL's limit; the specification has none. */
const LONGEST_GCM_IV = 128;
/** Below this, Node's asynchronous cipher refuses. */
const SHORTEST_ASYNCHRONOUS_GCM_IV = 12;

/** `encrypt` and `decrypt` of the specification. */
export async function cipher(
  services: CryptoServices,
  parameters: Parameters,
  decrypt: boolean,
  key: KeyState,
  data: Data,
): Promise<ArrayBuffer> {
  checkParameters(parameters);
  if (isDoneAtOnce(parameters, data)) {
    const result = aes(services, parameters, decrypt, key, data);
    return succeeded(result, parameters.name);
  }
  const operation = decrypt ? "crypto.decrypt" : "crypto.encrypt";
  return (await runOnHost(services, operation, parameters, { key }, data)) as ArrayBuffer;
}

/** AES-KW, which is for keys only; other algorithms wrap by `cipher`. */
export function wrap({ host }: CryptoServices, unwrap: boolean, key: KeyState, data: Data): ArrayBuffer {
  if (data.length > AT_ONCE) throw cryptoError("OperationError", `AES-KW: ${data.length} bytes are too many`);
  return succeeded(host.aesKeyWrap(unwrap, key.material, data), "AES-KW");
}

function aes(
  { host }: CryptoServices,
  { name, iv, additionalData, tagLength = 128 }: Parameters,
  decrypt: boolean,
  key: KeyState,
  data: Data,
): ArrayBuffer | undefined {
  const mode = name === "AES-GCM" ? "gcm" : "cbc";
  return host.aes(mode, decrypt, key.material, iv!, data, additionalData ?? new Bytes(0), tagLength / 8);
}

function isDoneAtOnce({ name, iv, additionalData }: Parameters, data: Data): boolean {
  if (name === "AES-CBC") return data.length <= AT_ONCE;
  if (name !== "AES-GCM") return false;
  const size = data.length + (additionalData?.length ?? 0);
  return size <= AT_ONCE || iv!.length < SHORTEST_ASYNCHRONOUS_GCM_IV;
}

function checkParameters({ name, iv, tagLength = 128 }: Parameters): void {
  if (name === "AES-CBC" && iv!.length !== 16) {
    throw cryptoError("OperationError", `AES-CBC: the iv has ${iv!.length} bytes instead of 16`);
  }
  if (name !== "AES-GCM") return;
  if (iv!.length === 0 || iv!.length > LONGEST_GCM_IV) {
    throw cryptoError("OperationError", `AES-GCM: the iv has ${iv!.length} bytes instead of 1 to 128`);
  }
  switch (tagLength) {
    case 32:
    case 64:
    case 96:
    case 104:
    case 112:
    case 120:
    case 128:
      return;
  }
  throw cryptoError("OperationError", `AES-GCM: a tag can't have ${tagLength} bits`);
}

function succeeded(result: ArrayBuffer | undefined, name: string): ArrayBuffer {
  if (result !== undefined) return result;
  throw cryptoError("OperationError", `${name}: the data does not fit the key, or its length is wrong`);
}
