import { readlinkSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { ReadStream } from "node:tty";
import { z } from "zod";
import type { Bytes } from "../wire/bytes.ts";

/** The device end of a pseudo-terminal pair; a serial port opens the other end by its path. */
export interface Pty {
	/** What a serial port opens: the link when there is one, else `/dev/pts/N`. */
	readonly path: string;
	write(bytes: Uint8Array): void;
	/** Hangs up: whoever has the path open sees the device vanish, the path and the link are gone. */
	close(): void;
}

interface PtyOptions {
	/** A stable name for the path, which survives unplugging and plugging in again. */
	readonly link?: string | undefined;
	readonly onData: (bytes: Bytes) => void;
}

const pairSchema = z.object({ master: z.number(), slave: z.number(), pty: z.string() });
const bindingSchema = z.object({ open: z.function({ input: [z.number(), z.number()], output: pairSchema }) });
const loaderSchema = z.object({ requireBinary: z.function({ input: [z.string()], output: z.unknown() }) });

/**
 * Opens a pair in raw mode: every byte value passes in both directions, nothing is echoed.
 * It has neither modem lines nor a line speed, and ignores parity.
 */
export function openPty(options: PtyOptions): Pty {
	const pair = openPair();
	const device = new ReadStream(pair.master);
	// Held open for the whole life: without an open far end the pair dies when a serial port closes it.
	const far = new ReadStream(pair.slave);
	far.setRawMode(true);
	device.on("data", (chunk) => options.onData(Uint8Array.from(chunk)));
	// Reading ends with EIO when the pair hangs up, which `close` has asked for.
	device.on("error", () => undefined);
	if (options.link !== undefined) {
		rmSync(options.link, { force: true });
		symlinkSync(pair.pty, options.link);
	}
	let open = true;
	return {
		path: options.link ?? pair.pty,
		write(bytes) {
			if (open) {
				device.write(bytes);
			}
		},
		close() {
			if (open) {
				open = false;
				removeLink(options.link, pair.pty);
				device.destroy();
				far.destroy();
			}
		},
	};
}

/** The prebuilt `openpty` of node-pty's platform package: no child process, no compiler. */
function openPair(): z.infer<typeof pairSchema> {
	const loader = loaderSchema.parse(createRequire(import.meta.url)("@lydell/node-pty/requireBinary.js"));
	return bindingSchema.parse(loader.requireBinary("pty.node")).open(80, 24);
}

/** Removes the link unless another pair has taken the name over meanwhile. */
function removeLink(link: string | undefined, target: string): void {
	if (link === undefined) {
		return;
	}
	try {
		if (readlinkSync(link) === target) {
			rmSync(link);
		}
	} catch {
		// Somebody removed it first, which is what was wanted.
	}
}
