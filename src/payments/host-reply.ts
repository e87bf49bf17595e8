import type { HostAnswer } from "../acquirers/profile.ts";
import type { HostReply } from "../journal/transaction-events.ts";

const kept = [
	"approvalCode",
	"retrievalReference",
	"time",
	"date",
	"settlementDate",
	"issuer",
	"acquirerInstitution",
	"scheme",
	"remark",
	"approvedAmount",
	"balance",
	"maskedPan",
] as const satisfies readonly (keyof HostAnswer & keyof HostReply)[];

/** The part of an answer that is kept: no keys, no MAC, no card data. */
export function hostReply(answer: HostAnswer): HostReply {
	const present = kept.flatMap((name) => (answer[name] === undefined ? [] : [[name, answer[name]] as const]));
	return { responseCode: answer.responseCode, ...Object.fromEntries(present) };
}
