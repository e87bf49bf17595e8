import { z } from "zod";
import type { KeyPlace } from "../devices/key-loading.ts";
import type { KeyRole } from "./key-kind.ts";

/** A place in a pad as records show it: `master 0`, `working 0/1`, `transport`, `initial 0`. */
export const placeTextSchema = z.string().regex(/^(?:master \d{1,3}|working \d{1,3}\/\d{1,3}|transport|initial \d)$/);

export function placeText(place: KeyPlace): string {
	switch (place.kind) {
		case "master":
			return `master ${place.slot}`;
		case "working":
			return `working ${place.master}/${place.slot}`;
		case "transport":
			return "transport";
		case "initial":
			return `initial ${place.engine}`;
	}
}

/** The place behind a text that `placeText` made. */
export function parsePlaceText(text: string): KeyPlace {
	const [kind, numbers = ""] = text.split(" ");
	const [first = 0, second = 0] = numbers.split("/").map(Number);
	if (kind === "master") {
		return { kind, slot: first };
	}
	if (kind === "working") {
		return { kind, master: first, slot: second };
	}
	return kind === "initial" ? { kind, engine: first } : { kind: "transport" };
}

/** The place a manifest means by role and slot: `7` for one number, `0/1` for a working key under master key 0. */
export function placeOf(role: KeyRole, slot: string): KeyPlace | undefined {
	const [first, second] = slot.split("/").map(Number);
	if (!/^\d{1,3}(?:\/\d{1,3})?$/.test(slot) || first === undefined) {
		return undefined;
	}
	const kind = kinds[role];
	if (kind === "working") {
		return second === undefined ? undefined : { kind, master: first, slot: second };
	}
	if (second !== undefined || kind === undefined) {
		return undefined;
	}
	return singlePlace(kind, first);
}

/** Where the keys of a role live in a pad; BDKs and KBPKs never leave the vault. */
const kinds: Readonly<Record<KeyRole, KeyPlace["kind"] | undefined>> = {
	TMK: "master",
	KEK: "transport",
	TPK: "working",
	TAK: "working",
	TDK: "working",
	IPEK: "initial",
	BDK: undefined,
	KBPK: undefined,
};

function singlePlace(kind: Exclude<KeyPlace["kind"], "working">, number: number): KeyPlace | undefined {
	switch (kind) {
		case "master":
			return { kind, slot: number };
		case "initial":
			return { kind, engine: number };
		case "transport":
			return number === 0 ? { kind } : undefined;
	}
}
