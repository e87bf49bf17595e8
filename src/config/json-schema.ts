import { z } from "zod";
import type { Driver } from "../devices/driver.ts";
import { configSchema } from "./schema.ts";

/** The configuration as JSON Schema (draft 2020-12), for editors: with the options of every driver. */
export function configJsonSchema(drivers: readonly Driver[]): Record<string, unknown> {
	const schema = z.toJSONSchema(configSchema, { io: "input", override: withDriverOptions(drivers) });
	return { $id: "https://tillbridge.dev/tillbridge.schema.json", ...schema };
}

/** A device's options depend on its driver, which a flat schema cannot say. */
function withDriverOptions(drivers: readonly Driver[]): (target: { jsonSchema: Record<string, unknown> }) => void {
	return ({ jsonSchema }) => {
		const properties = jsonSchema["properties"];
		if (typeof properties !== "object" || properties === null || !("driver" in properties)) {
			return;
		}
		Object.assign(properties.driver ?? {}, { enum: drivers.map(({ id }) => id) });
		jsonSchema["oneOf"] = drivers.map(({ id, options }) => ({
			properties: { driver: { const: id }, options: optionsSchema(options) },
		}));
	};
}

function optionsSchema(options: z.ZodType): Record<string, unknown> {
	const { $schema: _, ...schema } = z.toJSONSchema(options, { io: "input" });
	return schema;
}
