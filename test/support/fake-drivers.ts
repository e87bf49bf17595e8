import { z } from "zod";
import type { Driver } from "../../src/devices/driver.ts";

const serialDefaults = { baudRate: 19_200, dataBits: 8, parity: "none" } as const;

function neverAttached(): never {
	throw new Error("this driver is only configured, never attached");
}

/** A register of drivers that can be configured but not used. */
export const fakeDrivers: readonly Driver[] = [
	{
		id: "kmy350x",
		category: "PinPad",
		title: "a proven PIN pad",
		experimental: false,
		serialDefaults,
		options: z.strictObject({}),
		attach: neverAttached,
	},
	{
		id: "newpad",
		category: "PinPad",
		title: "a PIN pad known from one source",
		experimental: true,
		serialDefaults,
		options: z.strictObject({}),
		attach: neverAttached,
	},
	{
		id: "escpos",
		category: "PosPrinter",
		title: "a printer",
		experimental: false,
		serialDefaults,
		options: z.strictObject({
			columns: z.int().min(20).max(80).default(42).meta({ description: "Characters per line, columns" }),
		}),
		attach: neverAttached,
	},
];
