import type { Codec } from "../../iso8583/codec.ts";
import { fieldText, type Message, wipeFields } from "../../iso8583/message.ts";
import type { Clock } from "../../kernel/clock.ts";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, latin1 } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import { wipeCardFields } from "../card-fields.ts";
import { type Channel, unwrap, wrap } from "../channel.ts";
import type { Draft, Profile } from "../profile.ts";
import type { ResponseCodes } from "../response-codes.ts";
import { readAnswer } from "./answer.ts";
import { correlationKey, expectedKey } from "./correlation.ts";
import {
	type Language,
	networkRequest,
	paymentMessage,
	paymentRequest,
	reducedToOriginal,
	repeatMti,
	reversalRequest,
} from "./requests.ts";
import type { Iso87Settings } from "./settings.ts";

interface Iso87Parts {
	/** Of the field table that the settings name. */
	readonly codec: Codec;
	/** Checked against that table, see `checkIso87`. */
	readonly settings: Iso87Settings;
	readonly responseCodes: ResponseCodes;
	readonly clock: Clock;
}

/** A host that speaks ISO 8583:1987: everything that differs between such hosts is in the settings. */
export function createIso87Profile({ codec, settings, responseCodes, clock }: Iso87Parts): Profile {
	const { messages, answers } = settings;
	const channel = channelOf(settings);
	const language: Language = { settings, spec: codec.spec };
	const draftOf = compileDraft(codec, settings, channel);
	return {
		id: settings.id,
		answersCarryMac: settings.mac?.onAnswers ?? false,
		signInBrings: messages.signIn === null ? undefined : (messages.signIn.keys?.parts ?? []).map(({ role }) => role),
		signIn(terminal, trace) {
			if (messages.signIn === null) {
				throw new Fault("E_ILLEGAL", { detail: "This acquirer knows no sign-in" });
			}
			const request = networkRequest(language, messages.signIn, { terminal, trace, now: clock.now() });
			return draftOf(request, "sign-in");
		},
		echo(terminal, nextTrace) {
			const request = networkRequest(language, messages.echo, { terminal, trace: nextTrace(), now: clock.now() });
			return draftOf(request, "echo");
		},
		payment(order) {
			const request = paymentRequest(language, order, clock.now());
			const reduced = reducedToOriginal(language, request, order.card);
			const draft = draftOf(request, order.kind.replaceAll("_", " "));
			const original = codec.encode(reduced);
			wipeCardFields(request);
			wipeCardFields(reduced);
			return { draft, original };
		},
		reversible: (kind) => paymentMessage(settings, kind).reversible,
		reversal(original, reason, approvalCode) {
			const first = codec.decode(original);
			const draft = draftOf(reversalRequest(language, first, { reason, approvalCode, now: clock.now() }), "reversal");
			wipeFields(first.fields);
			return draft;
		},
		repeated(message) {
			const sent = messages.reversal.marksRepeats ? unwrap(channel, message.bytes) : undefined;
			const first = sent === undefined ? undefined : codec.decode(sent.message);
			if (first === undefined || first.mti === repeatMti(first.mti)) {
				return undefined;
			}
			const draft = draftOf({ mti: repeatMti(first.mti), fields: withoutMac(first) }, "reversal");
			wipeFields(first.fields);
			return draft;
		},
		readAnswer(request, bytes) {
			const received = unwrap(channel, bytes)?.message;
			const sent = unwrap(channel, request.bytes)?.message;
			const answer = received === undefined ? undefined : decoded(codec, received);
			if (received === undefined || sent === undefined || answer === undefined) {
				throw new Fault("host_answer_wrong", { detail: "the answer cannot be read", context: { field: 0 } });
			}
			// What a MAC covers is the bytes as they came, never bytes built anew.
			const mac = settings.mac === null ? undefined : codec.splitMac(received);
			return readAnswer({ settings, responseCodes, request: codec.decode(sent), answer, mac });
		},
		correlate(bytes) {
			const received = unwrap(channel, bytes);
			const message = received === undefined ? undefined : decoded(codec, received.message);
			return message === undefined ? undefined : correlationKey(message, answers.correlation);
		},
		meaning: responseCodes,
	};
}

function channelOf({ header }: Iso87Settings): Channel {
	switch (header.kind) {
		case "none":
			return { tpdu: new Uint8Array(), header: undefined };
		case "tpdu":
			return { tpdu: fromHex(header.value), header: undefined };
		case "text":
			return { tpdu: new Uint8Array(), header: latin1(header.value) };
	}
}

/** Encodes a message, with a MAC to come where its type carries one. Afterwards the message may be wiped. */
function compileDraft(
	codec: Codec,
	{ mac, answers }: Iso87Settings,
	channel: Channel,
): (message: Message, name: string) => Draft {
	return (message, name) => {
		const identity = {
			correlation: expectedKey(message, answers.correlation),
			label: [message.mti, name, fieldText(message, 11)].filter((part) => part !== undefined).join(" "),
		};
		if (!mac?.on.some((mti) => mti.slice(0, 3) === message.mti.slice(0, 3))) {
			const bytes = wrap(channel, codec.encode(message));
			return { macInput: undefined, seal: () => ({ bytes, ...identity }) };
		}
		const unsealed = codec.encodeUnsealed(mac.field === 128 ? withSecondHalf(message) : message);
		return {
			macInput: { algorithm: mac.algorithm, data: unsealed.macInput },
			seal: (value) => ({ bytes: wrap(channel, unsealed.seal(requireMac(value))), ...identity }),
		};
	};
}

/** A field 128 to come brings the second half of the bitmap, and with it the MAC into 128. */
function withSecondHalf(message: Message): Message {
	return { ...message, fields: { ...message.fields, 128: "" } };
}

function withoutMac({ fields }: Message): Message["fields"] {
	return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== "64" && field !== "128"));
}

function requireMac(mac: Bytes | undefined): Bytes {
	if (mac?.length !== 8) {
		throw new RangeError("this message takes a MAC of eight bytes");
	}
	return mac;
}

function decoded(codec: Codec, raw: Bytes): Message | undefined {
	try {
		return codec.decode(raw);
	} catch {
		return undefined;
	}
}
