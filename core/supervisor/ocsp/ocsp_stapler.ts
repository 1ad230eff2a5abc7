import type { X509Certificate } from "node:crypto";
import type { Logger } from "../../observe/logger.ts";
import { fetchOcsp } from "./ocsp_fetch.ts";
import type { GoodResponse } from "./ocsp_response.ts";

/** A certificate whose responses are kept fresh. */
export interface StapledCertificate {
  readonly certificate: X509Certificate;
  /** Undefined when the chain does not have it: then nothing can be asked. */
  readonly issuer: X509Certificate | undefined;
}

export interface OcspStaplerOptions {
  readonly logger: Logger;
  /** There is a new response for a certificate, or none any more; `fingerprint256` is as in `ServedCertificate`. */
  readonly changed: (fingerprint256: string, response: Buffer | undefined) => void;
  readonly fetch?: (url: string, request: Uint8Array, signal: AbortSignal) => Promise<Buffer>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** What reads and writes DER takes 40 ms to load, which most starts can do without. */
export const loadOcsp = () => Promise.all([import("./ocsp_request.ts"), import("./ocsp_response.ts")]);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Milliseconds between looks: asking again after a failure, or for what is half used up. */
const LEAST_WAIT = MINUTE;
const LONGEST_WAIT = 12 * HOUR;
/** RFC 7633: the certificate demands a staple; a client that knows it refuses a handshake without. */
const MUST_STAPLE = Buffer.from("06082b06010505070118", "hex");

interface Entry extends StapledCertificate {
  readonly url: string;
  response: GoodResponse | undefined;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Asks the responders of all certificates that name one, again when half of a response's time is over, and hands out what
 * may be stapled. A responder that fails is asked again after a minute, then ever later; what it said before goes on being
 * stapled for as long as it holds.
 */
export class OcspStapler {
  readonly #options: OcspStaplerOptions;
  readonly #fetch: NonNullable<OcspStaplerOptions["fetch"]>;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #stopped = new AbortController();

  constructor(options: OcspStaplerOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? fetchOcsp;
    this.#now = options.now ?? Date.now;
  }

  /** From now on these certificates; those that were there before keep their responses. */
  watch(certificates: readonly StapledCertificate[]): void {
    const wanted = new Map(certificates.map((each) => [fingerprintOf(each.certificate), each]));
    for (const [fingerprint, entry] of this.#entries) {
      const now = wanted.get(fingerprint);
      const isComplete = entry.issuer !== undefined || now?.issuer === undefined;
      if (now !== undefined && isComplete) continue;
      clearTimeout(entry.timer);
      this.#entries.delete(fingerprint);
    }
    for (const [fingerprint, each] of wanted)
      if (!this.#entries.has(fingerprint)) this.#add(fingerprint, each);
  }

  /** What may be stapled now, in DER, by fingerprint. */
  get responses(): Map<string, Buffer> {
    const responses = new Map<string, Buffer>();
    for (const [fingerprint, { response }] of this.#entries) {
      if (response !== undefined && response.nextUpdate > this.#now())
        responses.set(fingerprint, response.der);
    }
    return responses;
  }

  close(): void {
    this.#stopped.abort();
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
    this.#entries.clear();
  }

  #add(fingerprint: string, { certificate, issuer }: StapledCertificate): void {
    const url = responderOf(certificate);
    if (url === undefined) return;
    const entry: Entry = { certificate, issuer, url, response: undefined, failures: 0, timer: undefined };
    this.#entries.set(fingerprint, entry);
    if (issuer === undefined) {
      this.#warn(
        entry,
        "its file does not have the issuer's certificate, without which its responder cannot be asked",
      );
      return;
    }
    void this.#ask(fingerprint, entry, issuer);
  }

  /** Never rejects. */
  async #ask(fingerprint: string, entry: Entry, issuer: X509Certificate): Promise<void> {
    try {
      const { certificate, url } = entry;
      const [{ ocspRequest }, { checkOcspResponse }] = await loadOcsp();
      const der = await this.#fetch(url, ocspRequest(certificate, issuer), this.#stopped.signal);
      const response = checkOcspResponse(der, certificate, issuer, this.#now());
      if (this.#entries.get(fingerprint) !== entry) return;
      entry.response = response;
      entry.failures = 0;
      this.#options.changed(fingerprint, response.der);
    } catch (error) {
      if (this.#entries.get(fingerprint) !== entry) return;
      entry.failures++;
      this.#warn(entry, reasonOf(error as Error));
      this.#dropExpired(fingerprint, entry);
    }
    entry.timer = setTimeout(() => void this.#ask(fingerprint, entry, issuer), this.#wait(entry)).unref();
  }

  #dropExpired(fingerprint: string, entry: Entry): void {
    if (entry.response === undefined || entry.response.nextUpdate > this.#now()) return;
    entry.response = undefined;
    this.#options.changed(fingerprint, undefined);
  }

  /** Milliseconds until the next question. */
  #wait({ response, failures }: Entry): number {
    const patience = Math.min(LEAST_WAIT * 2 ** Math.max(0, failures - 1), HOUR);
    if (response === undefined) return patience;
    const { thisUpdate, nextUpdate } = response;
    const now = this.#now();
    // With a failure behind it, but never beyond the end of what is stapled now.
    if (failures > 0) return Math.min(patience, Math.max(nextUpdate - now, LEAST_WAIT));
    const half = thisUpdate + (nextUpdate - thisUpdate) / 2;
    return Math.min(Math.max(half - now, LEAST_WAIT), LONGEST_WAIT);
  }

  #warn({ certificate, url }: Entry, reason: string): void {
    const demands = certificate.raw.includes(MUST_STAPLE);
    const fields = { names: certificate.subjectAltName, responder: url, reason };
    const what = "no OCSP response for a certificate";
    if (demands) this.#options.logger.error(fields, `${what} that demands one: clients may refuse it`);
    else this.#options.logger.warn(fields, what);
  }
}

function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

/** The responder that a certificate names (RFC 5280 section 4.2.2.1). */
function responderOf(certificate: X509Certificate): string | undefined {
  const url = /^OCSP - URI:(.+)$/m.exec(certificate.infoAccess ?? "")?.[1];
  return url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
}

/** `fetch` itself says no more than that it failed. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
