import type { KeyEvent } from "../../../src/keys/record/entry.ts";

type Loading = Extract<KeyEvent, { type: "load_started" }>;

export const batch = "00112233aabbccdd";

/** The start of a load, with test values where the case does not care. */
export function loading(changes: Partial<Loading> = {}): Loading {
	return {
		type: "load_started",
		batch,
		serial: "35010001",
		place: "master 0",
		model: "KMY3501",
		firmware: "KMY3501 V1.06",
		form: "clear",
		role: "TMK",
		algorithm: "TDES2",
		kcv: { method: "ecb-zeros", value: "08D7B4" },
		fingerprint: "0011223344556677",
		...changes,
	};
}

export function proved(serial = "35010001", place = "master 0"): KeyEvent {
	const proof = { kind: "check_value", kcv: { method: "ecb-zeros", value: "08D7B4" } } as const;
	return { type: "load_proved", batch, serial, place, proof };
}
