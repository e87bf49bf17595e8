import { rfc3339 } from "../../kernel/clock.ts";
import { deviceFindings } from "./device-findings.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { portFindings } from "./port-findings.ts";

const mega = 1_000_000;
const leastFree = 200 * mega;
const wellFree = 1_000 * mega;
/** So much a clock may go back between two starts without anybody noticing. */
const backMs = 60_000;

/** Judges facts. Pure: the same facts give the same findings. */
export function examine(facts: Facts): readonly Finding[] {
	const { ports, devices } = facts;
	return [
		...ports.flatMap((port) => portFindings(port, facts)),
		...(devices ?? []).flatMap((device) =>
			deviceFindings(
				device,
				ports.find((port) => port.device === device.id),
			),
		),
		...(devices === undefined ? [noDaemon] : []),
		disk(facts),
		clock(facts),
		...journal(facts),
	];
}

const noDaemon: Finding = {
	test: "daemon",
	subject: "daemon",
	grade: "warn",
	says: "no daemon runs: nothing is known of what the devices say",
	cure: "tillbridge start",
};

function disk({ disk: { path, freeBytes } }: Facts): Finding {
	const says = `${Math.round(freeBytes / mega)} MB free for ${path}`;
	const grade = freeBytes < leastFree ? "fail" : freeBytes < wellFree ? "warn" : "ok";
	const cure = "sudo journalctl --vacuum-size=100M && sudo apt-get clean";
	return { test: "disk", subject: "machine", grade, says, ...(grade === "ok" ? {} : { cure }) };
}

function clock({ clockKept, journal, now }: Facts): Finding {
	const cure = "sudo timedatectl set-ntp true";
	const subject = "machine";
	if (journal !== undefined && journal.newestAt > now + backMs) {
		const says = `the clock is behind the newest entry of the journal, ${rfc3339(journal.newestAt)}`;
		return { test: "clock", subject, grade: "fail", says, cure };
	}
	return clockKept === false
		? { test: "clock", subject, grade: "warn", says: "nothing keeps the clock right", cure }
		: { test: "clock", subject, grade: "ok", says: rfc3339(now) };
}

function journal({ journal }: Facts): readonly Finding[] {
	const subject = "journal";
	if (journal === undefined) {
		return [{ test: "journal", subject, grade: "ok", says: "there is none yet" }];
	}
	if (journal.brokenAt !== undefined) {
		const says = `the hash chain is broken at event ${journal.brokenAt}`;
		return [{ test: "journal", subject, grade: "fail", says, cure: "stop the daemon, keep the file, call support" }];
	}
	const sound = { test: "journal", subject, grade: "ok", says: `${journal.events} events, chain whole` } as const;
	const owed = {
		test: "unsettled",
		subject,
		grade: "warn",
		says: `${journal.unsettled} transactions still owe something`,
		cure: "tillbridge transactions --unknown; tillbridge reversals",
	} as const;
	return journal.unsettled === 0 ? [sound] : [sound, owed];
}
