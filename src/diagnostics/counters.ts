/** What is counted of a line: the name, what it means, and what its counts are told apart by, if anything. */
interface CounterInfo {
	readonly help: string;
	readonly label: "reason" | "code" | "name" | "kind" | undefined;
}

const counter = (help: string, label?: NonNullable<CounterInfo["label"]>): CounterInfo => ({ help, label });

/** Every counter there is. Names are those of the API and, with `tillbridge_` and `_total`, of `/metrics`. */
export const counters = {
	opens: counter("Ports opened"),
	open_failures: counter("Ports that could not be opened", "code"),
	line_losses: counter("Open ports that were lost", "code"),
	starts: counter("Times the device came up"),
	failures: counter("Times the device went down", "code"),
	failed_starts: counter("Attempts after which it was still down", "code"),
	bytes_in: counter("Bytes received"),
	bytes_out: counter("Bytes sent"),
	frames_in: counter("Frames received with a right check"),
	frames_out: counter("Frames sent"),
	controls_in: counter("Single bytes between frames, received", "name"),
	controls_out: counter("Single bytes between frames, sent", "name"),
	garbage_bytes: counter("Received bytes that belong to no frame", "reason"),
	damaged_frames: counter("Frames received damaged", "reason"),
	stale_frames: counter("Frames received that nobody had asked for"),
	unanswered: counter("Frames sent again, or followed by another, before anything came back"),
	exchanges: counter("Requests sent to the host"),
	exchange_failures: counter("Requests that got no answer", "code"),
	unmatched: counter("Messages of the host that no request waited for", "kind"),
} as const satisfies Readonly<Record<string, CounterInfo>>;

export type CounterName = keyof typeof counters;
