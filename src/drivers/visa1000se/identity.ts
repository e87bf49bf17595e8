import type { PinPadIdentity } from "../../devices/pin-pad.ts";
import type { Turn } from "../../devices/session.ts";
import { Fault } from "../../kernel/fault.ts";
import type { VisaLink } from "./link.ts";
import type { VisaOptions } from "./options.ts";
import { packets } from "./packets.ts";

const models = { verifone: "VeriFone PINpad 1000SE", uic: "UIC PP79x" } as const satisfies Record<
	VisaOptions["dialect"],
	string
>;

/**
 * The serial number that was loaded into the pad (06): up to sixteen letters and digits, zeros when none was.
 * @throws Fault `E_NOHARDWARE` when what answers is no such pad
 */
export async function askSerialNumber(turn: Turn, link: VisaLink): Promise<string> {
	const reply = await link.ask(turn, packets.serialNumber);
	const serialNumber = reply.kind === "packet" ? /^06([\dA-Za-z]{0,16})$/.exec(reply.text)?.[1] : undefined;
	if (serialNumber === undefined) {
		throw new Fault("E_NOHARDWARE", {
			detail: `What answers on ${link.line.label} gives no serial number as this family does`,
			extended: "not_this_family",
		});
	}
	return serialNumber;
}

/** VeriFone's sixteen characters begin with the version: version 3, date 6, place 1, batch 2, number 4. */
export function identityOf(dialect: VisaOptions["dialect"], serialNumber: string): PinPadIdentity {
	const tellsVersion = dialect === "verifone" && serialNumber.length === 16;
	return { model: models[dialect], version: tellsVersion ? serialNumber.slice(0, 3) : "", serialNumber };
}
