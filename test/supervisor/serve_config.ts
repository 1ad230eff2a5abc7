/** Program for tests: runs the supervisor with the configuration given as JSON, as `lodestone serve` does. */
import type { Config } from "../../core/config/config.ts";
import { runSupervisor } from "../../core/supervisor/supervisor.ts";

process.exit(await runSupervisor(JSON.parse(process.argv[2]!) as Config));
