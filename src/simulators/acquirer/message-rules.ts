import { fieldText, type Message } from "../../iso8583/message.ts";

/** Fields a request must and must not have, by message type. */
interface MessageRule {
	readonly mandatory: readonly number[];
	readonly allowed: readonly number[];
}

const rules: Readonly<Record<string, MessageRule>> = {
	"0200": {
		mandatory: [3, 4, 11, 22, 25, 41, 42, 49, 60, 64],
		allowed: [2, 14, 23, 26, 35, 36, 52, 53, 55, 59, 62, 63],
	},
	"0400": { mandatory: [3, 4, 11, 22, 25, 39, 41, 42, 49, 60, 64], allowed: [2, 14, 23, 38, 53, 55, 61] },
	"0800": { mandatory: [11, 41, 42, 60, 62, 63], allowed: [] },
	"0820": { mandatory: [41, 42, 60], allowed: [] },
};

const reversalReasons: ReadonlySet<string> = new Set(["98", "96", "A0", "06"]);

/** What is wrong with a decoded request, in short sentences; empty when nothing is. */
export function violationsOf(message: Message): readonly string[] {
	const rule = rules[message.mti];
	if (rule === undefined) {
		return [`message type ${message.mti} is not offered`];
	}
	const present = Object.keys(message.fields).map(Number);
	const missing = rule.mandatory.filter((field) => !present.includes(field));
	const alien = present.filter((field) => ![...rule.mandatory, ...rule.allowed].includes(field));
	return [
		...missing.map((field) => `field ${field} is missing`),
		...alien.map((field) => `field ${field} does not belong into ${message.mti}`),
		...(fieldText(message, 11) === "000000" ? ["trace number is zero"] : []),
		...(message.mti === "0200" ? saleViolations(message, present) : []),
		...(message.mti === "0400" && !reversalReasons.has(fieldText(message, 39) ?? "")
			? ["field 39 is not a reason for a reversal"]
			: []),
	];
}

function saleViolations(message: Message, present: readonly number[]): readonly string[] {
	const [entry, pin] = [fieldText(message, 22)?.slice(0, 2), fieldText(message, 22)?.slice(2)];
	const swiped = present.includes(35) || present.includes(36);
	const pinFields = [26, 52, 53].filter((field) => present.includes(field)).length;
	const checks: readonly (readonly [boolean, string])[] = [
		[swiped === present.includes(2), "a sale has either field 2 or tracks"],
		[entry === "02" && !swiped, "field 22 says swiped, but there is no track"],
		[entry === "01" && swiped, "field 22 says keyed, but there is a track"],
		[pinFields !== 0 && pinFields !== 3, "fields 26, 52 and 53 travel together"],
		[(pin === "1") !== present.includes(52), "field 22 and field 52 disagree about the PIN"],
		[!/^22\d{6}000/.test(fieldText(message, 60) ?? ""), "field 60 is not that of a sale"],
	];
	return checks.flatMap(([broken, text]) => (broken ? [text] : []));
}
