/** Part of `lodestone.d.ts`. */

/**
 * HTTP Strict Transport Security (RFC 6797): browsers that have seen it come back by https only.
 *
 *     import { hsts } from "lodestone/hsts";
 *
 *     export const onResponse = hsts({ maxAge: 31_536_000, includeSubDomains: true });
 */
declare module "lodestone/hsts" {
  export interface HstsOptions {
    /** Seconds that browsers remember it: an integer; 0 makes them forget it. A year unless given. */
    readonly maxAge?: number;
    /** Whether it holds for all names below the site's, too. */
    readonly includeSubDomains?: boolean;
    /**
     * Whether browsers may be shipped with the name in their list (https://hstspreload.org). Names are slow to leave it. Needs
     * `includeSubDomains` and a `maxAge` of a year at least.
     */
    readonly preload?: boolean;
  }

  /**
   * For `onResponse`: sets Strict-Transport-Security on every response to a client that speaks TLS, in the place of one that a
   * backend has set. Throws a TypeError for options that are none or do not go together.
   */
  export function hsts(options?: HstsOptions): (response: Response, request: Request) => void;
}
