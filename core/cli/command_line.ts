import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { EXIT_FINE, EXIT_USAGE, UsageError } from "./exit_code.ts";
import { addScriptCommands } from "./script_commands.ts";
import { addServerCommands, PROGRAM_HELP } from "./server_commands.ts";

/** Parses the arguments behind the program's name and runs the command; resolves with the exit code. */
export async function runCommandLine(parameters: readonly string[]): Promise<number> {
  let exitCode = EXIT_FINE;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(parameters, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has told its errors already, help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_FINE : EXIT_USAGE;
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`lodestone: ${error.message}\n${seeHelp(parameters[0]!)}\n`);
    return EXIT_USAGE;
  }
}

function createProgram(done: (exitCode: number) => void): Command {
  const program = new Command("lodestone");
  program
    .description("A programmable edge proxy: every request meets your TypeScript first.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError('(see "lodestone --help")')
    .addHelpText("after", PROGRAM_HELP)
    .exitOverride();
  addServerCommands(program, done);
  addScriptCommands(program, done);
  for (const command of program.commands) command.showHelpAfterError(seeHelp(command.name()));
  return program;
}

function seeHelp(command: string): string {
  return `(see "lodestone ${command} --help")`;
}

function version(): string {
  const description = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}
