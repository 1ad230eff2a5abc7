/** A request as it is at the moment, looked at without leaving a trace in it. */
export interface RequestView {
  readonly method: string;
  readonly path: string;
  /** With its "?". */
  readonly search: string;
  /** Field lines. */
  readonly fields: string;
  /** Undefined unless a script has set it. */
  readonly file: string | undefined;
  readonly backend: string | undefined;
  /** The values are whatever a script has put there. */
  readonly env: Readonly<Record<string, unknown>>;
  /** The same object as long as the body is the same. */
  readonly body: unknown;
}
