import type { Codec } from "../../iso8583/codec.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { TcpConnection } from "../../ports/tcp-listen.ts";
import { type Bytes, latin1 } from "../../wire/bytes.ts";
import type { Framing } from "../../wire/framing.ts";
import { isApproval } from "./amount-codes.ts";
import { answerEnvelope, type Envelope, envelopeViolations, openEnvelope } from "./envelope.ts";
import type { Fault, FaultName, FaultSwitches } from "./faults.ts";
import type { Host } from "./host.ts";
import type { SecurityModule } from "./security-module.ts";
import type { SettlementTwist } from "./settlement.ts";

interface LineParts {
	readonly connection: TcpConnection;
	readonly framing: Framing;
	readonly codec: Codec;
	readonly hasHeader: boolean;
	readonly host: Host;
	readonly security: SecurityModule;
	readonly faults: FaultSwitches;
	readonly clock: Clock;
	readonly complain: (mti: string, rule: string) => void;
	/** Counts requests by message type and answers by message type and code: "0200", "0210 00". */
	readonly count: (what: string) => void;
}

/** Message classes: authorisation, financial, reversal. */
const hasMac: ReadonlySet<string> = new Set(["01", "02", "04"]);

type Faults = ReadonlyMap<FaultName, Fault>;

/** One connection of a terminal: reads requests, answers them, and misbehaves where it is told to. */
export class TerminalLine {
	readonly #parts: LineParts;
	/** Answers held back by the fault `late`. */
	#withheld: Bytes[] = [];

	constructor(parts: LineParts) {
		this.#parts = parts;
		const decoder = parts.framing.decoder();
		parts.connection.onData((bytes) => {
			for (const frame of decoder.push(bytes)) {
				if (frame.kind === "data") {
					this.#receive(frame.payload);
				} else {
					parts.complain("-", "impossible frame length");
					parts.connection.destroy();
				}
			}
		});
	}

	#receive(frame: Bytes): void {
		const { codec, complain, hasHeader } = this.#parts;
		const envelope = openEnvelope(frame, hasHeader);
		const message = envelope === undefined ? undefined : readable(codec, envelope.message);
		if (envelope === undefined || message === undefined) {
			complain("-", "the message cannot be read");
			return;
		}
		for (const violation of envelopeViolations(envelope)) {
			complain(message.mti, violation);
		}
		this.#parts.count(message.mti);
		this.#handle(envelope, message, this.#parts.faults.take(message.mti));
	}

	#handle(envelope: Envelope, message: Message, faults: Faults): void {
		const { codec, connection, host } = this.#parts;
		if (faults.has("close_before")) {
			connection.destroy();
			return;
		}
		if (faults.has("ignore")) {
			return;
		}
		const refusal = faults.get("refuse");
		const answer =
			refusal === undefined
				? host.answer({ message, sealed: codec.splitMac(envelope.message), twist: twistOf(faults) })
				: host.refuse(message, refusal.value ?? "96");
		this.#parts.count(`${answer.mti} ${fieldText(answer, 39) ?? ""}`.trimEnd());
		if (faults.has("close_after")) {
			connection.destroy();
			return;
		}
		if (!faults.has("drop")) {
			this.#deliver(this.#frameOf(envelope, answer, faults), faults);
		}
	}

	#frameOf(envelope: Envelope, answer: Message, faults: Faults): Bytes {
		const sent = faults.has("wrong_stan") ? { ...answer, fields: { ...answer.fields, 11: "999999" } } : answer;
		const requirement = Number(faults.get("header_requirement")?.value ?? (faults.has("header_requirement") ? 3 : 0));
		const payload = answerEnvelope(envelope, requirement, this.#sealed(sent, faults.has("wrong_mac")));
		return this.#parts.framing.encode(faults.has("corrupt") ? payload.map((byte) => byte ^ 0xa5) : payload);
	}

	/** Approvals of card transactions carry a MAC; management, settlement and uploads have none. */
	#sealed(answer: Message, wrongMac: boolean): Bytes {
		const { codec, security } = this.#parts;
		if (!hasMac.has(answer.mti.slice(0, 2)) || !isApproval(fieldText(answer, 39) ?? "")) {
			return codec.encode(answer);
		}
		const unsealed = codec.encodeUnsealed(answer);
		const mac = security.mac(fieldText(answer, 41) ?? "", unsealed.macInput);
		return unsealed.seal(mac === undefined || wrongMac ? latin1("00000000") : mac);
	}

	#deliver(frame: Bytes, faults: Faults): void {
		const { clock } = this.#parts;
		if (faults.has("late")) {
			this.#withheld.push(frame);
			return;
		}
		const frames = [...this.#withheld, frame, ...(faults.has("duplicate") ? [frame] : [])];
		this.#withheld = [];
		const send = (): void => this.#send(frames, faults.has("split"));
		const delay = faults.get("delay");
		if (delay === undefined) {
			send();
		} else {
			clock.after(Number(delay.value ?? 1000), send);
		}
	}

	#send(frames: readonly Bytes[], split: boolean): void {
		for (const frame of frames) {
			if (split) {
				this.#sendPieces([frame.slice(0, 1), frame.slice(1, 9), frame.slice(9)]);
			} else {
				this.#parts.connection.write(frame);
			}
		}
	}

	/** Each piece in its own turn of the event loop, so that each is a segment of its own. */
	#sendPieces([piece, ...rest]: readonly Bytes[]): void {
		if (piece !== undefined) {
			this.#parts.connection.write(piece);
			this.#parts.clock.after(5, () => this.#sendPieces(rest));
		}
	}
}

function twistOf(faults: Faults): SettlementTwist {
	const mismatch = faults.get("mismatch");
	return {
		difference: mismatch === undefined ? 0 : Number(mismatch.value ?? 100),
		error: faults.has("settlement_error"),
	};
}

function readable(codec: Codec, bytes: Bytes): Message | undefined {
	try {
		return codec.decode(bytes);
	} catch {
		return undefined;
	}
}
