import type { Json, JsonObject } from "../../core/config/json_schema.ts";

/** Whether a value satisfies a schema. Knows the words our schema uses and fails on any other. */
export function satisfies(value: unknown, schema: JsonObject, root: JsonObject = schema): boolean {
  return Object.entries(schema).every(([word, rule]) => satisfiesRule(value, word, rule, schema, root));
}

function satisfiesRule(
  value: unknown,
  word: string,
  rule: Json,
  schema: JsonObject,
  root: JsonObject,
): boolean {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = isObject ? Object.entries(value) : [];
  const each = (rule: Json, inner: unknown) => satisfies(inner, rule as JsonObject, root);
  switch (word) {
    case "type":
      return [rule].flat().some((type) => typeOf(value, type as string));
    case "enum":
      return (rule as Json[]).includes(value as Json);
    case "pattern":
      return typeof value !== "string" || new RegExp(rule as string).test(value);
    case "minimum":
      return typeof value !== "number" || value >= (rule as number);
    case "maximum":
      return typeof value !== "number" || value <= (rule as number);
    case "minItems":
      return !Array.isArray(value) || value.length >= (rule as number);
    case "items":
      return !Array.isArray(value) || value.every((item) => each(rule, item));
    case "anyOf":
      return (rule as Json[]).some((option) => each(option, value));
    case "$ref":
      return each((root.$defs as JsonObject)[(rule as string).replace("#/$defs/", "")]!, value);
    case "required":
      return !isObject || (rule as string[]).every((key) => Object.hasOwn(value, key));
    case "properties":
      return entries.every(
        ([key, inner]) => !Object.hasOwn(rule as JsonObject, key) || each((rule as JsonObject)[key]!, inner),
      );
    case "propertyNames":
      return entries.every(([key]) => each(rule, key));
    case "additionalProperties": {
      const others = entries.filter(([key]) => !Object.hasOwn((schema.properties ?? {}) as JsonObject, key));
      return rule === false ? others.length === 0 : others.every(([, inner]) => each(rule, inner));
    }
    case "$schema":
    case "$defs":
    case "title":
    case "description":
    case "default":
      return true;
    default:
      throw new Error(`the schema uses ${word}, which this check does not know`);
  }
}

function typeOf(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
