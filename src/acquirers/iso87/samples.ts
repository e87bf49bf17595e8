import { paymentFillIns, pinFillIns, terminalFillIns, timeFillIns } from "./fill-ins.ts";
import type { FillIns } from "./template.ts";

const terminal = {
	terminalId: "TERMINAL",
	merchantId: "MERCHANT0000001",
	operator: "01",
	serialNumber: "TB000001",
};
const earlier = {
	batch: "000001",
	stan: "000001",
	date: "0101",
	retrievalReference: "000000000001",
	approvalCode: "A00001",
};
const network = { ...terminalFillIns(terminal, { stan: "000001", batch: "000001" }), ...timeFillIns(0) };
const payment = { ...network, ...paymentFillIns({ kind: "sale", amount: 1, currency: "156", earlier }, "021") };
const pin = {
	...payment,
	...pinFillIns({ pin: { block: new Uint8Array(8), ksn: new Uint8Array(10) }, longestPin: 12 }),
};
const reversal = { ...timeFillIns(0), reason: "00", approvalCode: "A00001", originalData: "0".repeat(42) };

/** Something for every name that may stand in braces, by the messages that have it: to try a profile with. */
export const sampleFillIns = { network, payment, pin, reversal } satisfies Readonly<Record<string, FillIns>>;
