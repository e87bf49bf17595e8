import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { Fault } from "../../src/kernel/fault.ts";
import { type LogOptions, openLog } from "../../src/kernel/log-sink.ts";

function capture(options: Omit<LogOptions, "destination">) {
	const destination = new PassThrough({ encoding: "utf8" });
	return { log: openLog({ ...options, destination }), text: () => String(destination.read() ?? "") };
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

it("writes one JSON object a line, facts beside the message", () => {
	const { log, text } = capture({ format: "json", level: "info" });
	log.child({ lane: "1" }).child({ device: "dev_1" }).warn("paper low", { amount: 12, message: "not this" });
	const line = text();
	expect(line.endsWith("\n")).toBe(true);
	expect(JSON.parse(line)).toEqual({
		time: expect.stringMatching(time),
		level: "warn",
		message: "paper low",
		lane: "1",
		device: "dev_1",
		amount: 12,
	});
});

it("writes a readable line for people", () => {
	const { log, text } = capture({ format: "people", level: "info" });
	log.info("sale accepted", { lane: "1", note: "two words", empty: undefined, parts: [1, 2] });
	expect(text()).toMatch(/^\S+Z INFO {2}sale accepted lane=1 note="two words" parts=\[1,2\]\n$/);
});

it("keeps a message with line breaks on one line", () => {
	const { log, text } = capture({ format: "people", level: "info" });
	log.info("pad said\r\n2026 ERROR forged", { text: "a\nb" });
	expect(text()).toMatch(/^\S+ INFO {2}pad said {2}2026 ERROR forged text="a\\nb"\n$/);
});

it("writes nothing below its level", () => {
	const { log, text } = capture({ format: "json", level: "warn" });
	log.debug("no");
	log.info("no");
	log.warn("yes");
	log.error("yes");
	expect(text().match(/"yes"/g)).toHaveLength(2);
});

it.each(["people", "json"] as const)("redacts message, facts, bound facts and causes (%s)", (format) => {
	const { log, text } = capture({ format, level: "debug" });
	const cause = new Fault("internal", { cause: new Error("track ;4111111111111111=30122010000?") });
	log
		.child({ last: "4111 1111 1111 1111" })
		.debug("card 4111111111111111", { cause, pinBlock: "0412AC89ABCDEF67", frame: Uint8Array.of(0x41, 0x11) });
	const line = text();
	expect(line).toContain("411111******1111");
	expect(line).toContain("4111 11** **** 1111");
	expect(line).toContain("[2 bytes]");
	expect(line).not.toMatch(/4111111111111111|1111 1111 1111|30122010000|0412AC89/);
});
