import assert from "node:assert/strict";
import test from "node:test";
import { TlsContexts } from "../../../core/front/tls/tls_contexts.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { testConfig } from "../../support/test_config.ts";
import { served } from "./start_tls_front.ts";

const certificate = await TestCertificate.create({ name: "any" });

function contextsOf(...names: (readonly string[])[]): TlsContexts {
  return new TlsContexts(testConfig().tls, {
    certificates: names.map((of) => served(certificate, of)),
    clientAuthorities: undefined,
    ticketKeys: new Uint8Array(48),
    staples: new Map(),
  });
}

test("names are found exactly, then by wildcard for one label; of certificates with the same name the first one", () => {
  const contexts = contextsOf(
    ["first.example"],
    ["*.example.org", "10.0.0.1", "2001:db8::1"],
    ["www.example.org", "*.example.org"],
    ["example.org"],
  );
  const same = (one: string, other: string): void => {
    assert.ok(contexts.contextFor(one) !== undefined, one);
    assert.equal(contexts.contextFor(one), contexts.contextFor(other), `${one} and ${other}`);
  };
  same("a.example.org", "b.example.org");
  same("a.example.org", "A.EXAMPLE.ORG");
  same("a.example.org", "10.0.0.1");
  same("a.example.org", "2001:db8::1");
  assert.notEqual(contexts.contextFor("www.example.org"), contexts.contextFor("a.example.org"));
  assert.notEqual(contexts.contextFor("example.org"), contexts.contextFor("a.example.org"));
  // The server's own context, which is the first certificate's.
  for (const name of [
    "first.example",
    "a.b.example.org",
    "org",
    ".example.org",
    "",
    ".",
    "toString",
    "__proto__",
  ]) {
    assert.equal(contexts.contextFor(name), undefined, name);
  }
});

test("a thousand certificates cost nothing until they are asked for, and then no more than a bounded number", () => {
  const names = Array.from({ length: 1000 }, (_, i) => [`host${i}.example`]);
  const begun = performance.now();
  const contexts = contextsOf(...names);
  assert.ok(performance.now() - begun < 100, "contexts were made in advance");
  const first = contexts.contextFor("host1.example");
  assert.equal(contexts.contextFor("host1.example"), first);
  for (const [name] of names) contexts.contextFor(name!);
  assert.notEqual(contexts.contextFor("host1.example"), first, "all contexts are kept");
  const last = contexts.contextFor("host999.example");
  assert.equal(contexts.contextFor("host999.example"), last);
});

test("a renewed certificate replaces its own context and names, and no other", () => {
  const contexts = contextsOf(["first.example"], ["a.example"], ["b.example"]);
  const [a, b] = [contexts.contextFor("a.example"), contexts.contextFor("b.example")];
  contexts.replaceCertificate(1, served(certificate, ["a.example", "new.example"]));
  assert.notEqual(contexts.contextFor("a.example"), a);
  assert.equal(contexts.contextFor("new.example"), contexts.contextFor("a.example"));
  assert.equal(contexts.contextFor("b.example"), b);
});
