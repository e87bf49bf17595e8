import type { PinEntryRequest, PinEntryResult, PinKey } from "../../devices/pin-pad.ts";
import type { Turn } from "../../devices/session.ts";
import type { Clock } from "../../kernel/clock.ts";
import { Fault, isFault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { cancelWhateverRuns } from "./cancel.ts";
import type { Reply, VisaLink } from "./link.ts";
import type { Packet } from "./packet.ts";
import { readPinReply } from "./pin-reply.ts";
import { malformed, refusal } from "./refusals.ts";

interface Entry {
	readonly link: VisaLink;
	readonly clock: Clock;
	readonly packet: Packet;
	readonly refusals: "session" | "dukpt";
	readonly request: PinEntryRequest;
	readonly signal: AbortSignal | undefined;
}

/** Nobody presses cancel so soon: an EOT within this time is the pad's own. */
const humanMs = 250;

/** Asks for a PIN and waits for the cardholder; an entry that is not over when the wait ends is cancelled. */
export async function takePin(turn: Turn, entry: Entry): Promise<PinEntryResult> {
	const { link, clock, packet } = entry;
	const delivery = await link.deliver(turn, packet);
	const since = clock.monotonicMs();
	const reply = delivery.kind === "taken" ? await untilReply(turn, entry) : delivery;
	if (reply === "timed_out") {
		return { kind: "timed_out" };
	}
	if (reply.kind === "packet") {
		await link.conclude(turn, packet);
		return resultOf(reply.text, entry);
	}
	if (delivery.kind === "ended" || clock.monotonicMs() - since < humanMs) {
		throw new Fault("E_FAILURE", {
			detail: `${packet.name}: the pad takes no PIN now: it wants its own prompt first (see the driver's \`pinPrompt\`), or a pause between entries`,
			extended: "entry_refused",
			context: { packet: packet.name },
		});
	}
	return { kind: "cancelled" };
}

async function untilReply(turn: Turn, { link, packet, request, signal }: Entry): Promise<Reply | "timed_out"> {
	try {
		return await link.receive(turn, packet, { ms: request.timeoutMs, signal });
	} catch (error) {
		if (link.line.lost.aborted) {
			throw error;
		}
		await cancelWhateverRuns(turn, link);
		if (signal?.aborted === true || !isFault(error, "E_TIMEOUT")) {
			throw error;
		}
		return "timed_out";
	}
}

function resultOf(text: string, { packet, refusals, request }: Entry): PinEntryResult {
	const reply = readPinReply(text);
	switch (reply?.kind) {
		case "session":
			return entered(reply.pinBlock, { kind: "session", at: request.at });
		case "dukpt":
			return entered(reply.pinBlock, { kind: "dukpt", ksn: reply.ksn });
		case "none":
			return { kind: "bypassed" };
		case "refused":
			throw refusal(packet.name, refusals, reply.code);
		case undefined:
			throw malformed(packet.name);
	}
}

function entered(pinBlock: Bytes, key: PinKey): PinEntryResult {
	return { kind: "entered", pin: { pinBlock, format: 0, key } };
}
