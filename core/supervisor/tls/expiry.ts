const DAY = 86_400_000;

/** Days before the end from which on a certificate is warned of. */
const WARNING = 14;

/** What there is to say of a certificate's time, undefined for nothing. Times in milliseconds since 1970. */
export function expiryWarning(
  { notBefore, notAfter }: { readonly notBefore: number; readonly notAfter: number },
  now: number,
): string | undefined {
  if (now > notAfter) return "certificate has expired";
  if (now < notBefore) return "certificate is not valid yet";
  if (notAfter - now > WARNING * DAY) return undefined;
  const days = Math.floor((notAfter - now) / DAY);
  return `certificate expires ${days === 0 ? "within a day" : `in ${days} ${days === 1 ? "day" : "days"}`}`;
}
