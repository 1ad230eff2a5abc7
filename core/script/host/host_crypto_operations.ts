import { webcrypto } from "node:crypto";
import type { CryptoOperation } from "../../runtime/host/crypto_jobs.ts";
import { CryptoJobReader } from "./host_crypto_job.ts";
import { jobKey, keyReply, MODULUS_LIMIT } from "./host_crypto_keys.ts";
import type { CryptoLanes } from "./host_crypto_lanes.ts";
import { HostOperationError, type HostOperations } from "./host_operations.ts";

/** Longest RSA modulus that is made, in bits: about half a second, now and then some. */
const GENERATED_MODULUS_LIMIT = 4096;
/** Iterations of PBKDF2, summed over the blocks of its output: some seconds. */
const ITERATIONS_LIMIT = 10_000_000;
const DERIVED_BITS_LIMIT = 65_536 * 8;
/** Bytes of a block of PBKDF2. */
const HASH_LENGTHS: Readonly<Record<string, number>> = {
  "SHA-1": 20,
  "SHA-256": 32,
  "SHA-384": 48,
  "SHA-512": 64,
};

const { subtle } = webcrypto;

type Operation = (job: CryptoJobReader) => Promise<string | ArrayBuffer>;

/**
 * The asynchronous half of the guest's `crypto.subtle`, over Node's, which runs on the thread pool and checks
 * what the specification says of parameters and keys. Nothing is kept between calls: keys come with every call.
 * `owner` is the site, whose turn it is with others; `lanes.drop(owner)` ends what waits of it.
 */
export function cryptoOperations(lanes: CryptoLanes, owner: object): HostOperations {
  const table: Record<string, HostOperations[string]> = {};
  for (const [name, operation] of Object.entries(OPERATIONS) as [CryptoOperation, Operation][]) {
    table[name] = async (json, bytes) => {
      const job = new CryptoJobReader(json, bytes);
      if (!ALGORITHMS[name].includes(job.algorithm.name)) {
        throw new HostOperationError("NotSupportedError", `${name}: no algorithm "${job.algorithm.name}"`);
      }
      const lane = isHeavy(name, job) ? lanes.heavy : lanes.light;
      return lane.run(owner, () => inTermsOfScripts(operation(job)));
    };
  }
  return table;
}

const KEY_PAIRS = ["RSASSA-PKCS1-v1_5", "RSA-PSS", "RSA-OAEP", "ECDSA", "ECDH", "Ed25519", "X25519"];
const SIGNATURES = ["HMAC", "RSASSA-PKCS1-v1_5", "RSA-PSS", "ECDSA", "Ed25519"];
const CIPHERS = ["AES-GCM", "AES-CBC", "AES-CTR", "RSA-OAEP"];

/** What is done here, by exactly these names. Node knows more, and some of it takes any amount of time or memory. */
const ALGORITHMS: Readonly<Record<CryptoOperation, readonly string[]>> = {
  "crypto.digest": ["SHA-1", "SHA-256", "SHA-384", "SHA-512"],
  "crypto.sign": SIGNATURES,
  "crypto.verify": SIGNATURES,
  "crypto.encrypt": CIPHERS,
  "crypto.decrypt": CIPHERS,
  "crypto.deriveBits": ["HKDF", "PBKDF2", "ECDH", "X25519"],
  "crypto.importKey": KEY_PAIRS,
  "crypto.generateKey": KEY_PAIRS,
  "crypto.exportKey": KEY_PAIRS,
};

