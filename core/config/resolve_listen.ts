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
    listeners.push({ ...listener, address, proxyProtocol: values(listener.proxyProtocol) });
  }
  return listeners;
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
  if (written.tls?.clientCertificates === "require" && !reader.has("tls.clientAuthorities")) {
    reader.report(
      "tls.clientCertificates",
      'to require client certificates "tls.clientAuthorities" is needed',
    );
  }
  return { ...written.tls, certificates };
}
