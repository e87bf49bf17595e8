import type { Acquirer } from "../../src/acquirers/acquirer.ts";
import type { HostLine } from "../../src/acquirers/host-line.ts";
import { openHostLine } from "../../src/acquirers/open-host-line.ts";
import type { Profile } from "../../src/acquirers/profile.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import type { Lane } from "../../src/payments/lane.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import { silentLog } from "./silent-log.ts";
import { shippedProfile, terminal } from "./unionpay.ts";

interface TestAcquirerOptions {
	/** Of a host on this machine. */
	readonly port: number;
	readonly mode: "per_exchange" | "kept_open";
	readonly answerMs: number;
}

/** The line to a host of the tests. */
function lineTo(profile: Profile, { port, mode }: TestAcquirerOptions): HostLine {
	return openHostLine({
		hosts: [{ kind: "tcp", host: "127.0.0.1", port }],
		mode,
		framing: lengthPrefixFraming({ maxPayload: 2_048 }),
		connectMs: 1_000,
		openPort,
		correlate: (message) => profile.correlate(message),
		clock: systemClock,
		log: silentLog,
	});
}

/** The shipped UnionPay profile towards a host of the tests; a reversal that fails is not tried again by itself. */
export function testAcquirer(options: TestAcquirerOptions): Acquirer {
	const profile = shippedProfile();
	const { answerMs } = options;
	return {
		id: "bank",
		profile,
		line: lineTo(profile, options),
		timers: { answerMs, reversalAnswerMs: answerMs, reversalBackoffMs: [60_000] },
	};
}

/** Lane 1 of a shop in test mode, but for what `own` says. */
export function testLane(own: Pick<Lane, "pinPad" | "acquirer"> & Partial<Lane>): Lane {
	return {
		id: "lane1",
		printer: undefined,
		terminal,
		currency: { alphabetic: "CNY", numeric: "156", digits: 2 },
		keys: { master: 0, tpk: 0, tak: 1, tdk: 2 },
		pin: { timeoutMs: 1_000, minLength: 4, maxLength: 6 },
		supervised: ["void", "refund"],
		completion: { percent: 115, days: 30 },
		slips: { merchantName: "测试商户", language: "both", testMode: true },
		...own,
	};
}
