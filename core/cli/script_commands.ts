import type { Command } from "commander";
import { collect } from "./repeated_option.ts";
import type { RunOptions } from "./run.ts";
import type { TraceOptions } from "./trace.ts";

const RUN_HELP = `
Nothing is escalated: where the script lets a request go, and with which changes, is printed instead. What
the script itself fetches reaches the backends that --backend or --config name.

Examples:
  lodestone run site.ts /old/page
  lodestone run site.ts https://www.example.org/login -d name=ada -H 'Cookie: session=1'
  lodestone run site.ts /upload -X PUT -d @picture.png --root ./www
  lodestone run site.ts /shop/1 --backend app=http://127.0.0.1:3000
  lodestone run site.ts /old/page --trace         each step with its time
  lodestone run lodestone.yaml http://www.example.org/     every script of the host's site

Exit codes: 0 fine, 1 the script failed, 2 wrong usage.
`;

const TRACE_HELP = `
The request is signed with the secret of the server's configuration (trace: { secret: ... }); the server answers
as always and sends the trace along, which nobody else can read. The URL's host decides where the connection goes, the
Host header which site is asked.

Examples:
  lodestone trace https://www.example.org/old/page
  lodestone trace http://127.0.0.1:8080/ -H 'Host: www.example.org' --secret-env TRACE_SECRET
  lodestone trace https://www.example.org/ --curl | ssh edge sh | lodestone trace -

Exit codes: 0 fine, 1 no answer or no trace in it, 2 wrong usage.
`;

const TEST_HELP = `
Every other option goes to node --test: --test-name-pattern, --test-reporter, --test-only and so on.

Examples:
  lodestone test                                  every *.test.ts and *.test.js below this folder
  lodestone test shop --watch                     those below shop, again after each change
  lodestone test site.test.ts --test-name-pattern redirect

Exit codes: 0 all passed, 1 some failed or there are none, 2 wrong usage.
`;

const INIT_HELP = `
Examples:
  lodestone init                                  in this folder
  lodestone init my-site

Files that are there already stay as they are.
`;

/** The commands for who writes scripts. `done` is called with the exit code. */
export function addScriptCommands(program: Command, done: (exitCode: number) => void): void {
  addRun(program, done);
  addTrace(program, done);
  addTest(program, done);
  addInit(program, done);
}

function addRun(program: Command, done: (exitCode: number) => void): void {
  program
    .command("run")
    .description("Put one request through a script, without a server.")
    .argument("<script>", "a script (.ts, .js), or a configuration whose site the URL's host chooses")
    .argument("<url>", "an http URL, or a path for one of localhost")
    .option("-X, --request <method>", "method; default: GET, with -d POST")
    .option("-H, --header <line>", "a header, such as 'Accept: text/html'; may be repeated", collect)
    .option("-d, --data <body>", "body; @FILE reads it from a file, @- from standard input")
    .option("-r, --root <folder>", "folder of static files")
    .option(
      "-b, --backend <name=url>",
      "a backend the script may fetch from; URL alone: the site's own",
      collect,
    )
    .option("-c, --config <file>", "take root, env, limits and backends from the script's site there")
    .option("--trace", "tell each step with its time, on standard error; with --json as an array")
    .option("--json", "print one JSON object")
    .addHelpText("after", RUN_HELP)
    .action(async (script: string, url: string, options: RunOptions) => {
      const { run } = await import("./run.ts");
      done(await run(script, url, options));
    });
}

function addTrace(program: Command, done: (exitCode: number) => void): void {
  program
    .command("trace")
    .description("Ask a running server and tell each step of what it did.")
    .argument("<url>", 'an http URL; "-" reads the head of a response from standard input')
    .option("-X, --request <method>", "method; default: GET, with -d POST")
    .option("-H, --header <line>", "a header; may be repeated", collect)
    .option("-d, --data <body>", "body; @FILE reads it from a file, @- from standard input")
    .option("--secret-env <name>", "environment variable that holds the secret", "LODESTONE_TRACE_SECRET")
    .option("--valid <seconds>", "how long the signature is valid", "60")
    .option("--curl", "do not ask, print the command by which curl does")
    .option("--json", "print the steps as JSON")
    .addHelpText("after", TRACE_HELP)
    .action(async (url: string, options: TraceOptions) => {
      const { trace } = await import("./trace.ts");
      done(await trace(url, options));
    });
}

function addTest(program: Command, done: (exitCode: number) => void): void {
  program
    .command("test")
    .description("Run the tests beside scripts; they ask sites through lodestone/test.")
    .argument("[folder...]", "folders or tests; default: this folder")
    .option("--watch", "run again whenever a test or a script changes")
    .allowUnknownOption()
    .addHelpText("after", TEST_HELP)
    .action(async (_places: string[], _options: unknown, command: Command) => {
      const { test } = await import("./test.ts");
      done(await test(afterName(command)));
    });
}

function addInit(program: Command, done: (exitCode: number) => void): void {
  program
    .command("init")
    .description("Begin a site: configuration, script, test, and what an editor needs.")
    .argument("[folder]", "is made when it is not there; default: this folder")
    .addHelpText("after", INIT_HELP)
    .action(async (folder: string | undefined) => {
      const { init } = await import("./init.ts");
      done(await init(folder ?? "."));
    });
}

/** The parameters as they were typed: which option a value belongs to is for Node to know. */
function afterName(command: Command): string[] {
  const typed = (command.parent as Command & { readonly rawArgs: readonly string[] }).rawArgs;
  return typed.slice(typed.indexOf(command.name()) + 1);
}
