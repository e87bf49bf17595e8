import { foldCupEcb } from "../../crypto/cup-fold.ts";
import type { KeyLoading } from "../../devices/key-loading.ts";
import type {
	KeySlot,
	MacRequest,
	PinEntryRequest,
	PinEntryResult,
	PinPad,
	PinPadHealth,
	PinPadIdentity,
	WorkingKeyLoad,
} from "../../devices/pin-pad.ts";
import type { Session, Turn } from "../../devices/session.ts";
import type { Clock } from "../../kernel/clock.ts";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { type Command, commands, type MacMode, macModes } from "./commands.ts";
import { KmyKeyLoading } from "./key-loading.ts";
import { type Answer, type KmyLink, mustBeAccepted } from "./link.ts";
import { type MacReplyForm, readCupMac } from "./mac-reply.ts";
import type { KmyOptions } from "./options.ts";
import { followTyping } from "./pin-entry.ts";

interface PadParts {
	readonly session: Session;
	readonly link: KmyLink;
	readonly clock: Clock;
	readonly options: KmyOptions;
	readonly identity: PinPadIdentity;
	readonly health: PinPadHealth;
}

const pinBlockLength = 8;
const singleKeyLength = 8;
/** Above it lies the bit that asks for a check value. */
const highestSlot = 0x3f;

/** A KMY350x or SZZT ZT C70/C90 that has been brought to a known state. */
export class KmyPad implements PinPad {
	readonly category = "PinPad";
	readonly identity: PinPadIdentity;
	readonly keyLoading: KeyLoading;
	readonly #parts: PadParts;
	#health: PinPadHealth;
	#activeKey: KeySlot | undefined;
	/** Some firmwares forget the active key on other commands; one refusal is enough to learn that. */
	#keepsActiveKey = true;
	#macMode: MacMode | undefined;
	#macReply: MacReplyForm;
	#shortestPin: number | undefined;
	/** Makers disagree on the parameter that closes the keypad. */
	#closeCode: 0 | 1 = 0;

	constructor(parts: PadParts) {
		this.#parts = parts;
		this.identity = parts.identity;
		this.#health = parts.health;
		this.#macReply = parts.options.macReply;
		this.keyLoading = new KmyKeyLoading({
			options: parts.options,
			converse: (work, signal) => this.#converse(work, signal),
			ask: (turn, command) => this.#ask(turn, command),
			forgetActiveKey: () => {
				this.#activeKey = undefined;
			},
		});
	}

	get health(): PinPadHealth {
		return this.#health;
	}

	async checkHealth(signal?: AbortSignal): Promise<PinPadHealth> {
		// A pad that is busy with a cardholder is well enough; asking it would end the entry.
		if (!this.#parts.session.busy) {
			await this.#converse((turn) => this.#do(turn, commands.identify), signal);
		}
		return this.#health;
	}

