import type { Driver } from "../../devices/driver.ts";
import { Session, type Turn } from "../../devices/session.ts";
import { visaFraming } from "../../wire/visa-framing.ts";
import { cancelWhateverRuns } from "./cancel.ts";
import { askSerialNumber, identityOf } from "./identity.ts";
import { VisaLink } from "./link.ts";
import { type VisaOptions, visaOptionsSchema } from "./options.ts";
import { VisaPad } from "./visa-pad.ts";

/** The longest silence inside a frame. */
const frameGapMs = 300;

/** VeriFone PINpad 101 to 2000 and 1000SE, VeriFone terminals' internal pads, UIC PP790/PP791. */
export const visa1000seDriver: Driver<VisaPad, VisaOptions> = {
	id: "visa1000se",
	category: "PinPad",
	title: "VISA / VeriFone PINpad 1000SE, UIC PP79x PIN pad",
	experimental: false,
	serialDefaults: { baudRate: 1200, dataBits: 7, parity: "even" },
	options: visaOptionsSchema,
	async attach(line, options, context) {
		const { clock, log } = context;
		const session = new Session({ line, framing: visaFraming, clock, log, frameGapMs });
		const { acknowledgeMs, replyMs, closingMs } = options;
		const link = new VisaLink({ line, clock, acknowledgeMs, replyMs, closingMs });
		const serialNumber = await session.converse((turn) => startUp(turn, link), context.signal);
		return new VisaPad({ session, link, clock, options, identity: identityOf(options.dialect, serialNumber) });
	},
};

/** The pad may come from anywhere, a PIN entry left open by a crash included: end that, then ask who it is. */
async function startUp(turn: Turn, link: VisaLink): Promise<string> {
	await cancelWhateverRuns(turn, link);
	return askSerialNumber(turn, link);
}
