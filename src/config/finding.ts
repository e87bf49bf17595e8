import type { z } from "zod";
import { nearest } from "./nearest.ts";
import type { SchemaGuide } from "./schema-guide.ts";
import type { ConfigPath } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;

/** Something wrong at one place: what, and what cures it. Values of the file are never quoted. */
export interface Finding {
	readonly path: ConfigPath;
	readonly message: string;
	readonly cure: string;
}

/** Says what a schema refused, in words for the person who wrote the file. */
export function findingsOf(issues: readonly Issue[], guide: SchemaGuide): readonly Finding[] {
	const findings = issues.flatMap((issue) => translate(issue, guide));
	const meant = new Set(findings.flatMap(({ meant }) => (meant === undefined ? [] : [keyOf(meant)])));
	// A misspelt key is one mistake, not two.
	return findings
		.filter(({ missing, path }) => !(missing === true && meant.has(keyOf(path))))
		.map(({ path, message, cure }) => ({ path, message, cure }));
}

interface Draft extends Finding {
	readonly missing?: boolean;
	/** The place a misspelt key was meant for. */
	readonly meant?: ConfigPath;
	/** A key of another form of the same value. */
	readonly foreign?: boolean;
}

function translate(issue: Issue, guide: SchemaGuide): readonly Draft[] {
	if (issue.code === "unrecognized_keys") {
		return issue.keys.map((key) => unknownKey(issue.path, key, guide(issue.path).keys));
	}
	if (issue.code === "invalid_union") {
		return closestBranch(issue, guide);
	}
	if (issue.code === "invalid_type") {
		return [wrongType(issue, guide)];
	}
	if (issue.code === "invalid_key") {
		return [{ path: issue.path, message: issue.issues[0]?.message ?? "is not a name", cure: "Choose another name." }];
	}
	return [{ path: issue.path, message: sentence(issue), cure: ownCure(issue) ?? cureAt(issue.path, guide) }];
}

function unknownKey(parent: ConfigPath, key: string, allowed: readonly string[]): Draft {
	const path = [...parent, key];
	if (/pass(word|wd)?$|secret|token|privatekey|^pin$/i.test(key)) {
		return { path, message: "is not a known key", cure: "Remove it: secrets do not belong in this file." };
	}
	const guess = nearest(key, allowed);
	if (guess === key) {
		return { path, message: "does not go with the keys beside it", cure: "Use one form or the other.", foreign: true };
	}
	return guess === undefined
		? { path, message: "is not a known key", cure: `Remove it, or use one of: ${allowed.join(", ")}.` }
		: { path, message: "is not a known key", cure: `Did you mean \`${guess}\`?`, meant: [...parent, guess] };
}

function wrongType(issue: Extract<Issue, { code: "invalid_type" }>, guide: SchemaGuide): Draft {
	const cure = cureAt(issue.path, guide);
	if (issue.input === undefined) {
		return { path: issue.path, message: "is missing", cure, missing: true };
	}
	const quotes = issue.expected === "string" && typeof issue.input === "number";
	return {
		path: issue.path,
		message: `is not ${nameOfType(issue.expected)}`,
		cure: quotes ? `Put it in quotes. ${cure}` : cure,
	};
}

/** Of the shapes a value may have, the one it comes nearest to. */
function closestBranch(issue: Extract<Issue, { code: "invalid_union" }>, guide: SchemaGuide): readonly Draft[] {
	const branches = issue.errors.map((errors) =>
		errors.flatMap((error) => translate({ ...error, path: [...issue.path, ...error.path] }, guide)),
	);
	const [best] = branches.toSorted((a, b) => distance(a) - distance(b));
	const aboutTheWhole = best?.every(({ path }) => path.length === issue.path.length) ?? true;
	if (best === undefined || aboutTheWhole) {
		// Where one key tells the forms apart, the input is all of it.
		const kinds = "options" in issue ? issue.options : undefined;
		if (kinds !== undefined && issue.input !== undefined) {
			return [
				{ path: issue.path, message: `is none of ${kinds.map(String).join(", ")}`, cure: cureAt(issue.path, guide) },
			];
		}
		const missing = issue.input === undefined;
		const cure = cureAt(issue.path, guide);
		return [{ path: issue.path, message: missing ? "is missing" : "has none of the allowed forms", cure, missing }];
	}
	return best;
}

function sentence(issue: Issue): string {
	if (issue.code === "invalid_value") {
		return `is none of ${issue.values.map(String).join(", ")}`;
	}
	if (issue.code === "too_small") {
		return issue.origin === "array" ? "has too few entries" : `is less than ${issue.minimum}`;
	}
	if (issue.code === "too_big") {
		return issue.origin === "array" ? "has too many entries" : `is more than ${issue.maximum}`;
	}
	return issue.message;
}

/** How far a value is from one of its forms: what is missing or belongs elsewhere weighs more than what is misspelt. */
function distance(drafts: readonly Draft[]): number {
	const weights = drafts.map(({ missing, foreign, meant }) => {
		if (missing === true || foreign === true) {
			return 10;
		}
		return meant === undefined ? 3 : -9;
	});
	return weights.reduce((sum, weight) => sum + weight, 0);
}

/** A check of ours may bring its own cure. */
function ownCure(issue: Issue): string | undefined {
	const cure: unknown = issue.code === "custom" ? issue.params?.["cure"] : undefined;
	return typeof cure === "string" ? cure : undefined;
}

/** What the schema says of a place, or of the nearest place around it. */
function cureAt(path: ConfigPath, guide: SchemaGuide): string {
	const { description, example, keys } = guide(path);
	const last = path.at(-1);
	const shown = example === undefined ? "" : `\`${typeof last === "number" ? "-" : `${String(last)}:`} ${example}\``;
	if (description !== undefined) {
		return shown === "" ? `${description}.` : `${description}, for example ${shown}.`;
	}
	if (shown !== "") {
		return `For example ${shown}.`;
	}
	if (keys.length > 0) {
		return `It takes ${keys.join(", ")}.`;
	}
	return path.length > 1 ? cureAt(path.slice(0, -1), guide) : "See config/example.yaml.";
}

function nameOfType(expected: string): string {
	const names: Readonly<Record<string, string>> = {
		string: "text",
		number: "a number",
		int: "a whole number",
		boolean: "true or false",
		object: "a map of keys and values",
		record: "a map of keys and values",
		array: "a list",
		tuple: "a list",
	};
	return names[expected] ?? expected;
}

function keyOf(path: ConfigPath): string {
	return path.map(String).join("\n");
}