	updateKey({ at, cryptogram }: WorkingKeyLoad, signal?: AbortSignal): Promise<Bytes> {
		if (at.master > highestSlot || at.slot > highestSlot) {
			throw new Fault("E_ILLEGAL", { detail: `The pad counts its keys from 0 to ${highestSlot}`, context: { ...at } });
		}
		// A DES key twice is the same key in TDES: the pad keeps one algorithm, and nothing is to be remembered of the slot.
		const whole = cryptogram.length === singleKeyLength ? concatBytes(cryptogram, cryptogram) : cryptogram;
		return this.#converse(async (turn) => {
			await this.#setKeyModes(turn);
			const checkValue = await this.#do(turn, commands.loadWorkingKey(at, whole));
			if (checkValue.length === 0) {
				throw new Fault("E_FAILURE", {
					detail: "The pad took the key but gave no check value",
					extended: "no_check_value",
				});
			}
			return checkValue;
		}, signal);
	}

	enterPin(request: PinEntryRequest, signal?: AbortSignal): Promise<PinEntryResult> {
		return this.#converse(async (turn) => {
			await this.#prepareEntry(turn, request);
			signal?.throwIfAborted();
			const start = commands.startPinEntry(request.maxLength, request.timeoutMs);
			try {
				await this.#do(turn, start);
				return await this.#takePin(turn, request, signal);
			} finally {
				await this.#closeKeypad(turn);
			}
		}, signal);
	}

	computeMac(request: MacRequest, signal?: AbortSignal): Promise<Bytes> {
		const mode = this.#modeFor(request);
		const data = request.algorithm === "cup-ecb" ? foldCupEcb(request.data) : request.data;
		return this.#converse(async (turn) => {
			if (this.#macMode !== mode) {
				await this.#do(turn, commands.macMode(mode));
				this.#macMode = mode;
			}
			const reply = await this.#withKey(turn, request.at, commands.mac(data));
			return this.#readMac(request, reply);
		}, signal);
	}

	#modeFor({ algorithm, data }: MacRequest): MacMode {
		const { x919, maxMacBytes } = this.#parts.options;
		if (algorithm === "x9.19" && x919 === "unsupported") {
			throw new Fault("E_ILLEGAL", { detail: "X9.19 is not enabled for this pad: see the driver's option `x919`" });
		}
		if (algorithm !== "cup-ecb" && data.length > maxMacBytes) {
			throw new Fault("E_ILLEGAL", {
				detail: `The pad takes at most ${maxMacBytes} bytes for one MAC`,
				context: { bytes: data.length, maxMacBytes },
			});
		}
		return macModes[algorithm === "x9.19" ? "x9.9" : algorithm];
	}

	#readMac({ algorithm }: MacRequest, reply: Bytes): Bytes {
		const read = readCupMac(reply, this.#macReply);
		if (read === undefined) {
			throw new Fault("E_FAILURE", {
				detail: `The pad gave a MAC of ${reply.length} bytes instead of 8`,
				extended: "mac_length",
			});
		}
		if (algorithm !== "cup-ecb") {
			return reply;
		}
		this.#macReply = read.form;
		return read.mac;
	}

	/** An adapter does not tell of a pad that lost its power behind it: whoever brings new keys brings the modes as well. */
	async #setKeyModes(turn: Turn): Promise<void> {
		this.#activeKey = undefined;
		this.#macMode = undefined;
		await this.#do(turn, commands.masterKeyAlgorithm(this.#parts.options.masterKeys));
		await this.#do(turn, commands.workingKeyAlgorithm);
		// Some pads give a check value only when told to; others do not know the setting, and give one anyway.
		await this.#ask(turn, commands.showCheckValues);
	}

	/** In the order of the makers' own dialogue, whatever the pad may still know: a PIN must not go under another key. */
	async #prepareEntry(turn: Turn, { minLength, panDigits, at }: PinEntryRequest): Promise<void> {
		if (this.#shortestPin !== minLength) {
			await this.#do(turn, commands.shortestPin(minLength));
			this.#shortestPin = minLength;
		}
		await this.#do(turn, commands.workingKeyAlgorithm);
		this.#activeKey = undefined;
		await this.#activate(turn, at);
		await this.#do(turn, commands.panDigits(panDigits));
	}

	async #takePin(turn: Turn, request: PinEntryRequest, signal: AbortSignal | undefined): Promise<PinEntryResult> {
		const { end, typed } = await followTyping(turn, request, { clock: this.#parts.clock, signal });
		if (end === "cancel") {
			return { kind: "cancelled" };
		}
		if (end === "timed_out") {
			return { kind: "timed_out" };
		}
		if (typed === "nothing") {
			return { kind: "bypassed" };
		}
		const { status, data: pinBlock } = await this.#ask(turn, commands.readPinBlock);
		if (!status.accepted && typed === "cleared") {
			return { kind: "bypassed" };
		}
		mustBeAccepted(commands.readPinBlock, status);
		if (pinBlock.length !== pinBlockLength) {
			throw new Fault("E_FAILURE", {
				detail: `The pad gave a PIN block of ${pinBlock.length} bytes instead of 8`,
				extended: "pin_block_length",
			});
		}
		return { kind: "entered", pin: { pinBlock, format: 0, key: { kind: "session", at: request.at } } };
	}

	/** Whatever happened before: an open keypad would take keys for nobody. */
	async #closeKeypad(turn: Turn): Promise<void> {
		if (this.#parts.link.line.lost.aborted) {
			return;
		}
		const { status } = await this.#ask(turn, commands.closeKeypad(this.#closeCode));
		if (!status.accepted) {
			const other = this.#closeCode === 0 ? 1 : 0;
			mustBeAccepted(commands.closeKeypad(other), (await this.#ask(turn, commands.closeKeypad(other))).status);
			this.#closeCode = other;
		}
	}

	/** Sends a command that works under a key, and once more if the pad seems to have let go of that key. */
	async #withKey(turn: Turn, at: KeySlot, command: Command): Promise<Bytes> {
		const alreadyActive = this.#isActive(at);
		await this.#activate(turn, at);
		const { status, data } = await this.#ask(turn, command);
		if (status.accepted || !alreadyActive) {
			mustBeAccepted(command, status);
			return data;
		}
		this.#keepsActiveKey = false;
		await this.#activate(turn, at);
		return this.#do(turn, command);
	}

	/** @throws Fault `keys_missing` when the pad holds no key there: another pad, or one that was emptied */
	async #activate(turn: Turn, at: KeySlot): Promise<void> {
		if (this.#isActive(at)) {
			return;
		}
		this.#activeKey = undefined;
		const command = commands.activateKey(at);
		const { status } = await this.#ask(turn, command);
		if (status.name === "parameter") {
			throw new Fault("keys_missing", { context: { ...at } });
		}
		mustBeAccepted(command, status);
		this.#activeKey = at;
	}

	#isActive({ master, slot }: KeySlot): boolean {
		return this.#keepsActiveKey && this.#activeKey?.master === master && this.#activeKey.slot === slot;
	}

	/** Sends a command that must be accepted; gives the data of the answer. */
	async #do(turn: Turn, command: Command): Promise<Bytes> {
		const { status, data } = await this.#ask(turn, command);
		mustBeAccepted(command, status);
		return data;
	}

	/** Sends a command; gives the answer, accepted or refused. */
	async #ask(turn: Turn, command: Command): Promise<Answer> {
		const { link, options } = this.#parts;
		const answer = await link.ask(turn, command, options.answerMs);
		this.#health = answer.status.health ?? this.#health;
		return answer;
	}

	#converse<T>(work: (turn: Turn) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
		return this.#parts.session.converse(work, signal);
	}
}
