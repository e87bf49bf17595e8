import { describe, expect, test } from "vitest";
import type { DriverLine } from "../../../src/devices/driver.ts";
import type { PrinterStatus } from "../../../src/devices/pos-printer.ts";
import { Dialogue, type Question } from "../../../src/drivers/escpos/dialogue.ts";
import { InOrderAnswers } from "../../../src/drivers/escpos/in-order-answers.ts";
import { askStatus } from "../../../src/drivers/escpos/questions.ts";
import { asFault, Fault } from "../../../src/kernel/fault.ts";
import type { Bytes } from "../../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { silentLog } from "../../support/silent-log.ts";

/** A dialogue over a line whose far end is the test, on a clock that the test turns. */
function overheard(): {
	readonly dialogue: Dialogue;
	readonly clock: ManualClock;
	readonly sent: readonly string[];
	readonly statuses: readonly PrinterStatus[];
	readonly say: (hex: string) => void;
	readonly lose: () => void;
} {
	const clock = new ManualClock();
	const lost = new AbortController();
	const sent: string[] = [];
	let hear = (_bytes: Bytes): void => undefined;
	const line: DriverLine = {
		label: "test",
		lost: lost.signal,
		write: async (bytes) => void sent.push(toHex(bytes)),
		onData: (reader) => {
			hear = reader;
		},
		giveUp: (cause) => lost.abort(cause),
	};
	const dialogue = new Dialogue(line, { clock, log: silentLog, signal: lost.signal });
	const statuses: PrinterStatus[] = [];
	dialogue.automatic.subscribe((status) => statuses.push(status));
	return {
		dialogue,
		clock,
		sent,
		statuses,
		say: (hex) => hear(fromHex(hex)),
		lose: () => lost.abort(new Fault("E_NOHARDWARE")),
	};
}

const faultOf = (answer: Promise<unknown>): Promise<Fault> => answer.then(() => asFault("answered"), asFault);

const realTime: Question<number> = {
	name: "answer to DLE EOT 1",
	bytes: fromHex("100401"),
	answerMs: 1_000,
	accept: (reply) => (reply.kind === "real_time" ? reply.byte : undefined),
};

describe("a question", () => {
	test("is sent, and answered by the reply it is meant for", async () => {
		const { dialogue, sent, say } = overheard();
		const answer = dialogue.ask(realTime);
		await settle();
		expect(sent).toEqual(["100401"]);
		say("11003722303030300010000000FF1A");
		expect(await answer).toBe(0x1a);
	});

	test("waits for the one before it, whose answer looks the same", async () => {
		const { dialogue, sent, say } = overheard();
		const answers = Promise.all([dialogue.ask(realTime), dialogue.ask({ ...realTime, bytes: fromHex("100404") })]);
		await settle();
		expect(sent).toEqual(["100401"]);
		say("16");
		await settle();
		expect(sent).toEqual(["100401", "100404"]);
		say("1E");
		expect(await answers).toEqual([0x16, 0x1e]);
	});

	test("ends with E_TIMEOUT when nothing comes, and the next one is asked", async () => {
		const { dialogue, clock, sent, say } = overheard();
		const first = faultOf(dialogue.ask(realTime));
		await clock.advance(1_000);
		expect(await first).toMatchObject({
			code: "E_TIMEOUT",
			context: { wait: "answer to DLE EOT 1", ms: 1_000 },
		});
		const second = dialogue.ask(realTime);
		await settle();
		expect(sent).toHaveLength(2);
		say("12");
		expect(await second).toBe(0x12);
		expect(clock.timers).toBe(0);
	});

	test("ends with the line, and with the signal", async () => {
		const { dialogue, lose } = overheard();
		const stop = new AbortController();
		const stopped = faultOf(dialogue.ask(realTime, stop.signal));
		await settle();
		stop.abort(new Fault("cancelled"));
		expect(await stopped).toMatchObject({ code: "cancelled" });
		const cut = faultOf(dialogue.ask(realTime));
		await settle();
		lose();
		expect(await cut).toMatchObject({ code: "E_NOHARDWARE" });
	});
});

test("the status is asked for in four questions", async () => {
	const { dialogue, sent, say } = overheard();
	const status = askStatus(dialogue, { answerMs: 1_000, signal: undefined });
	for (const answer of ["1A", "32", "12", "7E"]) {
		await settle();
		say(answer);
	}
	expect(await status).toEqual({ online: false, paper: "end", cover: "closed", error: "none" });
	expect(sent).toEqual(["100401", "100402", "100403", "100404"]);
});

describe("a reply that breaks off", () => {
	test("inside a block is forgotten after a silence, and does not swallow the next answer", async () => {
		const { dialogue, clock, say } = overheard();
		const answer = dialogue.ask(realTime);
		await settle();
		say("372230");
		await clock.advance(200);
		say("32");
		expect(await answer).toBe(0x32);
	});

	test("inside an automatic status is forgotten after a silence, and does not swallow the next answer", async () => {
		const { dialogue, clock, statuses, say } = overheard();
		const inOrder = new InOrderAnswers(dialogue);
		inOrder.ask();
		const answer = dialogue.expect((reply) => inOrder.accept(reply));
		say("1000");
		await clock.advance(200);
		say("00");
		expect(await answer.arrived).toBe(true);
		say("18000F00");
		await settle();
		expect(statuses).toEqual([{ online: false, paper: "end", cover: "closed", error: "none" }]);
	});

	test("is not given up while its bytes still come", async () => {
		const { clock, statuses, say } = overheard();
		for (const byte of ["18", "00", "0F", "00"]) {
			say(byte);
			await clock.advance(150);
		}
		expect(statuses).toHaveLength(1);
		expect(clock.timers).toBe(0);
	});
});

test("an automatic status is told, wherever the stream was cut", async () => {
	const stream = "18000F0010000300";
	for (let cut = 0; cut <= stream.length; cut += 2) {
		const { statuses, say } = overheard();
		say(stream.slice(0, cut));
		say(stream.slice(cut));
		await settle();
		expect(statuses.map(({ paper }) => paper)).toEqual(["end", "near_end"]);
	}
});

test("of answers without a name, the last one is that of the latest question", () => {
	const { dialogue, say } = overheard();
	const inOrder = new InOrderAnswers(dialogue);
	inOrder.ask();
	inOrder.ask();
	const accepted: (true | undefined)[] = [];
	dialogue.expect((reply) => {
		accepted.push(inOrder.accept(reply));
		return undefined;
	});
	say("00120000");
	expect(accepted).toEqual([undefined, undefined, true, true]);
});
