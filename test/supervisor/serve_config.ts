/**
 * Program for tests: runs the supervisor with the configuration given as JSON, as `lodestone serve` does. A second
 * argument, JSON too, are its options.
 */
import type { Config } from "../../core/config/config.ts";
import { runSupervisor, type SupervisorOptions } from "../../core/supervisor/supervisor.ts";

const [config, options = "{}"] = process.argv.slice(2);
process.exit(await runSupervisor(JSON.parse(config!) as Config, JSON.parse(options) as SupervisorOptions));
