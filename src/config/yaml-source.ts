import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";

/** Keys and indexes from the root of the file to a value; the segments zod uses. */
export type ConfigPath = z.core.$ZodIssue["path"];

export interface Place {
	/** From 1. */
	readonly line: number;
	readonly column: number;
}

interface SyntaxError extends Place {
	readonly message: string;
}

/** A YAML file that still knows where each of its values stands. */
export interface YamlSource {
	readonly value: unknown;
	readonly errors: readonly SyntaxError[];
	/** Where the key of a value stands; for a value that is not there, the nearest thing around it. */
	placeOf(path: ConfigPath): Place;
}

export function readYaml(text: string): YamlSource {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
	const placeAt = (offset: number): Place => {
		const { line, col } = lines.linePos(offset);
		return { line, column: col };
	};
	return {
		// An empty file is a configuration in which everything has its default.
		value: document.errors.length > 0 ? undefined : (document.toJS() ?? {}),
		errors: document.errors.map((error) => ({ ...placeAt(error.pos[0]), message: error.message })),
		placeOf: (path) => placeAt(offsetOf(document, path)),
	};
}

function offsetOf(document: Document, path: ConfigPath): number {
	let node: Node | null = document.contents;
	let offset = start(node);
	for (const segment of path) {
		const step = child(node, segment);
		if (step === undefined) {
			break;
		}
		offset = step.offset;
		node = step.node;
	}
	return offset;
}

function child(
	node: Node | null,
	segment: PropertyKey,
): { readonly node: Node | null; readonly offset: number } | undefined {
	if (isMap(node)) {
		const pair = node.items.find(({ key }) => isScalar(key) && key.value === segment);
		return pair && { node: isNode(pair.value) ? pair.value : null, offset: start(isNode(pair.key) ? pair.key : null) };
	}
	if (isSeq(node) && typeof segment === "number") {
		const item = node.items[segment];
		return isNode(item) ? { node: item, offset: start(item) } : undefined;
	}
	return undefined;
}

function start(node: Node | null): number {
	return node?.range?.[0] ?? 0;
}
