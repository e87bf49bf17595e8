import type { Driver } from "../../devices/driver.ts";
import type { PinPad, PinPadHealth, PinPadIdentity } from "../../devices/pin-pad.ts";
import { Session, type Turn } from "../../devices/session.ts";
import { Fault } from "../../kernel/fault.ts";
import { kmyFraming } from "../../wire/kmy-framing.ts";
import { commands } from "./commands.ts";
import { readIdentity } from "./identity.ts";
import { KmyPad } from "./kmy-pad.ts";
import { KmyLink, mustBeAccepted } from "./link.ts";
import { type KmyOptions, kmyOptionsSchema } from "./options.ts";
import { isUsableAfterSelfTest, worstOf } from "./status.ts";

/** KMY 3501/350x and SZZT ZT C70/C90: encrypting PIN pads on an RS-232 line. */
export const kmy350xDriver: Driver<PinPad, KmyOptions> = {
	id: "kmy350x",
	category: "PinPad",
	title: "KMY350x / SZZT ZT C70, C90 PIN pad",
	experimental: false,
	serialDefaults: { baudRate: 9600, dataBits: 8, parity: "none" },
	options: kmyOptionsSchema,
	async attach(line, options, context) {
		const { clock, log } = context;
		const session = new Session({ line, framing: kmyFraming, clock, log });
		const link = new KmyLink(line, clock);
		const { identity, health } = await session.converse((turn) => startUp(link, turn, options), context.signal);
		return new KmyPad({ session, link, clock, options, identity, health });
	},
};

interface StartUp {
	readonly identity: PinPadIdentity;
	readonly health: PinPadHealth;
}

/** The pad may come from anywhere, a PIN entry left open by a crash included: reset it, and set every mode we rely on. */
async function startUp(link: KmyLink, turn: Turn, options: KmyOptions): Promise<StartUp> {
	const selfTest = await link.ask(turn, commands.selfTest, options.selfTestMs);
	if (!isUsableAfterSelfTest(selfTest.status)) {
		mustBeAccepted(commands.selfTest, selfTest.status);
	}
	const version = await link.ask(turn, commands.identify, options.answerMs);
	const identity = readIdentity(version.data);
	if (identity === undefined) {
		throw new Fault("E_NOHARDWARE", {
			detail: `What answers on ${link.line.label} is no KMY350x or ZT C70/C90: its version has ${version.data.length} bytes`,
			extended: "not_this_family",
		});
	}
	const modes = [
		commands.masterKeyAlgorithm(options.masterKeys),
		commands.workingKeyAlgorithm,
		commands.pinBlockFormat,
	];
	for (const command of modes) {
		mustBeAccepted(command, (await link.ask(turn, command, options.answerMs)).status);
	}
	return { identity, health: worstOf(selfTest.status.health, version.status.health) };
}
