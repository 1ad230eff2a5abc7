import { isIPv6, type LookupFunction } from "node:net";
import { HttpError } from "../http/http_error.ts";
import type { ResolveAddresses } from "./resolve_addresses.ts";

/** Tells why an address must not be connected to; undefined when it may. */
export type AddressCheck = (address: string) => string | undefined;

/**
 * The lookup of a socket: every address of the name is checked, then the socket gets these very addresses. A name
 * whose answer has changed since it was last asked for (DNS rebinding) gains nothing. Fails with `HttpError` 502
 * `origin_address_refused`, also when only one of several addresses is refused, or `backend_dns`.
 */
export function checkedLookup(resolve: ResolveAddresses, check: AddressCheck): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (addresses) => {
        const failure = addresses.length === 0 ? unresolved(host) : refusalOf(host, addresses, check);
        if (failure !== undefined) return callback(failure, "");
        const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
        if (options.all) callback(null, found);
        else callback(null, found[0]!.address, found[0]!.family);
      },
      (cause: unknown) => callback(unresolved(host, cause), ""),
    );
  };
}

/** Undefined when none of the addresses is refused. */
function refusalOf(host: string, addresses: readonly string[], check: AddressCheck): HttpError | undefined {
  for (const address of addresses) {
    const range = check(address);
    if (range !== undefined) return addressRefused(host, address, range);
  }
  return undefined;
}

export function addressRefused(host: string, address: string, range: string): HttpError {
  const what = host === address ? "its address" : `its address ${address}`;
  const message = `connecting to "${host}": ${what} is not public (${range}), and allow.origins does not name it as such`;
  return new HttpError(502, "origin_address_refused", message);
}

function unresolved(host: string, cause?: unknown): HttpError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause ?? "no address");
  return new HttpError(502, "backend_dns", `resolving "${host}" failed: ${code}`, cause);
}
