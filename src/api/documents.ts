import { z } from "zod";

/** Every named shape of the API: it validates, types the code, and is the schema in `/openapi.json`. */
const documents = z.registry<{ readonly id: string }>();

/** Gives a shape its name in the API description. */
export function document<S extends z.ZodType>(id: string, schema: S): S {
	documents.add(schema, { id });
	return schema;
}

/** The name a shape was given. */
export function documentName(schema: z.ZodType): string {
	const known = documents.get(schema);
	if (known === undefined) {
		throw new TypeError("a shape that leaves or enters the API needs a name");
	}
	return known.id;
}

/** All named shapes as JSON Schema (2020-12), by name; they refer to each other as `<name>#`. */
export function documentSchemas(): Readonly<Record<string, object>> {
	return z.toJSONSchema(documents, { io: "input", uri: (id) => `${id}#` }).schemas;
}

/** A moment in RFC 3339 with offset. */
export const moment = z
	.string()
	.meta({ format: "date-time", description: "RFC 3339 with offset", examples: ["2026-01-02T11:04:05.000+08:00"] });
