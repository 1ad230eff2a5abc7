/** Milliseconds the scripts may take while they load; in a file of its own because the supervisor has no isolates. */
export const LOAD_LIMIT = 1_000;
