import { maskPan } from "../../card/pan.ts";
import type { SplitMac } from "../../iso8583/decode.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";
import { messageClass, responseMti } from "../../iso8583/mti.ts";
import { type Bytes, latin1 } from "../../wire/bytes.ts";
import { availableBalance, partialAmount, presentText, wrongAnswer } from "../answer-fields.ts";
import type { HostAnswer, HostWish, WorkingKeyCryptogram } from "../profile.ts";
import type { ResponseCodes } from "../response-codes.ts";
import { parsePrivateField } from "./private-field.ts";
import type { UnionPaySettings } from "./settings.ts";
import { parseWorkingKeys } from "./working-keys.ts";

const chinese = new TextDecoder("gb18030");

interface Answered {
	readonly settings: UnionPaySettings;
	readonly responseCodes: ResponseCodes;
	readonly request: Message;
	readonly answer: Message;
	readonly mac: SplitMac | undefined;
	readonly header: Bytes | undefined;
}

/**
 * What an answer says, once it is clear that it belongs to the request.
 * @throws Fault `host_answer_wrong`, context `field`
 */
export function readAnswer({ settings, responseCodes, request, answer, mac, header }: Answered): HostAnswer {
	const responseCode = fieldText(answer, 39);
	if (responseCode === undefined) {
		throw wrongAnswer(39, "the answer has no response code");
	}
	const { verdict } = responseCodes(responseCode);
	requireSameTransaction(request, answer, verdict === "partially_approved");
	const [issuer, acquirerInstitution] = institutions(fieldText(answer, 44));
	const [scheme, remark] = schemeAndRemark(fieldText(answer, 63));
	const pan = fieldText(answer, 2);
	return {
		responseCode,
		verdict,
		mac:
			mac === undefined
				? undefined
				: { input: { algorithm: settings.mac.algorithm, data: mac.macInput }, value: mac.mac },
		approvalCode: presentText(fieldText(answer, 38)),
		retrievalReference: presentText(fieldText(answer, 37)),
		time: fieldText(answer, 12),
		date: fieldText(answer, 13),
		settlementDate: fieldText(answer, 15),
		issuer,
		acquirerInstitution,
		scheme,
		remark,
		approvedAmount: verdict === "partially_approved" ? partialAmount(request, answer) : undefined,
		maskedPan: pan === undefined ? undefined : maskPan(pan),
		balance: availableBalance(answer),
		batch: parsePrivateField(fieldText(answer, 60) ?? "")?.batch,
		workingKeys: verdict === "approved" ? workingKeysOf(settings, request, answer) : [],
		wish: wishOf(settings, header),
	};
}

/**
 * Message type, trace, terminal and merchant always agree; processing code, amount, message type and batch where the
 * answer has them. A partial approval may name another amount, a sign-in answer another batch.
 */
function requireSameTransaction(request: Message, answer: Message, partial: boolean): void {
	if (answer.mti !== responseMti(request.mti)) {
		throw wrongAnswer(0, `${answer.mti} does not answer ${request.mti}`);
	}
	for (const field of [11, 41, 42]) {
		if (fieldText(answer, field) !== fieldText(request, field)) {
			throw wrongAnswer(field);
		}
	}
	for (const field of partial ? [3] : [3, 4]) {
		const value = fieldText(answer, field);
		if (value !== undefined && value !== fieldText(request, field)) {
			throw wrongAnswer(field);
		}
	}
	const told = fieldText(answer, 60);
	if (told !== undefined && !namesSameBatch(request, told)) {
		throw wrongAnswer(60);
	}
}

/** Fields 60.1 and 60.2. */
function namesSameBatch(request: Message, told: string): boolean {
	const asked = parsePrivateField(fieldText(request, 60) ?? "");
	const given = parsePrivateField(told);
	return (
		given?.messageType === asked?.messageType &&
		(given?.batch === asked?.batch || messageClass(request.mti) === "network_management")
	);
}

function workingKeysOf(settings: UnionPaySettings, request: Message, answer: Message): readonly WorkingKeyCryptogram[] {
	if (request.mti !== settings.messages.signIn.mti) {
		return [];
	}
	const field = answer.fields[62];
	const bytes = typeof field === "string" ? latin1(field) : field;
	const keys = bytes === undefined ? undefined : parseWorkingKeys(bytes, settings.signIn.keys, settings.mac.keyLength);
	if (keys === undefined) {
		throw wrongAnswer(62, `field 62 does not hold the keys of a sign-in with ${settings.signIn.keys}`);
	}
	return keys;
}

/** Field 44: issuer and acquirer, eleven characters each. */
function institutions(text: string | undefined): readonly [string | undefined, string | undefined] {
	return [presentText(text?.slice(0, 11)), presentText(text?.slice(11))];
}

/** Field 63: card organisation, three characters; then remarks for the slip, in GB 18030. */
function schemeAndRemark(text: string | undefined): readonly [string | undefined, string | undefined] {
	if (text === undefined) {
		return [undefined, undefined];
	}
	const remark = chinese.decode(latin1(text.slice(3))).replaceAll(/\s+/g, " ");
	return [presentText(text.slice(0, 3)), presentText(remark)];
}

/** The processing requirement: the sixth digit of the header. */
function wishOf(settings: UnionPaySettings, header: Bytes | undefined): HostWish {
	const requirement = header?.[2];
	return requirement === undefined ? "nothing" : (settings.wishes[(requirement & 0x0f).toString(16)] ?? "other");
}
