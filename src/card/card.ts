import { type Pan, parsePan } from "./pan.ts";
import { Sensitive } from "./sensitive.ts";

/** A card as the reader or the cashier gave it, for one transaction. */
export type Card =
	| {
			readonly entry: "magnetic";
			readonly pan: Pan;
			readonly track2: Sensitive;
			readonly track3: Sensitive | undefined;
	  }
	| { readonly entry: "manual"; readonly pan: Pan; readonly expiry: Sensitive };

/** What is wrong with card data, without quoting it. */
export type CardProblem = { readonly problem: "track2" | "track3" | "pan" | "expiry" };

/**
 * A swiped card. Track 2 per ISO/IEC 7813: PAN, separator `=` (or `D`), expiry, service code, discretionary data,
 * at most 37 characters, without sentinels and LRC (they are dropped when a reader sends them).
 */
export function magneticCard(track2: string, track3: string | undefined): Card | CardProblem {
	const bare = withoutSentinels(track2).replaceAll("D", "=");
	const separator = bare.indexOf("=");
	const pan = parsePan(bare.slice(0, Math.max(separator, 0)));
	if (pan === undefined || bare.length > 37 || !/^\d+=\d{4}[\d=]*$/.test(bare)) {
		return { problem: "track2" };
	}
	const bareTrack3 = track3 === undefined ? undefined : withoutSentinels(track3).replaceAll("D", "=");
	if (bareTrack3 !== undefined && !/^[\d=]{1,104}$/.test(bareTrack3)) {
		return { problem: "track3" };
	}
	return {
		entry: "magnetic",
		pan,
		track2: Sensitive.text(bare, "(track 2)"),
		track3: bareTrack3 === undefined ? undefined : Sensitive.text(bareTrack3, "(track 3)"),
	};
}

/** A card keyed in by hand: PAN and expiry `YYMM`. */
export function manualCard(pan: string, expiry: string): Card | CardProblem {
	const parsed = parsePan(pan);
	if (parsed === undefined) {
		return { problem: "pan" };
	}
	if (!/^\d{2}(0[1-9]|1[0-2])$/.test(expiry) && expiry !== "0000") {
		return { problem: "expiry" };
	}
	return { entry: "manual", pan: parsed, expiry: Sensitive.text(expiry, "(expiry)") };
}

/** Overwrites everything the card holds. */
export function wipeCard(card: Card): void {
	card.pan.wipe();
	switch (card.entry) {
		case "magnetic":
			card.track2.wipe();
			card.track3?.wipe();
			break;
		case "manual":
			card.expiry.wipe();
			break;
	}
}

function withoutSentinels(track: string): string {
	const end = track.indexOf("?");
	return (end < 0 ? track : track.slice(0, end)).replace(/^[;+]/, "");
}