const OPERATIONS: Readonly<Record<CryptoOperation, Operation>> = {
  "crypto.digest": async (job) => subtle.digest(job.algorithm.name, job.take()),

  "crypto.sign": async (job) => subtle.sign(job.algorithm as never, await jobKey(job, "sign"), job.take()),

  "crypto.verify": async (job) => {
    const key = await jobKey(job, "verify");
    return (await subtle.verify(job.algorithm as never, key, job.take(), job.take())) ? "1" : "0";
  },

  "crypto.encrypt": async (job) =>
    subtle.encrypt(job.algorithm as never, await jobKey(job, "encrypt"), job.take()),

  "crypto.decrypt": async (job) =>
    subtle.decrypt(job.algorithm as never, await jobKey(job, "decrypt"), job.take()),

  "crypto.deriveBits": async (job) => {
    const key = await jobKey(job, "deriveBits");
    const peer = await jobKey(job, "peer");
    const algorithm = peer === undefined ? job.algorithm : { ...job.algorithm, public: peer };
    return subtle.deriveBits(algorithm as never, key, job.length as number);
  },

  "crypto.importKey": async (job) => {
    const data = job.format === "jwk" ? job.jwk : job.take();
    const key = await subtle.importKey(
      job.format as "jwk",
      data as webcrypto.JsonWebKey,
      job.algorithm as never,
      // Whether the script may export it is known to the guest.
      true,
      job.usages as webcrypto.KeyUsage[],
    );
    return JSON.stringify(keyReply(key));
  },

  "crypto.generateKey": async (job) => {
    const { modulusLength, publicExponent } = job.algorithm;
    if (modulusLength !== undefined) checkModulus(Number(modulusLength), publicExponent);
    const pair = await subtle.generateKey(
      job.algorithm as unknown as webcrypto.EcKeyGenParams,
      true,
      job.usages as webcrypto.KeyUsage[],
    );
    return JSON.stringify({ privateKey: keyReply(pair.privateKey), publicKey: keyReply(pair.publicKey) });
  },

  "crypto.exportKey": async (job) => {
    const result = await subtle.exportKey(job.format as "raw", await jobKey(job, "export"));
    return result instanceof ArrayBuffer ? result : JSON.stringify(result);
  },
};

/** Also refuses what would take too long even there. */
function isHeavy(name: string, { algorithm, length }: CryptoJobReader): boolean {
  if (name === "crypto.generateKey") return algorithm.modulusLength !== undefined;
  if (name !== "crypto.deriveBits") return false;
  if (Number(length) > DERIVED_BITS_LIMIT) {
    const message = `deriveBits: ${length} bits are too many (${DERIVED_BITS_LIMIT})`;
    throw new HostOperationError("OperationError", message);
  }
  if (algorithm.name !== "PBKDF2") return false;
  const blocks = Math.ceil(Number(length) / 8 / (HASH_LENGTHS[String(algorithm.hash)] ?? 1));
  const iterations = Number(algorithm.iterations) * Math.max(blocks, 1);
  if (!(iterations <= ITERATIONS_LIMIT)) {
    const message = `PBKDF2: ${algorithm.iterations} iterations for each of ${blocks} blocks; at most ${ITERATIONS_LIMIT} together`;
    throw new HostOperationError("OperationError", message);
  }
  return true;
}

/** Exponents other than the usual two serve nobody and can make a key's generation endless. */
function checkModulus(modulusLength: number, publicExponent: unknown): void {
  if (!(modulusLength >= 512 && modulusLength <= GENERATED_MODULUS_LIMIT)) {
    const message = `RSA keys of ${modulusLength} bits cannot be generated; at least 512, at most ${GENERATED_MODULUS_LIMIT} (imported: ${MODULUS_LIMIT})`;
    throw new HostOperationError("OperationError", message);
  }
  const exponent =
    publicExponent instanceof Uint8Array ? BigInt(`0x0${Buffer.from(publicExponent).toString("hex")}`) : 0n;
  if (exponent !== 3n && exponent !== 65537n) {
    throw new HostOperationError("OperationError", "RSA: publicExponent must be 3 or 65537");
  }
}

/** Node's DOMExceptions carry the specification's names. Of other errors, and of causes, nothing is told. */
async function inTermsOfScripts<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof DOMException) throw new HostOperationError(error.name, error.message);
    throw error;
  }
}
