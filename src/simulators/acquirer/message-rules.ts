import { fieldText, type Message } from "../../iso8583/message.ts";
import { type KindRule, kindOf, repeatedKindOf } from "./transaction-kinds.ts";

/** Fields a request must and may have, and what else is asked of it. */
interface MessageRule {
	readonly mandatory: readonly number[];
	readonly allowed: readonly number[];
	readonly checks?: readonly Check[];
}

/** What a check finds is a short sentence. */
type Check = (message: Message) => readonly string[];

const managementDigits: ReadonlySet<number> = new Set([11, 13]);
const financialDigits: ReadonlySet<number> = new Set([11, 13, 14, 17]);
const reversalReasons: ReadonlySet<string> = new Set(["98", "96", "A0", "06"]);

/** Message types without a card transaction in them: by message type and field 60.3; `*` is every other 60.3. */
const managementRules: Readonly<Record<string, Readonly<Record<string, MessageRule>>>> = {
	"0800": { "*": { mandatory: [11, 41, 42, 60, 63], allowed: [62] } },
	"0820": {
		"002": { mandatory: [11, 41, 42, 60], allowed: [] },
		"301": { mandatory: [41, 42, 60], allowed: [] },
		"*": { mandatory: [41, 42, 60], allowed: [11, 62] },
	},
	"0500": { "201": { mandatory: [11, 41, 42, 48, 49, 60, 63], allowed: [], checks: [digitsOf(48, 62)] } },
	"0320": {
		"201": { mandatory: [11, 41, 42, 48, 60], allowed: [], checks: [recordsOf48] },
		"202": { mandatory: [11, 41, 42, 48, 60], allowed: [], checks: [digitsOf(48, 4)] },
		"207": { mandatory: [11, 41, 42, 48, 60], allowed: [], checks: [digitsOf(48, 4)] },
	},
};

/** What is wrong with a decoded request, in short sentences; empty when nothing is. */
export function violationsOf(message: Message): readonly string[] {
	const rule = ruleFor(message);
	if (typeof rule === "string") {
		return [rule];
	}
	const present = Object.keys(message.fields).map(Number);
	const missing = rule.mandatory.filter((field) => !present.includes(field));
	const alien = present.filter((field) => ![...rule.mandatory, ...rule.allowed].includes(field));
	return [
		...missing.map((field) => `field ${field} is missing`),
		...alien.map((field) => `field ${field} does not belong into ${message.mti}`),
		...(fieldText(message, 11) === "000000" ? ["trace number is zero"] : []),
		...(rule.checks ?? []).flatMap((check) => check(message)),
	];
}

/** The rule, or why there is none. */
function ruleFor(message: Message): MessageRule | string {
	const { mti } = message;
	const networkCode = fieldText(message, 60)?.slice(8, 11) ?? "";
	const management = managementRules[mti];
	if (mti === "0320" && networkCode === "000") {
		return singleUploadRule(message);
	}
	if (management !== undefined) {
		const rule = management[networkCode] ?? management["*"];
		return rule === undefined
			? `${mti} with field 60.3 ${networkCode} is not offered`
			: { ...rule, checks: [...(rule.checks ?? []), digitsOf60(managementDigits)] };
	}
	switch (mti) {
		case "0100":
		case "0200":
		case "0220":
			return transactionRule(message);
		case "0400":
			return reversalRule(message);
		default:
			return `message type ${mti} is not offered`;
	}
}

function transactionRule(message: Message): MessageRule | string {
	const kind = kindOf(message);
	if (kind === undefined) {
		return "message type and fields 3, 25 and 60.1 name no transaction";
	}
	const { mandatory, allowed, originalDigits } = kind;
	return {
		mandatory,
		allowed,
		checks: [cardViolations, pinViolations, digitsOf(61, originalDigits), noNetworkCode, noKeyedCard(kind)],
	};
}

