import type { Dialect } from "../dialect.ts";
import { escposDialect } from "./escpos.ts";
import { kmyDialect } from "./kmy.ts";
import { visaDialect } from "./visa.ts";

const known: readonly Dialect[] = [kmyDialect, visaDialect, escposDialect];

/** A line of a driver that has no dialect here: bytes are counted, and none is shown. */
const closed: Dialect = {
	name: "unknown",
	framing: undefined,
	takesTurns: false,
	controlName: () => "other",
	interpreter: () => ({
		read: (_direction, frame) => {
			const length = frame.kind === "data" ? frame.payload.length : 0;
			return { bytes: new Uint8Array(length), says: `${length} bytes hidden` };
		},
	}),
};

/** The language of a driver's devices, by the driver's id. */
export function deviceDialect(driver: string): Dialect {
	return known.find(({ name }) => name === driver) ?? closed;
}
