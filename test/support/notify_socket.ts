import { Child } from "./child.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { until } from "./until.ts";

/** Node has no datagram sockets of the Unix kind; every Debian has Perl. */
const RECEIVER = `
use Socket; $| = 1;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($socket, sockaddr_un($ARGV[0])) or die $!;
print "bound\\n";
while (defined recv($socket, my $message, 65536, 0)) { print join("\\t", split(/\\n/, $message)), "\\n"; }
`;

/** What systemd is to a service of `Type=notify`: the socket that NOTIFY_SOCKET names. */
export class NotifySocket implements AsyncDisposable {
  readonly path: string;
  readonly #folder = new TemporaryFolder("notify");
  readonly #child: Child;

  constructor() {
    this.path = `${this.#folder.path}/notify`;
    this.#child = new Child("perl", ["-e", RECEIVER, this.path]);
  }

  async bound(): Promise<void> {
    await until("the notify socket is bound", () => this.#child.stdout.startsWith("bound\n"));
  }

  /** The messages so far, each as its assignments; the barriers of systemd-notify left out. */
  get messages(): Record<string, string>[] {
    return this.#child.stdout
      .split("\n")
      .slice(1, -1)
      .map((line) => Object.fromEntries(line.split("\t").map((word) => word.split(/=(.*)/s).slice(0, 2))))
      .filter((message) => message.BARRIER === undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}
