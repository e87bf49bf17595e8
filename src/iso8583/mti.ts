/** ISO 8583-1 message class by the second digit of the message type indicator. */
export type MessageClass =
	| "authorization"
	| "financial"
	| "file_action"
	| "reversal"
	| "reconciliation"
	| "administrative"
	| "network_management"
	| "other";

const classes: Readonly<Record<string, MessageClass>> = {
	"1": "authorization",
	"2": "financial",
	"3": "file_action",
	"4": "reversal",
	"5": "reconciliation",
	"6": "administrative",
	"8": "network_management",
};

export function messageClass(mti: string): MessageClass {
	return classes[mti.charAt(1)] ?? "other";
}

/** Requests and advices have an even third digit, their answers the next odd one. */
export function isResponse(mti: string): boolean {
	return Number(mti.charAt(2)) % 2 === 1;
}

/** The message type that answers this one: 0200 → 0210, 0221 → 0230 (a repeat is answered like its original). */
export function responseMti(mti: string): string {
	return `${mti.slice(0, 2)}${Number(mti.charAt(2)) + 1}0`;
}
