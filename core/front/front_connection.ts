/** A connection of a client, whatever is spoken on it. */
export interface FrontConnection {
  /** The listener drains. Ends the connection if nothing is lost by that; what is under way is finished first. */
  closeIfIdle(): void;
  /** Ends the connection now; exchanges under way fail with `reason`. Returns how many there were. */
  destroy(reason: Error): number;
}
