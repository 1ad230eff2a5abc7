import { runCommandLine } from "./command_line.ts";
import { followLauncher } from "./follow_launcher.ts";
import { tolerateClosedOutput } from "./tolerate_closed_output.ts";

followLauncher();
tolerateClosedOutput(process.stdout);
tolerateClosedOutput(process.stderr);
const code = await runCommandLine(process.argv.slice(2));
process.exitCode = code;
