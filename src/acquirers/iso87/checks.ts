import type { Codec } from "../../iso8583/codec.ts";
import { asFault } from "../../kernel/fault.ts";
import { fromHex } from "../../wire/hex.ts";
import { lengthPrefixes } from "../../wire/length-prefix.ts";
import { sampleFillIns } from "./samples.ts";
import { type Iso87Settings, paymentTemplates, type Templates } from "./settings.ts";
import { type FillIns, fillIn, namesIn } from "./template.ts";

/** Something wrong in a profile: the dotted path of its key, and what. */
export interface ProfileProblem {
	readonly key: string;
	readonly problem: string;
}

/** Fields that must never be kept for a reversal: tracks, PIN block, security control, chip data. */
const neverCopied: ReadonlySet<number> = new Set([26, 35, 36, 45, 52, 53, 55]);

/** What a profile's schema cannot see alone: whether its fields are in the table, and what it says fits into them. */
export function checkIso87(settings: Iso87Settings, codec: Codec): readonly ProfileProblem[] {
	return [
		...checkFrame(settings),
		...checkValues(settings),
		...templateLists(settings).flatMap((list) => checkTemplates(list, settings, codec)),
		...fieldLists(settings).flatMap(({ key, fields }) => checkKnown(key, fields, codec)),
		...checkMac(settings),
		...checkCopies(settings),
		...checkCorrelation(settings, codec),
	];
}

function checkFrame({ frame }: Iso87Settings): readonly ProfileProblem[] {
	const { bytes, greatest } = lengthPrefixes[frame.length];
	const most = greatest - (frame.countsItself ? bytes : 0);
	return frame.maxMessage > most ? [{ key: "frame.maxMessage", problem: `${frame.length} tells at most ${most}` }] : [];
}

function checkValues({ values }: Iso87Settings): readonly ProfileProblem[] {
	const taken = new Set(Object.values(sampleFillIns).flatMap((samples) => Object.keys(samples)));
	return Object.keys(values)
		.filter((name) => taken.has(name))
		.map((name) => ({ key: `values.${name}`, problem: "is a name with a meaning of its own: choose another" }));
}

interface TemplateList {
	readonly key: string;
	readonly templates: Templates;
	/** Something for every name that may stand there. */
	readonly samples: FillIns;
}

function templateLists(settings: Iso87Settings): readonly TemplateList[] {
	const { signIn, echo, payments, reversal } = settings.messages;
	const { network, payment, pin, reversal: ofReversal } = sampleFillIns;
	return [
		...(signIn === null ? [] : [{ key: "messages.signIn.fields", templates: signIn.fields, samples: network }]),
		{ key: "messages.echo.fields", templates: echo.fields, samples: network },
		...Object.entries(payments).map(([kind, message]) => ({
			key: `messages.payments.${kind}.fields`,
			templates: paymentTemplates(settings, message),
			samples: payment,
		})),
		{ key: "pin.fields", templates: settings.pin.fields, samples: pin },
		{ key: "messages.reversal.fields", templates: reversal.fields, samples: ofReversal },
	];
}

/** Each field is written once, with something for every name: what the table does not take shows now, not at the till. */
function checkTemplates({ key, templates, samples }: TemplateList, settings: Iso87Settings, codec: Codec) {
	const values = { ...settings.values, ...samples };
	return Object.entries(templates).flatMap(([field, template]): readonly ProfileProblem[] => {
		const at = `${key}.${field}`;
		const unknown = namesIn(template).find((name) => !Object.hasOwn(values, name));
		if (unknown !== undefined) {
			return [{ key: at, problem: `there is no {${unknown}} here, only ${Object.keys(values).join(", ")}` }];
		}
		const problem = refusal(codec, Number(field), fillIn(template, values) ?? "");
		return problem === undefined ? [] : [{ key: at, problem }];
	});
}

/** Why the table does not take this text in this field. */
function refusal(codec: Codec, field: number, text: string): string | undefined {
	const isBytes = codec.spec.fields[field]?.content === "b";
	if (isBytes && !/^([\dA-Fa-f]{2})+$/.test(text)) {
		return "the field holds bytes: give them as hex";
	}
	try {
		codec.encode({ mti: "0800", fields: { [field]: isBytes ? fromHex(text) : text } });
		return undefined;
	} catch (error) {
		return asFault(error).message;
	}
}

function fieldLists({ card, mac, messages, answers }: Iso87Settings) {
	const { signIn, payments, reversal } = messages;
	return [
		{ key: "card.magnetic", fields: card.magnetic },
		{ key: "card.manual", fields: card.manual },
		{ key: "messages.reversal.copies", fields: reversal.copies },
		{ key: "answers.correlation", fields: answers.correlation },
		{ key: "answers.same", fields: answers.same },
		{ key: "answers.remark", fields: answers.remark === null ? [] : [answers.remark] },
		{ key: "messages.signIn.keys.field", fields: signIn?.keys?.field === undefined ? [] : [signIn.keys.field] },
		...(mac === null ? [] : [{ key: "mac.field", fields: mac.field === 64 ? [64] : [128] }]),
		...Object.entries(payments).map(([kind, { requires }]) => ({
			key: `messages.payments.${kind}.requires`,
			fields: requires,
		})),
	];
}

function checkKnown(key: string, fields: readonly number[], codec: Codec): readonly ProfileProblem[] {
	return fields
		.filter((field) => codec.spec.fields[field] === undefined)
		.map((field) => ({ key, problem: `field ${field} is not in the table ${codec.spec.name}` }));
}

/** Before a sign-in there may be no key to make a MAC with, and an echo must work then too. */
function checkMac({ mac, messages }: Iso87Settings): readonly ProfileProblem[] {
	const unkeyed = [messages.echo.mti, messages.signIn?.mti];
	return (mac?.on ?? [])
		.filter((mti) => unkeyed.includes(mti))
		.map((mti) => ({ key: "mac.on", problem: `${mti} is sign-in or echo, which carry no MAC` }));
}

function checkCopies({ messages, pin }: Iso87Settings): readonly ProfileProblem[] {
	return messages.reversal.copies
		.filter((field) => neverCopied.has(field) || Object.hasOwn(pin.fields, field))
		.map((field) => ({ key: "messages.reversal.copies", problem: `a reversal must not repeat field ${field}` }));
}

/** An answer is found by these fields: every request must have them, and nobody may see card data in a key. */
function checkCorrelation(settings: Iso87Settings, codec: Codec): readonly ProfileProblem[] {
	const { answers, messages } = settings;
	const { signIn, echo, payments, reversal } = messages;
	const requests = [
		...(signIn === null ? [] : [{ name: "signIn", has: Object.keys(signIn.fields) }]),
		{ name: "echo", has: Object.keys(echo.fields) },
		...Object.entries(payments).map(([kind, message]) => ({
			name: `payments.${kind}`,
			has: Object.keys(paymentTemplates(settings, message)),
		})),
		{ name: "reversal", has: [...reversal.copies.map(String), ...Object.keys(reversal.fields)] },
	];
	return answers.correlation.flatMap((field): readonly ProfileProblem[] => [
		...(codec.spec.fields[field]?.sensitive === "no"
			? []
			: [{ key: "answers.correlation", problem: `field ${field} is marked sensitive in the table` }]),
		...requests
			.filter(({ has }) => !has.includes(String(field)))
			.map(({ name }) => ({ key: "answers.correlation", problem: `messages.${name} has no field ${field}` })),
	]);
}
