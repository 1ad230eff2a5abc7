import { writeFileSync } from "node:fs";

/** Nanoseconds by which the kernel may fire a timer of this process late. */
const SLACK = 2_000_000;

/**
 * Lets the timers of this thread and of those it starts be late together. isolated-vm's thread for the CPU limit wakes
 * once for each entry, when the limit of an entry that ended long ago would have struck: with Linux' own 50 us of
 * slack that is a switch to it and back for each entry, with this at most one in 2 ms. The limit itself and Node's
 * timers, which count in milliseconds, become late by as much. What has no such setting keeps its wakes.
 */
export function allowTimerSlack(): void {
  try {
    writeFileSync("/proc/self/timerslack_ns", String(SLACK));
  } catch {
    // Not Linux, or /proc cannot be written.
  }
}
