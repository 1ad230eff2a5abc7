import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { loadConfig } from "../../../core/config/load_config.ts";
import { checkTlsFiles } from "../../../core/supervisor/tls/check_tls_files.ts";
import { fencedBlocks } from "../../examples/support/transcript.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

const page = readFileSync(new URL("../../../docs/tls.md", import.meta.url), "utf8");
const samples = fencedBlocks(page).filter(({ language }) => language === "yaml");
const both = await TestCertificate.create({ name: "any.example" });

assert.equal(samples.length, 2);
for (const { line, text } of samples) {
  test(`the configuration on line ${line} of docs/tls.md is one`, () => {
    using folder = new TemporaryFolder("manual");
    folder.write("site.ts", "export default () => 204;\n");
    // Files of the test's folder in the place of the machine's.
    const local = text.replaceAll(": /", ": ./");
    for (const [, path] of local.matchAll(/(?:certificate|key|clientAuthorities): ([^\s,}]+)/g)) {
      folder.write(path!, both.key + both.certificate);
    }
    const config = loadConfig(folder.write("lodestone.yaml", local), {}, [checkTlsFiles]);
    assert.ok(config.tls.certificates.length > 0);
    assert.ok(config.listen.some(({ tls }) => tls));
  });
}
