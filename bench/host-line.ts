import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { HostLine } from "../src/acquirers/host-line.ts";
import { openHostLine } from "../src/acquirers/open-host-line.ts";
import type { HostMessage } from "../src/acquirers/profile.ts";
import { type FieldValue, fieldText } from "../src/iso8583/message.ts";
import { systemClock } from "../src/kernel/clock.ts";
import { openPort } from "../src/ports/open-port.ts";
import { fromHex } from "../src/wire/hex.ts";
import { lengthPrefixFraming } from "../src/wire/length-prefix-framing.ts";
import { readWorkloads } from "../test/support/iso8583-fixtures.ts";
import { shippedCodec } from "../test/support/message-spec.ts";
import { silentLog } from "../test/support/silent-log.ts";
import { type Contender, measure, rateOf, takeTurns } from "./support/measure.ts";
import { report, type Section } from "./support/report.ts";

/**
 * Messages there and back per second on one connection to a host in a process of its own that echoes.
 * Ours encodes each request, finds the request of each answer by its trace number and decodes the answer; the bare
 * loop writes and counts bytes.
 */
const messageBytes = 200;
const rounds = 5;
const roundMs = 800;
/** Twice what the fastest libraries known reach with 64 in flight, measured elsewhere. */
const goal = 112_000;

const codec = shippedCodec("unionpay");
const framing = lengthPrefixFraming({ maxPayload: 2_048 });
const purchase = codec.decode(fromHex(readWorkloads().A.hex));
/** The purchase, made as long as wanted by remarks; two bytes tell their length. */
const remarks = "x".repeat(messageBytes - codec.encode(purchase).length - 2);

const fields: Record<number, FieldValue> = { ...purchase.fields, 63: remarks };

let trace = 0;

function nextRequest(): HostMessage {
	trace = (trace + 1) % 1_000_000;
	const stan = String(trace).padStart(6, "0");
	fields[11] = stan;
	return { bytes: codec.encode({ mti: purchase.mti, fields }), correlation: stan, label: `0200 ${stan}` };
}

function exchanging(line: HostLine, inFlight: number): Contender {
	return () =>
		measure(async () => {
			const end = performance.now() + roundMs;
			let operations = 0;
			const exchange = async (): Promise<void> => {
				while (performance.now() < end) {
					await line.exchange(nextRequest(), { answerMs: 10_000, beforeSend: () => Promise.resolve() });
					operations += 1;
				}
			};
			await Promise.all(Array.from({ length: inFlight }, exchange));
			return { operations, figures: {} };
		});
}

function bareLoop(port: number, inFlight: number): Contender {
	const frame = framing.encode(new Uint8Array(messageBytes));
	return () =>
		measure(async () => {
			const socket = connect({ host: "127.0.0.1", port, noDelay: true });
			const end = performance.now() + roundMs;
			let received = 0;
			let operations = 0;
			socket.on("data", (chunk) => {
				received += chunk.length;
				const back = Math.floor(received / frame.length) - operations;
				operations += back;
				if (performance.now() > end) {
					socket.destroy();
				} else if (back > 0) {
					socket.write(Buffer.concat(Array.from({ length: back }, () => frame)));
				}
			});
			socket.write(Buffer.concat(Array.from({ length: inFlight }, () => frame)));
			await once(socket, "close");
			return { operations, figures: {} };
		});
}

async function section(line: HostLine, port: number, inFlight: number): Promise<Section> {
	const measured = await takeTurns(rounds, {
		tillbridge: exchanging(line, inFlight),
		"bare socket loop": bareLoop(port, inFlight),
	});
	return {
		title: `${inFlight} in flight`,
		unit: "messages",
		rate: "perSecond",
		measured,
		goals:
			inFlight === 64
				? [{ what: "messages/s", bound: "at least", goal, reached: rateOf("perSecond", measured.tillbridge) }]
				: [],
	};
}

const script = fileURLToPath(new URL("support/echo-host.ts", import.meta.url));
const host = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
const [port] = (await once(createInterface({ input: host.stdout }), "line")).map(Number);
const line = openHostLine({
	hosts: [{ kind: "tcp", host: "127.0.0.1", port: port ?? 0 }],
	mode: "kept_open",
	framing,
	connectMs: 1_000,
	openPort,
	correlate: (message) => fieldText(codec.decode(message), 11),
	clock: systemClock,
	log: silentLog,
});
const sections: Section[] = [];
for (const inFlight of [1, 16, 64, 256]) {
	sections.push(await section(line, port ?? 0, inFlight));
}
await line.close();
host.kill();
report("Host line", sections);
