import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../kernel/clock.ts";
import { type ConsoleIo } from "../console-io.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { startDaemonProcess } from "./daemon-process.ts";
import { playScene, playSignIn, type Stage, scenes } from "./scenes.ts";
import { startVirtualCounter, testTrack2, type VirtualCounter } from "./virtual-counter.ts";

/** Short, so that a lost answer is not a long wait. */
const tourAnswerMs = 1_500;
const counterAnswerMs = 10_000;
const usualApiPort = 8420;
const pace = { reversalBackoffMs: [0, 500, 2_000], keyDelayMs: 60 } as const;

/** `demo`: good and bad days at a virtual counter, each shown as a timeline and checked against the acquirer's books. */
export async function runTour(io: ConsoleIo): Promise<ExitCode> {
	const started = systemClock.monotonicMs();
	const directory = mkdtempSync(join(tmpdir(), "tillbridge-demo-"));
	const asExpected = await tour(io, directory);
	const seconds = ((systemClock.monotonicMs() - started) / 1000).toFixed(1);
	io.out(`\n${asExpected} of ${scenes.length} scenes as expected, ${seconds} s.`);
	if (asExpected < scenes.length) {
		io.out(`Configuration, journal and logs are in ${directory}`);
		return exitCodes.failed;
	}
	rmSync(directory, { recursive: true });
	return exitCodes.done;
}

/** Plays everything; says how many scenes ended as they should. */
async function tour(io: ConsoleIo, directory: string): Promise<number> {
	await using closing = new AsyncDisposableStack();
	const counter = await startVirtualCounter({ directory, apiPort: 0, answerMs: tourAnswerMs, ...pace });
	closing.defer(() => counter.close());
	const stage: Stage = { io, counter, daemon: await startDaemonProcess(counter) };
	closing.defer(() => stage.daemon.stop());
	introduce(io, counter, stage.daemon.url);
	io.out("\nSign-in");
	await playSignIn(stage);
	let asExpected = 0;
	for (const scene of scenes) {
		asExpected += (await playScene(stage, scene)) ? 1 : 0;
	}
	return asExpected;
}

/** `demo --stay`: the daemon at a virtual counter until Ctrl-C. */
export async function runCounter(io: ConsoleIo): Promise<ExitCode> {
	await using closing = new AsyncDisposableStack();
	const directory = mkdtempSync(join(tmpdir(), "tillbridge-counter-"));
	closing.defer(() => rmSync(directory, { recursive: true }));
	const counter = await startVirtualCounter({ directory, apiPort: usualApiPort, answerMs: counterAnswerMs, ...pace });
	closing.defer(() => counter.close());
	const daemon = await startDaemonProcess(counter);
	closing.defer(() => daemon.stop());
	introduce(io, counter, daemon.url);
	suggest(io, counter);
	await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
	io.out("Stopping.");
	return exitCodes.done;
}

function introduce(io: ConsoleIo, { addresses }: VirtualCounter, url: string): void {
	io.out(`PIN pad on ${addresses.pad}, printer on ${addresses.printer}, acquirer on ${addresses.acquirer}`);
	io.out(`Daemon on ${url}`);
}

function suggest(io: ConsoleIo, { configPath, controlPorts }: VirtualCounter): void {
	const tillbridge = `npm run -s tillbridge -- --config ${configPath}`;
	const toControl = (port: number, request: unknown): string =>
		`echo '${JSON.stringify(request)}' | nc -q1 127.0.0.1 ${port}`;
	io.out(`
Try, in another terminal:
  echo '${testTrack2}' | ${tillbridge} sale 12.50
  ${tillbridge} transactions
  ${tillbridge} devices
  ${tillbridge} tokens create till --scope sell

Make trouble:
  ${toControl(controlPorts.acquirer, { set: { faults: [{ name: "drop", mti: "0200" }] } })}   the next answer is lost
  ${toControl(controlPorts.pad, { do: "unplug" })}   and {"do":"plug"}
  ${toControl(controlPorts.printer, { set: { paperLines: 3 } })}   and {"do":"load_paper"}

What was printed:
  ${toControl(controlPorts.printer, { get: true })}

Ctrl-C ends everything.`);
}
