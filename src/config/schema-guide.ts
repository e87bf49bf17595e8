import { z } from "zod";
import type { ConfigPath } from "./yaml-source.ts";

/** What a schema tells a person about one place in the file. */
interface Guidance {
	/** Keys that may stand there, where it is a map with fixed keys. */
	readonly keys: readonly string[];
	readonly description: string | undefined;
	readonly example: string | undefined;
}

/** Answers questions about any place under a schema. */
export type SchemaGuide = (path: ConfigPath) => Guidance;

const nodeSchema = z.looseObject({
	get properties() {
		return z.record(z.string(), nodeSchema).optional();
	},
	get additionalProperties() {
		return z.union([nodeSchema, z.boolean()]).optional();
	},
	get prefixItems() {
		return z.array(nodeSchema).optional();
	},
	get items() {
		return nodeSchema.optional();
	},
	get anyOf() {
		return z.array(nodeSchema).optional();
	},
	get oneOf() {
		return z.array(nodeSchema).optional();
	},
	description: z.string().optional(),
	examples: z.array(z.union([z.string(), z.number()])).optional(),
});

type SchemaNode = z.output<typeof nodeSchema>;

/** The JSON Schema that editors and the guide read: what a person writes, before defaults. */
function jsonSchemaOf(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
	return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}

/** A guide to the places of a schema. */
export function guideTo(schema: z.ZodType): SchemaGuide {
	const root = nodeSchema.parse(jsonSchemaOf(schema));
	return (path) => {
		const nodes = path.reduce<readonly SchemaNode[]>(
			(places, segment) => places.flatMap((node) => childrenOf(node, segment)),
			alternativesOf(root),
		);
		const example = nodes.flatMap(({ examples = [] }) => examples).at(0);
		return {
			keys: [...new Set(nodes.flatMap(({ properties = {} }) => Object.keys(properties)))],
			description: nodes.find(({ description }) => description !== undefined)?.description,
			example: example === undefined ? undefined : String(example),
		};
	};
}

function childrenOf(node: SchemaNode, segment: PropertyKey): readonly SchemaNode[] {
	const { additionalProperties: others, prefixItems = [], items, properties = {} } = node;
	if (typeof segment === "number") {
		const item = prefixItems[segment] ?? items;
		return item === undefined ? [] : alternativesOf(item);
	}
	const name = String(segment);
	if (Object.hasOwn(properties, name)) {
		return alternativesOf(properties[name] ?? {});
	}
	return typeof others === "object" ? alternativesOf(others) : [];
}

/** The node itself first: what it says of the whole counts more than what its branches say. */
function alternativesOf(node: SchemaNode): readonly SchemaNode[] {
	return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(alternativesOf)];
}
