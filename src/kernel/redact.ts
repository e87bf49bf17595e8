import { Fault } from "./fault.ts";
import { redactText } from "./redact-text.ts";

/**
 * What a log may show. Pure, and applied at the sink, so that no caller can forget it: account numbers keep first six
 * and last four digits (PCI DSS 3.4.1), tracks lose everything else, fields named like secrets are masked whole, and
 * bytes are never shown.
 */
export function redact(value: unknown): unknown {
	return redactValue(value, []);
}

const masked = "[masked]";
const deepest = 12;

/** Names (lower case, letters and digits only) whose values nobody may read. Check values and slot numbers are not secret. */
const secretName =
	/^(?:pan|cardnumber|accountnumber|track\d?|track\d?data|discretionarydata|pin|pinblock|encryptedpin|cvv2?|cvc2?|cryptogram|mackey|tmk|tpk|tak|tdk|ipek|kbpk|bdk|component|keyblock|.*(?:token|secret|password|passphrase|authorization|cookie|keys?))$/;

/** End like a secret and are none. */
const openNames: ReadonlySet<string> = new Set(["idempotencykey", "publickey"]);

function isSecretName(name: string): boolean {
	const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
	return secretName.test(plain) && !openNames.has(plain);
}

/** `above` are the objects on the way down: they cannot be shown once more inside themselves. */
function redactValue(value: unknown, above: readonly object[]): unknown {
	switch (typeof value) {
		case "string":
			return redactText(value);
		case "number":
		case "bigint":
			return redactNumber(value);
		case "object":
			return value === null ? null : redactObject(value, above);
		case "function":
		case "symbol":
			return `[${typeof value}]`;
		case "boolean":
		case "undefined":
			return value;
	}
}

function redactNumber(value: number | bigint): number | string {
	const text = String(value);
	const shown = redactText(text);
	return typeof value === "number" && shown === text ? value : shown;
}

function redactObject(value: object, above: readonly object[]): unknown {
	if (above.includes(value)) {
		return "[circular]";
	}
	if (above.length === deepest) {
		return "[deep]";
	}
	if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
		return `[${value.byteLength} bytes]`;
	}
	const path = [...above, value];
	if (value instanceof Error) {
		return redactValue(errorFields(value), path);
	}
	if ("toJSON" in value && typeof value.toJSON === "function") {
		return redactValue(value.toJSON(), path);
	}
	if (Array.isArray(value) || value instanceof Set) {
		return Array.from(value, (item) => redactValue(item, path));
	}
	return redactFields(value instanceof Map ? value : Object.entries(value), path);
}

function redactFields(entries: Iterable<readonly [unknown, unknown]>, above: readonly object[]): object {
	return Object.fromEntries(
		Array.from(entries, ([key, value]) => {
			const name = String(key);
			return [redactText(name), isSecretName(name) && value !== undefined ? masked : redactValue(value, above)];
		}),
	);
}

/** A fault explains itself; where anything else came from is only told by its stack. */
function errorFields(error: Error): object {
	const { name, message, cause } = error;
	const why = cause === undefined ? {} : { cause };
	if (error instanceof Fault) {
		return { code: error.code, message, ...error.context, ...why };
	}
	const code = "code" in error ? { code: error.code } : {};
	return { name, message, ...code, ...why, stack: error.stack };
}
