import type { PinPadHealth } from "../../devices/pin-pad.ts";

/** What the first byte of an answer says. */
export interface Status {
	readonly accepted: boolean;
	/** Stable name, shown as the fault's `extended` code. */
	readonly name: string;
	readonly text: string;
	/** What the answer tells of the pad's keys and battery, if anything. */
	readonly health?: PinPadHealth;
}

const sound: PinPadHealth = { masterKeys: "held", battery: "good" };
const keysLost: PinPadHealth = { masterKeys: "lost", battery: "good" };
const batteryWeak: PinPadHealth = { masterKeys: "held", battery: "weak" };

const refused = (name: string, text: string, health?: PinPadHealth): Status => ({
	accepted: false,
	name,
	text,
	...(health === undefined ? {} : { health }),
});
const accepted = (name: string, text: string, health: PinPadHealth): Status => ({ accepted: true, name, text, health });

const statuses = new Map<number, Status>([
	[0x04, accepted("ok", "done", sound)],
	[0x15, refused("parameter", "a parameter is wrong, or the key is not there")],
	[0x80, refused("timed_out", "the time ran out")],
	[0xa4, accepted("ok_keys_lost", "done, but the master key is not valid", keysLost)],
	[0xb5, refused("keys_lost", "the master key is not valid", keysLost)],
	[0xc4, accepted("ok_battery_weak", "done, but the battery is weak", batteryWeak)],
	[0xd5, refused("battery_weak", "failed, and the battery is weak", batteryWeak)],
	[0xe0, refused("unknown_command", "the pad does not know the command")],
	[0xf0, refused("cpu", "self-test: processor")],
	[0xf1, refused("memory", "self-test: memory")],
	[0xf2, refused("key_shorted", "self-test: a key is stuck")],
	[0xf3, refused("serial_level", "self-test: serial line level")],
	[0xf4, refused("cpu_card", "self-test: chip card")],
	[0xf5, refused("battery", "self-test: battery", batteryWeak)],
	[0xf6, refused("keys_lost", "self-test: the master keys are lost", keysLost)],
	[0xf7, refused("self_test", "self-test: other")],
]);

/** The meaning of a status byte; all bytes the family does not define are refusals. */
export function statusOf(byte: number): Status {
	return statuses.get(byte) ?? refused(`status_${byte.toString(16).padStart(2, "0")}`, "not a known status");
}

/** Found by the self-test, yet the pad works: state to show, no reason to leave it closed. */
export function isUsableAfterSelfTest({ accepted: ok, health }: Status): boolean {
	return ok || health !== undefined;
}

/** What several answers say together: a self-test may find what the next answer keeps quiet about. */
export function worstOf(...reports: readonly (PinPadHealth | undefined)[]): PinPadHealth {
	return {
		masterKeys: reports.some((report) => report?.masterKeys === "lost") ? "lost" : "held",
		battery: reports.some((report) => report?.battery === "weak") ? "weak" : "good",
	};
}
