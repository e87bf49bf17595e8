import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { drivers } from "../../src/drivers/index.ts";

const shipped: unknown = JSON.parse(
	readFileSync(new URL("../../config/tillbridge.schema.json", import.meta.url), "utf8"),
);

describe("config/tillbridge.schema.json", () => {
	test("is what `tillbridge config schema` prints", () => {
		expect(configJsonSchema(drivers)).toEqual(shipped);
	});

	test("knows the options of every driver", () => {
		const text = JSON.stringify(shipped);
		for (const { id } of drivers) {
			expect(text).toContain(`"const":"${id}"`);
		}
	});
});
