import type { Event } from "../guest_isolate.ts";
import type { TurnQueue } from "../turn_queue.ts";
import type { GuestInspection } from "./guest_inspection.ts";

type Enter = (events: Event[], slots: number[]) => void;

/**
 * What a `TurnQueue` calls in the place of `enter` when a debugger may pause the isolate: the entry is made in another
 * thread, while the queue holds the next one back, and then `enter` finds what came of it.
 */
export function inspectedTurns(queue: () => TurnQueue, guest: () => GuestInspection, enter: Enter): Enter {
  async function run(events: Event[], slots: number[]): Promise<void> {
    const inspection = guest();
    inspection.onWake = () => queue().wake();
    queue().hold();
    let entry = { events, slots };
    do {
      await inspection.prepare(entry.events);
      if (queue().isClosed) return;
      enter(entry.events, entry.slots);
      entry = { events: ["L"], slots: [] };
    } while (inspection.takeLost());
    queue().release();
    if (inspection.takeWanted()) queue().wake();
  }
  // Never rejects.
  return (events, slots) => void run(events, slots);
}
