/** How a stored key is used: its first eight bytes only, or all of it. */
export type KeyCipher = "des" | "tdes";
export type MacMode = "x9.9" | "pboc" | "cup_ecb" | "cbc";

/** What command 46 sets. Kept until a reset or a loss of power. */
export interface PadSettings {
	readonly masterCipher: KeyCipher;
	readonly workingCipher: KeyCipher;
	/** Whether 32 and 33 always answer with a check value. */
	readonly checkValues: "on_request" | "always";
	/** In bytes. */
	readonly checkValueLength: number;
	readonly macMode: MacMode;
	/** Mode of 36 and 37. */
	readonly chaining: "ecb" | "cbc";
	readonly minPinLength: number;
}

export function settingsAtStart(cipher: KeyCipher): PadSettings {
	return {
		masterCipher: cipher,
		workingCipher: cipher,
		checkValues: "on_request",
		checkValueLength: 4,
		macMode: "x9.9",
		chaining: "ecb",
		minPinLength: 4,
	};
}

/** The settings after `46 item option`; undefined when the pad does not know one of the two. */
export function withSetting(settings: PadSettings, item: number, option: number): PadSettings | undefined {
	const change = items.get(item)?.(option);
	return change === undefined ? undefined : { ...settings, ...change };
}

type Change = Partial<PadSettings> | undefined;

const ciphers: ReadonlyMap<number, KeyCipher> = new Map([
	[0x20, "des"],
	[0x30, "tdes"],
]);
const macModes: ReadonlyMap<number, MacMode> = new Map([
	[0x01, "x9.9"],
	[0x02, "pboc"],
	[0x03, "cup_ecb"],
	[0x04, "cbc"],
]);
const chainings: ReadonlyMap<number, PadSettings["chaining"]> = new Map([
	[0x10, "ecb"],
	[0x11, "cbc"],
]);
const checkValues: ReadonlyMap<number, PadSettings["checkValues"]> = new Map([
	[0x00, "on_request"],
	[0x05, "always"],
]);

const items: ReadonlyMap<number, (option: number) => Change> = new Map<number, (option: number) => Change>([
	[0x00, (option) => named("masterCipher", ciphers.get(option))],
	[0x01, (option) => named("workingCipher", ciphers.get(option))],
	// ISO 9564-1 format 0 is the only PIN block there is.
	[0x04, (option) => (option === 0x10 ? {} : undefined)],
	[0x05, (option) => named("checkValues", checkValues.get(option))],
	[0x06, (option) => named("macMode", macModes.get(option))],
	[0x07, (option) => named("chaining", chainings.get(option))],
	[0x08, (option) => (option <= 12 ? { minPinLength: option } : undefined)],
	[0x0d, (option) => (option >= 1 && option <= 8 ? { checkValueLength: option } : undefined)],
]);

function named<Name extends keyof PadSettings>(name: Name, value: PadSettings[Name] | undefined): Change {
	return value === undefined ? undefined : { [name]: value };
}
