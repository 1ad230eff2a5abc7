// Loaded into each process of Lodestone: upon SIGUSR2 it writes what its isolate has allocated so far, in bytes.
import { writeFileSync } from "node:fs";
import { getHeapStatistics } from "node:v8";

process.on("SIGUSR2", () => {
  writeFileSync(`allocated.${process.pid}`, `${getHeapStatistics().total_allocated_bytes}\n`);
});
