import type { CertificateConfig, ListenAddress, ListenerConfig, TlsConfig } from "./config.ts";
import type { WrittenConfig } from "./fields.ts";
import { formatListenAddress, listenAddressesCollide } from "./listen_address.ts";
import { present, values } from "./readable_items.ts";
import type { ValueReader } from "./value_reader.ts";

/** The listeners; reports those that no machine can have side by side, and what does not go together in one. */
export function resolveListen(written: WrittenConfig, reader: ValueReader): ListenerConfig[] {
  const listeners: ListenerConfig[] = [];
  const addresses: [ListenAddress, number][] = [];
  for (const [listener, place] of present(written.listen)) {
    const { address, tls, redirect } = listener;
    if (address === undefined) continue;
    reportCollision(addresses, address, place, reader);
    addresses.push([address, place]);
    if (tls && redirect !== undefined)
      reader.report(`listen.${place}.redirect`, "a listener with TLS cannot redirect to https");
    else checkRedirect(written, redirect, `listen.${place}.redirect`, reader);
    listeners.push({ ...listener, address, proxyProtocol: values(listener.proxyProtocol) });
  }
  const admin = written.admin?.listen;
  const taken = admin && addresses.find(([address]) => listenAddressesCollide(address, admin));
  if (taken !== undefined) {
    const [one, other] = [formatListenAddress(admin!), formatListenAddress(taken[0])];
    const how = one === other ? "is one that clients come to" : `belongs to ${other}, where clients come`;
    reader.report("admin.listen", `the address ${one} ${how}; the admin listener needs one of its own`);
  }
  return listeners;
}

/** A port that this very configuration speaks plain HTTP on leads nowhere. */
function checkRedirect(
  written: WrittenConfig,
  port: number | undefined,
  path: string,
  reader: ValueReader,
): void {
  if (port === undefined) return;
  const there = present(written.listen).filter(
    ([{ address }]) => address?.kind === "tcp" && address.port === port,
  );
  if (there.length > 0 && there.every(([{ tls }]) => !tls))
    reader.report(path, `clients would be sent to port ${port}, where this configuration speaks no TLS`);
}

function reportCollision(
  earlier: readonly [ListenAddress, number][],
  address: ListenAddress,
  place: number,
  reader: ValueReader,
): void {
  const found = earlier.find(([other]) => listenAddressesCollide(other, address));
  if (found === undefined) return;
  const [one, other] = [formatListenAddress(address), formatListenAddress(found[0])];
  const how = one === other ? "is in this list twice" : `is already listened on by ${other}`;
  reader.report(`listen.${place}`, `the address ${one} ${how}`);
}

/** Reports listeners with TLS that have no certificate, and client certificates that nobody could vouch for. */
export function resolveTls(written: WrittenConfig, reader: ValueReader): TlsConfig {
  const certificates = values(written.tls?.certificates).filter(
    (item): item is CertificateConfig => item.certificate !== undefined && item.key !== undefined,
  );
  const first = present(written.listen).find(([listener]) => listener.tls);
  if (first !== undefined && !reader.has("tls.certificates")) {
    const remedy = 'add "tls.certificates"; `lodestone cert` makes one for development';
    reader.report(`listen.${first[1]}.tls`, `TLS needs a certificate: ${remedy}`);
  }
  if (first === undefined && certificates.length > 0)
    reader.report("tls.certificates", "no listener speaks TLS: one needs `tls: true`");
  if (written.tls?.clientCertificates === "none" && reader.has("tls.clientAuthorities")) {
    const remedy = 'say `request` or `require` in "tls.clientCertificates"';
    reader.report("tls.clientAuthorities", `no client is asked for a certificate: ${remedy}`);
  }
  if (written.tls?.clientCertificates === "require" && !reader.has("tls.clientAuthorities")) {
    reader.report(
      "tls.clientCertificates",
      'to require client certificates "tls.clientAuthorities" is needed',
    );
  }
  return { ...written.tls, certificates };
}
