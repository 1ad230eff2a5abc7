import { runCommandLine } from "./command_line.ts";
import { followLauncher } from "./follow_launcher.ts";

followLauncher();
const code = await runCommandLine(process.argv.slice(2));
process.exitCode = code;
