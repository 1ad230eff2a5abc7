import { DURATION_PATTERN } from "./duration.ts";
import { ENVIRONMENT_PATTERN } from "./environment.ts";
import type { Field, FieldType, Section } from "./field.ts";
import { SIZE_PATTERN } from "./size.ts";

/** A JSON value; schemas are plain data. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Any scalar may take itself from the environment. */
const FROM_ENVIRONMENT: JsonObject = { $ref: "#/$defs/environment" };

/**
 * JSON Schema (draft 2020-12) of a configuration, for editors to complete and check. It accepts whatever the
 * loader accepts, and more: what concerns several values or the disk is the loader's alone.
 */
export function jsonSchema(section: Section): JsonObject {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Lodestone configuration",
    description: "Generated from core/config/fields.ts by `npm run generate`.",
    ...sectionSchema(section),
    $defs: {
      environment: {
        type: "string",
        pattern: ENVIRONMENT_PATTERN,
        description: `A value from the environment: \${NAME} or \${NAME:-default}.`,
      },
    },
  };
}

function sectionSchema(section: Section): JsonObject {
  const fields: Readonly<Record<string, Field>> = section.fields;
  const required = Object.keys(fields).filter((key) => fields[key]!.required);
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldSchema(field)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function fieldSchema(field: Field): JsonObject {
  const preset: JsonObject = field.default === undefined ? {} : { default: field.default };
  return { description: plainText(field.doc), ...typeSchema(field.type), ...preset };
}

function typeSchema(type: FieldType): JsonObject {
  switch (type.kind) {
    case "boolean":
      return { anyOf: [{ type: "boolean" }, FROM_ENVIRONMENT] };
    case "integer":
      return { anyOf: [range("integer", type), ...words(Object.keys(type.words ?? {})), FROM_ENVIRONMENT] };
    case "duration":
      return {
        anyOf: [range("integer", type), { type: "string", pattern: DURATION_PATTERN }, FROM_ENVIRONMENT],
      };
    case "size":
      return { anyOf: [range("integer", type), { type: "string", pattern: SIZE_PATTERN }, FROM_ENVIRONMENT] };
    case "choice":
      return { anyOf: [...words(type.values), FROM_ENVIRONMENT] };
    case "text": {
      if (type.format.anyScalar) return { type: ["string", "number", "boolean"] };
      if (type.format.pattern === undefined) return { type: "string" };
      return { anyOf: [{ type: "string", pattern: type.format.pattern }, FROM_ENVIRONMENT] };
    }
    case "list":
      return listSchema(
        typeSchema(type.of),
        type.minimum,
        type.of.kind !== "section" || type.of.short !== undefined,
      );
    case "table":
      return {
        // Nothing stands for an empty mapping, whose lines may all be commented out.
        type: ["object", "null"],
        ...(type.names.pattern === undefined ? {} : { propertyNames: { pattern: type.names.pattern } }),
        additionalProperties: typeSchema(type.of),
      };
    case "section": {
      const schema = sectionSchema(type.section);
      if (type.short === undefined) return { ...schema, type: ["object", "null"] };
      const fields: Readonly<Record<string, Field>> = type.section.fields;
      return { anyOf: [typeSchema(fields[type.short]!.type), schema] };
    }
  }
}

function listSchema(item: JsonObject, minimum: number, single: boolean): JsonObject {
  const list: JsonObject = { type: "array", items: item, ...(minimum > 0 ? { minItems: minimum } : {}) };
  return single ? { anyOf: [list, item] } : list;
}

function range(type: string, { minimum, maximum }: { minimum: number; maximum: number }): JsonObject {
  return { type, minimum, maximum };
}

function words(values: readonly string[]): JsonObject[] {
  return values.length === 0 ? [] : [{ enum: values }];
}

function plainText(markdown: string): string {
  return markdown.replaceAll("`", "");
}