/** A reversal names what it reverses; only that of a correction has field 61. */
function reversalRule(message: Message): MessageRule | string {
	const kind = repeatedKindOf(message);
	if (kind?.reversible !== true) {
		return "fields 3, 25 and 60.1 name no transaction that can be reversed";
	}
	const corrects = kind.originalDigits > 0;
	return {
		mandatory: [3, 4, 11, 22, 25, 39, 41, 42, 49, 60, ...(corrects ? [61] : []), 64],
		allowed: [2, 14, 23, 38, 53, 55],
		checks: [digitsOf(61, kind.originalDigits), noNetworkCode, knownReason],
	};
}

/** A refund is uploaded by itself: its own fields, but neither tracks nor PIN. */
function singleUploadRule(message: Message): MessageRule | string {
	return repeatedKindOf(message)?.kind === "refund"
		? {
				mandatory: [2, 3, 4, 11, 22, 25, 41, 42, 49, 60, 61],
				allowed: [14, 23, 32, 37, 38, 63, 64],
				checks: [digitsOf(61, 16), noNetworkCode],
			}
		: "fields 3, 25 and 60.1 name no transaction that is uploaded by itself";
}

function cardViolations(message: Message): readonly string[] {
	const swiped = has(message, 35) || has(message, 36);
	const keyed = has(message, 2);
	switch ((fieldText(message, 22) ?? "").slice(0, 2)) {
		case "01":
			return [
				...(keyed ? [] : ["field 2 is missing"]),
				...(swiped ? ["field 22 says keyed, but there is a track"] : []),
			];
		case "02":
			return [
				...(swiped ? [] : ["field 22 says swiped, but there is no track"]),
				...(keyed ? ["a swiped card has no field 2"] : []),
			];
		case "05":
		case "07":
			return [2, 55].flatMap((field) =>
				has(message, field) ? [] : [`field 22 says chip, but there is no field ${field}`],
			);
		default:
			return ["field 22 names an entry mode that is not offered"];
	}
}

function pinViolations(message: Message): readonly string[] {
	const pinFields = [26, 52, 53].filter((field) => has(message, field)).length;
	return [
		...(pinFields === 0 || pinFields === 3 ? [] : ["fields 26, 52 and 53 travel together"]),
		...((fieldText(message, 22)?.slice(2) === "1") === has(message, 52)
			? []
			: ["field 22 and field 52 disagree about the PIN"]),
	];
}

/** For a refund the card is there. */
function noKeyedCard({ kind }: KindRule): Check {
	return (message) =>
		kind === "refund" && fieldText(message, 22)?.startsWith("01") === true ? ["a refund takes no keyed card"] : [];
}

function noNetworkCode(message: Message): readonly string[] {
	return [
		...(fieldText(message, 60)?.slice(8, 11) === "000" ? [] : ["field 60.3 is not 000"]),
		...digitsOf60(financialDigits)(message),
	];
}

function knownReason(message: Message): readonly string[] {
	return reversalReasons.has(fieldText(message, 39) ?? "") ? [] : ["field 39 is not a reason for a reversal"];
}

function digitsOf60(lengths: ReadonlySet<number>): Check {
	return (message) => {
		const { length } = fieldText(message, 60) ?? "";
		return lengths.has(length) ? [] : [`field 60 has ${length} digits`];
	};
}

/** How long a field of digits is when it is there and belongs there. */
function digitsOf(field: number, count: number): Check {
	return (message) => {
		const { length } = fieldText(message, field) ?? "";
		return length === 0 || count === 0 || length === count
			? []
			: [`field ${field} has ${length} digits instead of ${count}`];
	};
}

/** One to eight records of forty digits behind their number. */
function recordsOf48(message: Message): readonly string[] {
	const text = fieldText(message, 48) ?? "";
	const count = Number(text.slice(0, 2));
	return count >= 1 && count <= 8 && text.length === 2 + count * 40 ? [] : ["field 48 does not hold its records"];
}

function has(message: Message, field: number): boolean {
	return message.fields[field] !== undefined;
}
