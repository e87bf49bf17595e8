import type { Card } from "../../card/card.ts";
import type { Message } from "../../iso8583/message.ts";
import type { Bytes } from "../../wire/bytes.ts";
import type { ReversalReason, SaleOrder, TerminalIdentity, TraceIdentity } from "../profile.ts";
import { privateFieldText } from "./private-field.ts";
import type { UnionPaySettings } from "./settings.ts";

/** 0800: asks for working keys; carries no MAC. */
export function signInRequest(settings: UnionPaySettings, terminal: TerminalIdentity, trace: TraceIdentity): Message {
	const { mti, messageType } = settings.messages.signIn;
	const { keys, licence } = settings.signIn;
	const serial = `${licence}${terminal.serialNumber}`;
	return {
		mti,
		fields: {
			11: trace.stan,
			...terminalFields(terminal),
			60: privateFieldText({ messageType, batch: trace.batch, networkCode: keys, conditions: "" }),
			62: `Sequence No${String(serial.length).padStart(2, "0")}${serial}`,
			63: terminal.operator.padEnd(3),
		},
	};
}

/** 0820/301: asks the host to answer; without a trace number. */
export function echoRequest(settings: UnionPaySettings, terminal: TerminalIdentity): Message {
	const { mti, messageType, batch, networkCode } = settings.messages.echo;
	return {
		mti,
		fields: { ...terminalFields(terminal), 60: privateFieldText({ messageType, batch, networkCode, conditions: "" }) },
	};
}

/** 0200 sale. Wipe fields 2, 14, 35 and 36 when it is encoded: they are copies of card data. */
export function saleRequest(settings: UnionPaySettings, order: SaleOrder): Message {
	const { mti, processingCode, conditionCode, messageType, networkCode } = settings.messages.sale;
	const { batch, stan } = order.trace;
	return {
		mti,
		fields: {
			...cardFields(order.card),
			3: processingCode,
			4: String(order.amount).padStart(12, "0"),
			11: stan,
			22: `${order.card.entry === "magnetic" ? "02" : "01"}${order.pinBlock === undefined ? "2" : "1"}`,
			25: conditionCode,
			...pinFields(settings, order),
			...terminalFields(order.terminal),
			49: order.currency,
			60: privateFieldText({ messageType, batch, networkCode, conditions: settings.terminalConditions }),
		},
	};
}

/** What a reversal will need of a request, and nothing else. */
export function reducedToOriginal(settings: UnionPaySettings, request: Message): Message {
	const { repeats } = settings.messages.reversal;
	return {
		mti: request.mti,
		fields: Object.fromEntries(Object.entries(request.fields).filter(([field]) => repeats.includes(Number(field)))),
	};
}

/** 0400: the original's own identity, the reason in field 39, the approval code where an answer brought one. */
export function reversalRequest(
	settings: UnionPaySettings,
	original: Message,
	reason: ReversalReason,
	approvalCode: string | undefined,
): Message {
	const { mti, reasons } = settings.messages.reversal;
	return {
		mti,
		fields: {
			...original.fields,
			...(approvalCode === undefined ? {} : { 38: approvalCode }),
			39: reasons[reason],
		},
	};
}

function terminalFields(terminal: TerminalIdentity): Message["fields"] {
	return { 41: terminal.terminalId, 42: terminal.merchantId };
}

/** A swiped card sends its tracks and no PAN, a keyed one PAN and expiry. */
function cardFields(card: Card): Message["fields"] {
	if (card.entry === "manual") {
		return { 2: card.pan.reveal().slice(), 14: card.expiry.reveal().slice() };
	}
	const track2 = trackField(card.track2.reveal());
	return card.track3 === undefined ? { 35: track2 } : { 35: track2, 36: trackField(card.track3.reveal()) };
}

/** A copy with the separator as the wire has it: `D` for `=`. */
function trackField(track: Bytes): Bytes {
	return track.map((byte) => (byte === 0x3d ? 0x44 : byte));
}

/** Fields 26, 52 and 53 travel together. */
function pinFields(settings: UnionPaySettings, { pinBlock, longestPin }: SaleOrder): Message["fields"] {
	return pinBlock === undefined
		? {}
		: { 26: String(longestPin).padStart(2, "0"), 52: pinBlock, 53: settings.pin.securityControl };
}
