/** What probes want to know. */
export interface Health {
  readonly isStopping: boolean;
  /** Workers that serve, of the configuration in force. */
  readonly serving: number;
  /** How many there should be; undefined while the first ones start. */
  readonly wanted: number | undefined;
}

/** Why no request should be sent here now; empty when all is well. */
export function unreadiness({ isStopping, serving, wanted }: Health): string[] {
  const reasons: string[] = [];
  if (isStopping) reasons.push("draining: the server is being stopped");
  if (wanted === undefined) reasons.push("starting");
  else if (serving < wanted) reasons.push(`${serving} of ${wanted} workers serve`);
  return reasons;
}
