import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";
import { parseAllDocuments } from "yaml";
import { loadConfig } from "../../core/config/load_config.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "examples/kubernetes");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
const run = promisify(execFile);

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The model of each kind, and the module its type comes from. */
const MODELS = {
  ConfigMap: [ConfigMap, "v1/ConfigMap"],
  Service: [Service, "v1/Service"],
  Deployment: [Deployment, "apps/v1/Deployment"],
  NetworkPolicy: [NetworkPolicy, "networking.k8s.io/v1/NetworkPolicy"],
  PodDisruptionBudget: [PodDisruptionBudget, "policy/v1/PodDisruptionBudget"],
} as const;

function manifests(name: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(FOLDER, name), "utf8"), { strict: true, uniqueKeys: true }).map(
    (document) => {
      assert.deepEqual([document.errors, document.warnings], [[], []]);
      return document.toJS() as Manifest;
    },
  );
}

const ALL = FILES.flatMap((name) => manifests(name).map((manifest) => ({ name, manifest })));
const of = <T>(file: string, kind: string): T =>
  ALL.find(({ name, manifest }) => name === file && manifest.kind === kind)!.manifest as T;

/** The schemas allow fields that they do not know; the types made of them do not. */
async function typeErrors(all: readonly Manifest[]): Promise<string> {
  using folder = new TemporaryFolder("kubernetes");
  const lines = all.map((manifest, i) => {
    const [, path] = MODELS[manifest.kind as keyof typeof MODELS];
    const type = JSON.stringify(`kubernetes-models/${path}`);
    return `export const m${i}: import(${type}).I${manifest.kind} = ${JSON.stringify(manifest)};`;
  });
  folder.write("manifests.ts", `${lines.join("\n")}\n`);
  const options = {
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    module: "preserve",
    target: "esnext",
    types: [],
  };
  const paths = { "*": [join(ROOT, "node_modules/*")] };
  folder.write(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: { ...options, paths }, files: ["manifests.ts"] }),
  );
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  const { stdout } = await run(tsc, ["-p", folder.path]).catch((error: { stdout: string }) => error);
  return stdout;
}

test("the manifests keep to the schemas of Kubernetes", () => {
  for (const { manifest } of ALL) {
    const [Model] = MODELS[manifest.kind as keyof typeof MODELS];
    new Model(manifest as never).validate();
    assert.equal(manifest.apiVersion, (Model as { apiVersion: string }).apiVersion);
  }
});

test("they have no field that Kubernetes does not know, and a mistake would be found", async () => {
  assert.equal(await typeErrors(ALL.map(({ manifest }) => manifest)), "");
  const wrong = structuredClone(of<DeploymentManifest>("deployment.yaml", "Deployment"));
  Object.assign(wrong.spec.template.spec.containers[0]!, { livenessprobe: {} });
  assert.match(await typeErrors([wrong]), /livenessprobe/);
});

interface Container {
  readonly name: string;
  readonly lifecycle: { preStop: { exec: { command: string[] } } };
  readonly resources: { limits: { memory: string } };
  readonly ports?: { name: string; containerPort: number }[];
  readonly securityContext: Record<string, unknown>;
}

interface DeploymentManifest extends Manifest {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: Container[];
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: Record<string, unknown>;
      };
    };
  };
}

for (const file of FILES) {
  const { data } = of<Manifest & { data: Record<string, string> }>(file, "ConfigMap");
  const { spec } = of<DeploymentManifest>(file, "Deployment").spec.template;
  const container = spec.containers.find(({ name }) => name === "lodestone")!;
  const config = () => {
    const folder = new TemporaryFolder("kubernetes");
    for (const [name, content] of Object.entries(data)) folder.write(name, content);
    const path = join(folder.path, "lodestone.yaml");
    return { folder, path, config: loadConfig(path, { API_KEY: "key" }) };
  };

  test(`${file}: lodestone check finds nothing wrong with configuration and scripts`, async () => {
    const { folder, path } = config();
    using _ = folder;
    const launcher = join(ROOT, "core/cli/lodestone.js");
    const { stdout } = await run(process.execPath, [launcher, "check", path], {
      env: { ...process.env, API_KEY: "key" },
    });
    assert.match(stdout, /fine \(1 site, 1 script\)/);
  });

  test(`${file}: Kubernetes waits for what is under way, and memory suffices for the workers`, () => {
    const { folder, config: loaded } = config();
    using _ = folder;
    const [program, seconds] = container.lifecycle.preStop.exec.command;
    assert.equal(program, "sleep");
    const needed = Number(seconds) + loaded.drainTimeout / 1000;
    assert.ok(spec.terminationGracePeriodSeconds > needed + 2);
    for (const other of spec.containers)
      if (other !== container) assert.ok(Number(other.lifecycle.preStop.exec.command[1]) > needed);
    const [, limit, unit] = /^(\d+)([MG]i)$/.exec(container.resources.limits.memory)!;
    const bytes = Number(limit) * 1024 ** (unit === "Gi" ? 3 : 2);
    assert.ok(loaded.workers * loaded.watchdog.memory + 150 * 1024 ** 2 < bytes);
    assert.equal(loaded.listen[0]!.address.kind === "tcp" && loaded.listen[0]!.address.port, 8080);
  });

  test(`${file}: nothing runs as root, nor may it write or become more`, () => {
    assert.equal(spec.securityContext.runAsNonRoot, true);
    for (const { securityContext } of spec.containers) {
      assert.deepEqual(securityContext, {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      });
    }
  });
}
