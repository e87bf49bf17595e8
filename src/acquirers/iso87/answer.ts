import { maskPan } from "../../card/pan.ts";
import type { SplitMac } from "../../iso8583/decode.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";
import { messageClass, responseMti } from "../../iso8583/mti.ts";
import { availableBalance, partialAmount, presentText, wrongAnswer } from "../answer-fields.ts";
import type { HostAnswer } from "../profile.ts";
import type { ResponseCodes } from "../response-codes.ts";
import type { Iso87Settings } from "./settings.ts";
import { workingKeysOf } from "./working-keys.ts";

interface Answered {
	readonly settings: Iso87Settings;
	readonly responseCodes: ResponseCodes;
	readonly request: Message;
	readonly answer: Message;
	readonly mac: SplitMac | undefined;
}

/**
 * What an answer says, once it is clear that it belongs to the request.
 * @throws Fault `host_answer_wrong`, context `field`
 */
export function readAnswer({ settings, responseCodes, request, answer, mac }: Answered): HostAnswer {
	const responseCode = fieldText(answer, 39);
	if (responseCode === undefined) {
		throw wrongAnswer(39, "the answer has no response code");
	}
	const { verdict } = responseCodes(responseCode);
	const partial = verdict === "partially_approved";
	requireSameTransaction(settings, { request, answer, partial });
	const { remark } = settings.answers;
	const pan = fieldText(answer, 2);
	return {
		responseCode,
		verdict,
		mac: macOf(settings, mac),
		approvalCode: presentText(fieldText(answer, 38)),
		retrievalReference: presentText(fieldText(answer, 37)),
		time: fieldText(answer, 12) ?? fieldText(request, 12),
		date: fieldText(answer, 13) ?? fieldText(request, 13),
		settlementDate: fieldText(answer, 15),
		issuer: undefined,
		acquirerInstitution: presentText(fieldText(answer, 32)),
		scheme: undefined,
		remark: remark === null ? undefined : presentText(fieldText(answer, remark)),
		approvedAmount: partial ? partialAmount(request, answer) : undefined,
		maskedPan: pan === undefined ? undefined : maskPan(pan),
		balance: availableBalance(answer),
		batch: undefined,
		workingKeys: verdict === "declined" ? [] : keysOf(settings, answer),
		wish: "nothing",
	};
}

/** A repeat may be answered like its original, or as a repeat. A partial approval may name another amount. */
function requireSameTransaction(
	{ answers }: Iso87Settings,
	{ request, answer, partial }: { readonly request: Message; readonly answer: Message; readonly partial: boolean },
): void {
	if (answer.mti.slice(0, 3) !== responseMti(request.mti).slice(0, 3)) {
		throw wrongAnswer(0, `${answer.mti} does not answer ${request.mti}`);
	}
	for (const field of answers.correlation) {
		if (fieldText(answer, field) !== fieldText(request, field)) {
			throw wrongAnswer(field);
		}
	}
	for (const field of answers.same.filter((one) => one !== 4 || !partial)) {
		const value = fieldText(answer, field);
		if (value !== undefined && value !== fieldText(request, field)) {
			throw wrongAnswer(field);
		}
	}
}

function macOf({ mac: settings }: Iso87Settings, mac: SplitMac | undefined): HostAnswer["mac"] {
	return settings === null || mac === undefined
		? undefined
		: { input: { algorithm: settings.algorithm, data: mac.macInput }, value: mac.mac };
}

function keysOf({ messages }: Iso87Settings, answer: Message): HostAnswer["workingKeys"] {
	const keys = messages.signIn?.keys ?? undefined;
	return keys === undefined || messageClass(answer.mti) !== "network_management" ? [] : workingKeysOf(answer, keys);
}
