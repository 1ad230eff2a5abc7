import "reflect-metadata";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { AuthorityInfoAccessExtension, type ExtendedKeyUsage } from "@peculiar/x509";
import { TestCertificate } from "./certificates.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

/** OpenSSL as the responder of an authority, asked over HTTP. */
export class OcspResponder {
  readonly folder = new TemporaryFolder("ocsp");
  requests = 0;
  /** What it answers in the place of a response. */
  instead: { readonly status: number; readonly body: string | Buffer } | undefined;
  readonly #server: Server;
  readonly authority: TestCertificate;
  #index = "";

  private constructor(server: Server, authority: TestCertificate, signer: TestCertificate) {
    this.#server = server;
    this.authority = authority;
    authority.write(this.folder, "ca");
    this.signWith(signer);
  }

  static async start(t: TestContext, usage?: readonly ExtendedKeyUsage[]): Promise<OcspResponder> {
    const authority = await TestCertificate.create();
    const delegate = usage && (await authority.issue({ name: "responder", usage }));
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const responder = new OcspResponder(server, authority, delegate ?? authority);
    server.on("request", async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      responder.requests++;
      const { status, body } = responder.instead ?? {
        status: 200,
        body: responder.answer(Buffer.concat(chunks)),
      };
      response.writeHead(status, { "content-type": "application/ocsp-response" }).end(body);
    });
    t.after(() => {
      server.close();
      responder.folder[Symbol.dispose]();
    });
    return responder;
  }

  /** From now on its answers are signed by this one, whoever has made it. */
  signWith(signer: TestCertificate): void {
    signer.write(this.folder, "signer");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** A certificate that names this responder; `status`: valid or revoked. */
  async issue(status: "V" | "R"): Promise<TestCertificate> {
    const made = await this.authority.issue({
      names: ["a.test"],
      extensions: [new AuthorityInfoAccessExtension({ ocsp: [this.url] })],
    });
    const { serialNumber } = new X509Certificate(made.x509.toString("pem"));
    const revoked = status === "R" ? "250101000000Z" : "";
    this.#index += `${status}\t490101000000Z\t${revoked}\t${serialNumber}\tunknown\t/CN=a.test\n`;
    this.folder.write("index.txt", this.#index);
    this.folder.write("index.txt.attr", "unique_subject = no\n");
    return made;
  }

  answer(request: Buffer, days = "7"): Buffer {
    this.folder.write("request", request);
    const parameters =
      "ocsp -index index.txt -CA ca.pem -rsigner signer.pem -rkey signer.key -reqin request -respout response";
    const { status, stderr } = spawnSync("openssl", [...parameters.split(" "), "-ndays", days], {
      cwd: this.folder.path,
    });
    assert.equal(status, 0, String(stderr));
    return readFileSync(`${this.folder.path}/response`);
  }
}
