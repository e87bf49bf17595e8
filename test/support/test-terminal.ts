import type { HostLine } from "../../src/acquirers/host-line.ts";
import type { Draft, HostAnswer, HostMessage, PaymentOrder, Profile } from "../../src/acquirers/profile.ts";
import { type ClearTdesKey, clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { clearPin } from "../../src/crypto/clear/clear-pin.ts";
import { cupMac } from "../../src/crypto/clear/cup-mac.ts";
import { kcv } from "../../src/crypto/clear/kcv.ts";
import { encodePinBlock } from "../../src/crypto/clear/pin-block.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import { type Bytes, equalBytes, latin1 } from "../../src/wire/bytes.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { terminal, testCard } from "./unionpay.ts";

const tmk = clearTdesKey(fromHex("258FB0AB70D025CDB99DF2C4D302D646"));
const pan = "6222020123456789";

/** Till, pad and daemon in one, as small as can be: signs in, sells, reverses. */
export class TestTerminal {
	readonly #profile: Profile;
	readonly #line: HostLine;
	readonly #answerMs: number;
	#keys = new Map<string, ClearTdesKey>();
	#stan = 0;

	constructor(profile: Profile, line: HostLine, answerMs = 2000) {
		this.#profile = profile;
		this.#line = line;
		this.#answerMs = answerMs;
	}

	/** Signs in and loads the keys; throws when a check value differs. */
	async signIn(): Promise<HostAnswer> {
		const answer = await this.exchange(this.#profile.signIn(terminal, this.trace()).seal(undefined));
		for (const { role, cryptogram, kcv: expected } of answer.workingKeys) {
			const key = clearTdesKey(tdes(tmk).decipherEcb(cryptogram));
			if (!equalBytes(kcv("TDES", key, { method: "ecb-zeros", length: 4 }).value, expected)) {
				throw new Error(`check value of ${role} differs`);
			}
			this.#keys.set(role, key);
		}
		return answer;
	}

	trace(): { stan: string; batch: string } {
		this.#stan += 1;
		return { stan: String(this.#stan).padStart(6, "0"), batch: "000001" };
	}

	order(amount: number, pin?: string): PaymentOrder {
		const pinBlock = pin === undefined ? undefined : this.pinBlock(pin);
		return {
			kind: "sale",
			terminal,
			trace: this.trace(),
			amount,
			currency: "156",
			card: testCard(),
			pinBlock,
			longestPin: 6,
			earlier: undefined,
		};
	}

	pinBlock(pin: string): Bytes {
		return tdes(this.#key("TPK")).encipherEcb(encodePinBlock(clearPin(pin), { format: 0, pan }));
	}

	seal(draft: Draft): HostMessage {
		return draft.seal(draft.macInput === undefined ? undefined : this.mac(draft.macInput.data));
	}

	mac(data: Bytes): Bytes {
		return latin1(cupMac(this.#key("TAK"), data).slice(0, 8));
	}

	async sell(amount: number, pin?: string): Promise<HostAnswer> {
		return await this.exchange(this.seal(this.#profile.payment(this.order(amount, pin)).draft));
	}

	async exchange(request: HostMessage): Promise<HostAnswer> {
		const bytes = await this.#line.exchange(request, {
			answerMs: this.#answerMs,
			beforeSend: () => Promise.resolve(),
		});
		return this.#profile.readAnswer(request, bytes);
	}

	macIsRight(answer: HostAnswer): boolean {
		return answer.mac !== undefined && equalBytes(this.mac(answer.mac.input.data), answer.mac.value);
	}

	#key(role: "TPK" | "TAK"): ClearTdesKey {
		const key = this.#keys.get(role);
		if (key === undefined) {
			throw new Error("sign in first");
		}
		return key;
	}
}
