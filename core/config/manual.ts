import { formatDuration } from "./duration.ts";
import type { Field, FieldType, Section } from "./field.ts";
import { formatSize } from "./size.ts";

/**
 * The reference part of the manual in Markdown: each section with a table of its keys, sections inside of
 * others after them, in the order of declaration.
 */
export function manualReference(root: Section): string {
  const sections = new Map<Section, string>();
  collect(root, "", sections);
  return [...sections].map(([section, path]) => sectionText(section, path)).join("\n");
}

function collect(section: Section, path: string, sections: Map<Section, string>): void {
  sections.set(section, path);
  for (const [key, { type }] of Object.entries<Field>(section.fields)) {
    const place = path === "" ? key : `${path}.${key}`;
    if (type.kind === "section") collect(type.section, place, sections);
    else if (type.kind === "list" && type.of.kind === "section")
      collect(type.of.section, `${place}[]`, sections);
    else if (type.kind === "table" && type.of.kind === "section")
      collect(type.of.section, `${place}.NAME`, sections);
  }
}

function sectionText(section: Section, path: string): string {
  const lines = [
    `### ${section.title}${path === "" || path === section.title ? "" : ` (\`${path}\`)`}`,
    "",
    section.doc,
    "",
  ];
  lines.push("| key | value | default | meaning |", "| --- | --- | --- | --- |");
  for (const [key, field] of Object.entries<Field>(section.fields)) {
    const cells = [`\`${key}\``, typeText(field.type), defaultText(field), field.doc];
    lines.push(`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

function defaultText(field: Field): string {
  if (field.required) return "required";
  if (field.default === undefined) return "";
  if (!Array.isArray(field.default)) return `\`${field.default}\``;
  if (field.default.length === 0) return "none";
  return field.default.map((item) => (item.startsWith("*") ? `\`"${item}"\`` : `\`${item}\``)).join(", ");
}

function typeText(type: FieldType): string {
  switch (type.kind) {
    case "boolean":
      return "`true` or `false`";
    case "integer": {
      const words = Object.keys(type.words ?? {}).map((word) => ` or \`${word}\``);
      return `number, ${grouped(type.minimum)} to ${grouped(type.maximum)}${words.join("")}`;
    }
    case "duration":
      return `duration, ${formatDuration(type.minimum)} to ${formatDuration(type.maximum)}`;
    case "size": {
      const unit = type.unit === "bytes" ? 1 : 1024 ** 2;
      return `size, ${formatSize(type.minimum * unit)} to ${formatSize(type.maximum * unit)}`;
    }
    case "choice":
      return type.values.map((value) => `\`${value}\``).join(", ");
    case "text":
      return withoutArticle(type.format.name);
    case "list":
      return type.of.kind === "section" ? "list" : `list: ${typeText(type.of)}`;
    case "table":
      return type.of.kind === "section" ? "mapping of names" : `mapping: ${typeText(type.of)}`;
    case "section":
      return "mapping";
  }
}

function grouped(number: number): string {
  return String(number).replace(/(?<=[0-9])(?=([0-9]{3})+$)/g, ",");
}

function withoutArticle(name: string): string {
  return name.replace(/^(an?|the) /, "");
}
