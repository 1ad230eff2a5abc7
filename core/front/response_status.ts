/** Statuses of an answer. */
export function isFinalStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599;
}

/** Statuses that may come before it; 100 and 101 are answers to what a request asked for. */
export function isInterimStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 102 && status <= 199;
}
