import type { Command } from "commander";
import type { CertOptions } from "./cert.ts";
import type { CheckOptions } from "./check.ts";
import { collect } from "./repeated_option.ts";
import type { ServeOptions } from "./serve.ts";
import type { SignalCommand, SignalOptions } from "./signal_server.ts";

const ENVIRONMENT = `
Where an argument is missing the environment stands in:
  LODESTONE_CONFIG      a configuration, or
  LODESTONE_SCRIPT      a script, and with it
  LODESTONE_LISTEN      addresses, separated by commas
  LODESTONE_ROOT, LODESTONE_BACKEND, LODESTONE_WORKERS
  LODESTONE_LOG_LEVEL   trace, debug, info, warn, error or silent; wins over the file
`;

const EXIT_CODES = `
Exit codes: 0 fine, 1 faults in the configuration or a script, 2 wrong usage.
`;

const SERVE_EXAMPLES = `
Examples:
  lodestone serve                                 lodestone.yaml of this folder
  lodestone serve conf/lodestone.yaml
  lodestone serve site.ts --root ./www            one site, on 127.0.0.1:8080
  lodestone serve site.ts --listen :8080 --listen unix:/run/lodestone.sock \\
                          --backend http://127.0.0.1:3000 --workers 2
`;

const CHECK_EXAMPLES = `
Examples:
  lodestone check                                 lodestone.yaml of this folder
  lodestone check conf/lodestone.yaml             the file, and every script it names
  lodestone check site.ts
`;

const CERT_EXAMPLES = `
Examples:
  lodestone cert                                  for localhost, 127.0.0.1 and ::1
  lodestone cert shop.test "*.shop.test" --out tls
`;

/** What the program's own help ends with. */
export const PROGRAM_HELP = `${SERVE_EXAMPLES}${ENVIRONMENT}${EXIT_CODES}`;

/** The commands for who runs a server. `done` is called with the exit code. */
export function addServerCommands(program: Command, done: (exitCode: number) => void): void {
  addServe(program, done);
  addCheck(program, done);
  addCert(program, done);
  addSignal(program, done, "reload", "Let a running server read its configuration again; no request fails.");
  addSignal(program, done, "upgrade", "Let a new process, of the program as it is on disk now, take over.");
  addSignal(program, done, "stop", "Let a running server finish what is under way and end; waits for it.");
}

function addServe(program: Command, done: (exitCode: number) => void): void {
  program
    .command("serve")
    .description("Serve the sites of a configuration, or a single script.")
    .argument("[file]", "a configuration (.yaml, .yml) or a script (.ts, .js); default: lodestone.yaml")
    .option(
      "-l, --listen <address>",
      "HOST:PORT, :PORT or unix:PATH; may be repeated (default 127.0.0.1:8080)",
      collect,
    )
    .option("-r, --root <folder>", "folder of static files")
    .option(
      "-b, --backend <url>",
      "where requests go that nothing has answered: http://HOST:PORT or unix:PATH",
    )
    .option("-w, --workers <number>", "worker processes; auto is one for each core (default)")
    .option(
      "--inspect [address]",
      "let Chrome's DevTools debug the scripts; at 127.0.0.1:9229, or PORT or HOST:PORT of this machine",
    )
    .option("--dev", "show in the browser how scripts fail; with a configuration as well")
    .addHelpText(
      "after",
      `\nThe options but --dev and --inspect go with a script; a configuration says it all itself.\n${SERVE_EXAMPLES}`,
    )
    .addHelpText("after", `${ENVIRONMENT}${EXIT_CODES}`)
    .action(async (file: string | undefined, options: ServeOptions) => {
      const { serve } = await import("./serve.ts");
      done(await serve(file, options));
    });
}

function addCheck(program: Command, done: (exitCode: number) => void): void {
  program
    .command("check")
    .description("Tell everything that is wrong with a configuration and its scripts, without running them.")
    .argument("[file]", "a configuration (.yaml, .yml) or a script (.ts, .js); default: lodestone.yaml")
    .option("--no-types", "leave the types of scripts unchecked")
    .addHelpText("after", `${CHECK_EXAMPLES}${EXIT_CODES}`)
    .action(async (file: string | undefined, options: CheckOptions) => {
      const { check } = await import("./check.ts");
      done(await check(file, options));
    });
}

function addCert(program: Command, done: (exitCode: number) => void): void {
  program
    .command("cert")
    .description("Make a self-signed certificate for development.")
    .argument("[names...]", "host names, wildcards and IP addresses; default: those of this machine")
    .option("-o, --out <folder>", "folder of certificate.pem and key.pem (default: the current one)")
    .option("--days <number>", "days it is valid, at most 397 (default 365)")
    .option("--force", "replace files that are there")
    .addHelpText("after", `${CERT_EXAMPLES}${EXIT_CODES}`)
    .action(async (names: string[], options: CertOptions) => {
      const { cert } = await import("./cert.ts");
      done(await cert(names, options));
    });
}

function addSignal(
  program: Command,
  done: (exitCode: number) => void,
  command: SignalCommand,
  description: string,
): void {
  program
    .command(command)
    .description(description)
    .argument("[file]", "its configuration, whose pidFile tells the process; default: lodestone.yaml")
    .option("-p, --pid <number>", "the process, in the place of a configuration")
    .addHelpText("after", EXIT_CODES)
    .action(async (file: string | undefined, options: SignalOptions) => {
      const { signalServer } = await import("./signal_server.ts");
      done(await signalServer(command, file, options));
    });
}
