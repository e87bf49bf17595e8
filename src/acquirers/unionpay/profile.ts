import type { Codec } from "../../iso8583/codec.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import { wipeCardFields } from "../card-fields.ts";
import { type Channel, unwrap, wrap } from "../channel.ts";
import type { Draft, HostMessage, Profile } from "../profile.ts";
import type { ResponseCodes } from "../response-codes.ts";
import { readAnswer } from "./answer.ts";
import { correlationKey, expectedKey } from "./correlation.ts";
import {
	echoRequest,
	paymentMessage,
	paymentRequest,
	reducedToOriginal,
	reversalRequest,
	signInRequest,
} from "./requests.ts";
import type { UnionPaySettings } from "./settings.ts";

interface UnionPayParts {
	/** Of the field table `config/iso8583/unionpay.json`. */
	readonly codec: Codec;
	readonly settings: UnionPaySettings;
	readonly responseCodes: ResponseCodes;
}

/** The UnionPay POS terminal interface: a payment as ISO 8583 messages with TPDU and header, and back. */
export function createUnionPayProfile({ codec, settings, responseCodes }: UnionPayParts): Profile {
	const channel: Channel = {
		tpdu: fromHex(settings.tpdu),
		header: settings.header === null ? undefined : fromHex(settings.header),
	};
	const plain = (message: Message, name: string): Draft => {
		const bytes = wrap(channel, codec.encode(message));
		return { macInput: undefined, seal: () => hostMessage(message, name, bytes) };
	};
	const protectedDraft = (message: Message, name: string): Draft => {
		const unsealed = codec.encodeUnsealed(message);
		return {
			macInput: { algorithm: settings.mac.algorithm, data: unsealed.macInput },
			seal: (mac) => hostMessage(message, name, wrap(channel, unsealed.seal(requireMac(mac)))),
		};
	};
	return {
		id: settings.id,
		answersCarryMac: settings.mac.onAnswers,
		signInBrings: ["TPK", "TAK"],
		signIn: (terminal, trace) => plain(signInRequest(settings, terminal, trace), "sign-in"),
		echo: (terminal) => plain(echoRequest(settings, terminal), "echo"),
		payment(order) {
			const request = paymentRequest(settings, order);
			const draft = protectedDraft(request, order.kind.replaceAll("_", " "));
			const original = codec.encode(reducedToOriginal(settings, request));
			wipeCardFields(request);
			return { draft, original };
		},
		reversible: (kind) => paymentMessage(settings, kind).reversible,
		reversal(original, reason, approvalCode) {
			const request = reversalRequest(settings, codec.decode(original), reason, approvalCode);
			return protectedDraft(request, "reversal");
		},
		repeated: () => undefined,
		readAnswer(request, answer) {
			const received = unwrap(channel, answer);
			const sent = unwrap(channel, request.bytes);
			if (received === undefined || sent === undefined) {
				throw new Fault("host_answer_wrong", { detail: "the answer has no message in it", context: { field: 0 } });
			}
			const { header, message: raw } = received;
			return readAnswer({
				settings,
				responseCodes,
				request: codec.decode(sent.message),
				answer: decodeAnswer(codec, raw),
				// What a MAC covers is the bytes as they came, never bytes built anew.
				mac: codec.splitMac(raw),
				header,
			});
		},
		correlate(bytes) {
			const received = unwrap(channel, bytes);
			const message = received === undefined ? undefined : decoded(codec, received.message);
			return message === undefined ? undefined : correlationKey(message);
		},
		meaning: responseCodes,
	};
}

function hostMessage(message: Message, name: string, bytes: Bytes): HostMessage {
	return {
		bytes,
		correlation: expectedKey(message),
		label: [message.mti, name, fieldText(message, 11)].filter((part) => part !== undefined).join(" "),
	};
}

function requireMac(mac: Bytes | undefined): Bytes {
	if (mac?.length !== 8) {
		throw new RangeError("this message takes a MAC of eight bytes");
	}
	return mac;
}

function decodeAnswer(codec: Codec, raw: Bytes): Message {
	try {
		return codec.decode(raw);
	} catch (cause) {
		throw new Fault("host_answer_wrong", { detail: "the answer cannot be read", context: { field: 0 }, cause });
	}
}

function decoded(codec: Codec, raw: Bytes): Message | undefined {
	try {
		return codec.decode(raw);
	} catch {
		return undefined;
	}
}
