import type { TestContext } from "node:test";
import type { HttpConfig, TlsConfig } from "../../../core/config/config.ts";
import type { TrustedProxies } from "../../../core/front/forwarded/trusted_proxies.ts";
import { TlsContexts } from "../../../core/front/tls/tls_contexts.ts";
import type { Client, IncomingHandler } from "../../../core/http/incoming.ts";
import type { ServedCertificate } from "../../../core/http/tls_material.ts";
import type { TestCertificate } from "../../support/certificates.ts";
import { testConfig } from "../../support/test_config.ts";
import { type Front, startFront } from "../start_front.ts";

export interface TlsFrontOptions {
  readonly certificates: readonly TestCertificate[];
  readonly clientAuthorities?: TestCertificate;
  readonly tls?: Partial<TlsConfig>;
  readonly http?: Partial<HttpConfig>;
  /** Ranges of addresses whose connections begin with a PROXY header. */
  readonly proxyProtocol?: readonly string[];
  readonly proxies?: TrustedProxies;
}

export interface TlsFront extends Front {
  readonly contexts: TlsContexts;
  /** `https://127.0.0.1:port` */
  readonly url: string;
  readonly port: number;
  /** Handshakes that came to nothing. */
  readonly failures: { readonly reason: string; readonly client: Client }[];
}

/** As the supervisor would send it to a worker. */
export function served(certificate: TestCertificate, names: readonly string[] = []): ServedCertificate {
  return { certificate: certificate.certificate, key: certificate.key, names, fingerprint256: "" };
}

/** Starts a listener with TLS on a free port; the test's end stops it and its clients. */
export async function startTlsFront(
  t: TestContext,
  handler: IncomingHandler,
  { certificates, clientAuthorities, tls, http, proxyProtocol = [], proxies }: TlsFrontOptions,
): Promise<TlsFront> {
  const failures: { reason: string; client: Client }[] = [];
  const contexts = new TlsContexts(
    { ...testConfig().tls, ...tls },
    {
      certificates: certificates.map((certificate) => served(certificate)),
      clientAuthorities: clientAuthorities?.certificate,
      ticketKeys: new Uint8Array(48).fill(7),
      staples: new Map(),
    },
  );
  const front = await startFront(t, handler, http ?? {}, {
    spoken: { tls: true, http2: false, redirect: undefined, proxyProtocol },
    tls: contexts,
    onHandshakeFailed: (reason, client) => failures.push({ reason, client }),
    ...(proxies === undefined ? {} : { proxies }),
  });
  const { address } = front.listener;
  const port = address.kind === "tcp" ? address.port : 0;
  return Object.assign(front, { contexts, port, url: `https://127.0.0.1:${port}`, failures });
}
