import { Resolver } from "node:dns/promises";

/** Finds the IP addresses of a host name, at least one, or rejects. */
export type ResolveAddresses = (host: string) => Promise<readonly string[]>;

/** Milliseconds one try waits for a name server. */
const PATIENCE = 2_000;
const TRIES = 2;

/**
 * Asks name servers, those of the system unless others are given (`address` or `address:port`), and no file:
 * `/etc/hosts` names what is private. Unlike `dns.lookup` it takes no thread, so names whose servers keep silent
 * delay nobody else's names.
 */
export function createAddressResolver(servers?: readonly string[]): ResolveAddresses {
  let resolver: Resolver | undefined;
  return async (host) => {
    if (resolver === undefined) {
      resolver = new Resolver({ timeout: PATIENCE, tries: TRIES });
      if (servers !== undefined) resolver.setServers(servers);
    }
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = [...answerOf(four), ...answerOf(six)];
    // A host may well have addresses of one kind only.
    if (addresses.length === 0) throw (four as PromiseRejectedResult).reason;
    return addresses;
  };
}

function answerOf(outcome: PromiseSettledResult<string[]>): string[] {
  return outcome.status === "fulfilled" ? outcome.value : [];
}
