import type { CheckValue } from "../check-value.ts";
import type { KeyEvent } from "./entry.ts";

/** The columns of an export that not every event fills. */
export interface EntryCells {
	readonly what: string;
	readonly pad?: string | undefined;
	readonly slot?: string | undefined;
	readonly key?: string | undefined;
	readonly kcv?: string | undefined;
	readonly header?: string | undefined;
	readonly ksn?: string | undefined;
	readonly result?: string | undefined;
}

/** A check value with its method, without which it means nothing. */
export function kcvText({ method, value }: CheckValue): string {
	return `${value} (${method})`;
}

/** An event in the words of a report. */
export function cellsOf(event: KeyEvent): EntryCells {
	switch (event.type) {
		case "vault_created":
			return {
				what: "Vault created",
				result: `${event.purpose}; ${event.holders.map(({ name, side }) => `${name}: ${side}`).join(", ")}`,
			};
		case "key_stored":
		case "key_removed":
			return {
				what: event.type === "key_stored" ? "Key stored" : "Key removed",
				key: `${event.key.name}: ${event.key.role} ${event.key.algorithm}`,
				kcv: kcvText(event.key.kcv),
				result: event.type === "key_stored" ? `${event.components} components` : undefined,
			};
		case "ceremony_refused":
			return { what: "Ceremony refused", key: event.name, result: event.code };
		case "pad_added":
			return { what: "Pad added", pad: event.serial, result: event.model };
		case "pad_removed":
			return { what: "Pad removed", pad: event.serial, result: event.reason };
		case "torn_line_removed":
			return { what: "Unfinished line removed", result: `${event.bytes} bytes` };
		case "batch_started":
			return {
				what: "Batch started",
				result: `${event.batch}: ${event.keys} keys, ${event.pads} pads, ${event.purpose}`,
			};
		case "batch_ended":
			return {
				what: "Batch ended",
				result: `${event.batch}: ${event.end}; ${event.loaded} loaded, ${event.refused} refused, ${event.missing} missing`,
			};
		case "load_started":
		case "load_proved":
		case "load_refused":
		case "key_verified":
			return loadCells(event);
	}
}

type LoadEvent = Extract<KeyEvent, { readonly type: "load_started" | "load_proved" | "load_refused" | "key_verified" }>;

function loadCells(event: LoadEvent): EntryCells {
	const at = { pad: event.serial, slot: event.place };
	switch (event.type) {
		case "load_started":
			return {
				...at,
				what: "Loading",
				key: `${event.role} ${event.algorithm}`,
				kcv: kcvText(event.kcv),
				header: event.header,
				ksn: event.ksn,
				result: event.kekKcv === undefined ? event.form : `${event.form} under ${kcvText(event.kekKcv)}`,
			};
		case "load_proved":
			return event.proof.kind === "held"
				? { ...at, what: "Key held", result: "the pad shows no proof" }
				: { ...at, what: "Key proved", result: event.proof.kind };
		case "load_refused":
			return { ...at, what: "Load refused", result: [event.code, event.extended].filter(Boolean).join(": ") };
		case "key_verified":
			return { ...at, what: "Key verified", result: event.result };
	}
}
