import type { Incoming } from "../http/incoming.ts";
import { areOffered } from "../http/upgrade.ts";
import type { Escalation } from "./escalation.ts";

/**
 * What of the client's offer to switch protocols goes on to a backend. The scripts may withdraw it, or a part of it:
 * by taking it out of the Upgrade field, or by making another request of it that is no GET or has a body. They cannot
 * make an offer for the client.
 */
export function offeredUpgrade({ upgrade }: Incoming, plan: Escalation): string | undefined {
  if (upgrade === undefined || plan.method !== "GET") return undefined;
  if (plan.body !== undefined && plan.body !== null) return undefined;
  const protocols = (plan.headers.get("upgrade") ?? "").split(",").map((protocol) => protocol.trim());
  const offered = protocols.filter((protocol) => areOffered(protocol, upgrade));
  return offered.length === 0 ? undefined : offered.join(", ");
}
