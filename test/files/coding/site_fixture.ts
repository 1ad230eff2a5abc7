import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { TestContext } from "node:test";
import { CompressedFiles, type CompressionLimits } from "../../../core/files/coding/compressed_files.ts";
import { FileContents } from "../../../core/files/file_contents.ts";
import type { FileResponse } from "../../../core/files/file_response.ts";
import type { FileSelection } from "../../../core/files/file_selection.ts";
import { SiteFiles, type SiteFilesOptions } from "../../../core/files/site_files.ts";
import { StatCache } from "../../../core/files/stat_cache.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import { TimerWheel } from "../../../core/http/timer_wheel.ts";
import { tempFolder } from "../temp_folder.ts";

export interface FixtureOptions extends Partial<SiteFilesOptions> {
  readonly limits?: Partial<CompressionLimits>;
  /** Milliseconds a stat is believed. */
  readonly age?: number;
  readonly how?: ConstructorParameters<typeof CompressedFiles>[2];
}

const LIMITS: CompressionLimits = {
  minimum: 100,
  maximum: 8_000_000,
  cache: 1_000_000,
  concurrency: 2,
  queue: 64,
  patience: 3000,
};

/** The files of a site in a folder of their own. */
export class SiteFixture {
  readonly folder: string;
  readonly files: SiteFiles;
  readonly compressed: CompressedFiles;

  constructor(t: TestContext, options: FixtureOptions = {}) {
    this.folder = tempFolder(t);
    const timers = new TimerWheel({ tick: 10 });
    t.after(() => timers.close());
    const limits = { ...LIMITS, ...options.limits };
    this.compressed = new CompressedFiles(limits, timers, { now: () => Date.now() + 60_000, ...options.how });
    this.files = new SiteFiles(
      {
        folders: [this.folder],
        symlinks: "within",
        precompressed: true,
        compress: true,
        encodings: ["br", "zstd", "gzip"],
        ...options,
      },
      {
        stat: new StatCache({ age: options.age ?? 60_000, entries: 1000 }),
        contents: new FileContents({ bytes: 10_000_000 }),
        compressed: this.compressed,
      },
    );
  }

  /** A file last changed so many seconds after the start of 2024. */
  write(name: string, content: string | Uint8Array, second = 0): string {
    const path = `${this.folder}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    const time = Date.UTC(2024, 0, 1) / 1000 + second;
    utimesSync(path, time, time);
    return path;
  }

  /** `fields`: lines without their ends. */
  async ask(
    name: string,
    fields: readonly string[] = [],
    { method = "GET", ...selection }: Partial<FileSelection> & { method?: string } = {},
  ): Promise<FileResponse> {
    const path = `${this.folder}/${name}`;
    const headers = HeaderList.fromText(fields.map((field) => `${field}\r\n`).join(""));
    return this.files.serve({ method, headers }, { path, ...selection }, this.files.resolve(path)!);
  }
}
