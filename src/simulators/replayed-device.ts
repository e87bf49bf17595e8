import type { Clock } from "../kernel/clock.ts";
import type { Bytes } from "../wire/bytes.ts";
import { openPty } from "./pty.ts";

interface TimedBytes {
	readonly bytes: Bytes;
	readonly afterMs: number;
}

interface ReplayedDeviceOptions {
	/** A stable name for the pseudo-terminal. */
	readonly link: string | undefined;
	readonly clock: Clock;
	/** What the device sends when it has heard these bytes, and when. */
	readonly answer: (bytes: Bytes) => readonly TimedBytes[];
}

/** A device on a pseudo-terminal that knows nothing but what to say to what it hears. */
export function openReplayedDevice({ link, clock, answer }: ReplayedDeviceOptions): {
	readonly path: string;
	close(): void;
} {
	const pty = openPty({
		link,
		onData(heard) {
			for (const { bytes, afterMs } of answer(heard)) {
				clock.after(afterMs, () => pty.write(bytes));
			}
		},
	});
	return { path: pty.path, close: () => pty.close() };
}
