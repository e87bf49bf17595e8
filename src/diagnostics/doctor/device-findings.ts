import type { DeviceFacts, PortFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** More damaged frames than these, of all, come from a bad line. */
const noisyShare = 0.01;

/** What the daemon's own view of a device says, read together with what was counted on its line. */
export function deviceFindings(device: DeviceFacts, port: PortFacts | undefined): readonly Finding[] {
	const found = device.state === "enabled" ? [...healthFindings(device), ...noise(device)] : [absence(device, port)];
	return found.length > 0 ? found : [{ test: "device", subject: device.id, grade: "ok", says: `there and sound` }];
}

function absence(device: DeviceFacts, port: PortFacts | undefined): Finding {
	const { id: subject, code, extended, counts, says } = device;
	if (extended === "not_this_family") {
		return {
			test: "wrong-device",
			subject,
			grade: "fail",
			says,
			cure: `tillbridge config check; set devices.${subject}.driver`,
		};
	}
	const spoke = code === "E_TIMEOUT" || code === "E_FAILURE";
	if (!spoke || port === undefined) {
		return { test: "device", subject, grade: "fail", says };
	}
	const bytes = counts["bytes_in"] ?? 0;
	if (bytes === 0) {
		return {
			test: "silence",
			subject,
			grade: "fail",
			says: "not one byte came back: no power, crossed cable, or a device that wants DTR",
			cure: `set devices.${subject}.port.dtr: on${port.address.dtr === "on" ? " (it is already: check power and cable)" : ""}`,
		};
	}
	return (counts["frames_in"] ?? 0) > 0
		? { test: "device", subject, grade: "fail", says }
		: wrongSpeed(subject, bytes, port);
}

/** Bytes without a single frame. */
function wrongSpeed(subject: string, bytes: number, { address, defaults }: PortFacts): Finding {
	const line = `baudRate: ${defaults.baudRate}, dataBits: ${defaults.dataBits}, parity: ${defaults.parity}`;
	const isUsual =
		address.baudRate === defaults.baudRate &&
		address.dataBits === defaults.dataBits &&
		address.parity === defaults.parity;
	return {
		test: "speed",
		subject,
		grade: "fail",
		says: `${bytes} bytes came and no frame: wrong speed or parity, or another kind of device`,
		cure: isUsual
			? `tillbridge trace record --device ${subject} --minutes 1; try the other speeds of its manual`
			: `set devices.${subject}.port: { ${line} }`,
	};
}

function healthFindings({ id: subject, health }: DeviceFacts): readonly Finding[] {
	const problems: Readonly<Record<string, Omit<Finding, "subject">>> = {
		"masterKeys lost": {
			test: "keys",
			grade: "fail",
			says: "the pad has lost its keys",
			cure: "send the pad to key injection",
		},
		"battery weak": { test: "battery", grade: "warn", says: "the pad's battery is weak: its keys are at risk" },
		"paper end": { test: "paper", grade: "fail", says: "no paper", cure: "load a roll" },
		"paper near_end": { test: "paper", grade: "warn", says: "paper is running out", cure: "have a roll ready" },
		"cover open": { test: "cover", grade: "fail", says: "the cover is open", cure: "close it" },
	};
	return Object.entries(health).flatMap(([name, value]) => {
		const problem = problems[`${name} ${String(value)}`];
		return problem === undefined ? [] : [{ subject, ...problem }];
	});
}

function noise({ id: subject, counts }: DeviceFacts): readonly Finding[] {
	const damaged = Object.entries(counts)
		.filter(([name]) => name.startsWith("damaged_frames"))
		.reduce((sum, [, count]) => sum + count, 0);
	const whole = counts["frames_in"] ?? 0;
	return damaged > noisyShare * (damaged + whole)
		? [
				{
					test: "noise",
					subject,
					grade: "warn",
					says: `${damaged} of ${damaged + whole} frames arrived damaged`,
					cure: "change the cable; keep it away from mains and motors; check ground",
				},
			]
		: [];
}
