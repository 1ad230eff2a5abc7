import { create } from "../../../core/runtime/crypto/chunk.ts";
import { DOMException } from "../../../core/runtime/language/dom_exception.ts";
import { create as createModule } from "../../../core/runtime/lodestone_crypto/chunk.ts";
import { hostCrypto } from "../../../core/script/host/host_crypto.ts";
import { CryptoLanes } from "../../../core/script/host/host_crypto_lanes.ts";
import { cryptoOperations } from "../../../core/script/host/host_crypto_operations.ts";
import { hostOperationFailure, runHostOperation } from "../../../core/script/host/host_operations.ts";

/** The two chunks over the real host side, without an isolate between them. */
export function cryptoChunks() {
  const module = createModule({ host: hostCrypto });
  const operations = cryptoOperations(new CryptoLanes(), {});
  /** Names of the operations of the host that were started. */
  const calls: string[] = [];
  const call = async (name: string, json: string, ...bytes: Uint8Array<ArrayBuffer>[]) => {
    calls.push(name);
    try {
      return await runHostOperation(operations, name, json, structuredClone(bytes));
    } catch (error) {
      const [failure, message] = hostOperationFailure(error);
      throw new DOMException(message, failure);
    }
  };
  const chunk = create({ host: hostCrypto, call, chunks: { get: () => module as never } });
  return { ...chunk, module: module.exports, calls };
}
