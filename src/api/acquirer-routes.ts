import { z } from "zod";
import { Fault, isFault } from "../kernel/fault.ts";
import type { LaneView, Payments } from "../payments/payments.ts";
import { document } from "./documents.ts";
import { faultReport, faultReportDocument } from "./fault-report.ts";
import { nothing, type Route, route } from "./route.ts";

const tag = "acquirers";

export const signInDocument = document(
	"SignIn",
	z.object({
		acquirer: z.string(),
		terminals: z.array(
			z.object({
				lane: z.string(),
				signedIn: z.boolean(),
				batch: z.string().nullable(),
				keys: z
					.array(z.object({ role: z.string(), kcv: z.string() }))
					.meta({ description: "Check values as the pad computed them; never a key" }),
				fault: faultReportDocument.nullable(),
			}),
		),
	}),
);

export const echoDocument = document(
	"Echo",
	z.object({
		acquirer: z.string(),
		lane: z.string().meta({ description: "The terminal that asked" }),
		answered: z.boolean(),
		roundTripMs: z.number().nullable(),
		fault: faultReportDocument.nullable(),
	}),
);

const request = {
	...nothing,
	params: z.strictObject({ id: z.string().meta({ examples: ["bank"] }) }),
	query: z.strictObject({
		lane: z
			.string()
			.optional()
			.meta({ description: "Only the terminal of this lane", examples: ["lane1"] }),
	}),
};

/** The host line. What the host or the line refuses is the result of asking, not an error of the request. */
export function acquirerRoutes(payments: Payments): readonly Route[] {
	return [
		route({
			method: "POST",
			url: "/v1/acquirers/:id/sign-in",
			scope: "operate",
			tag,
			summary: "Sign the acquirer's terminals in: working keys, batch number, clock.",
			request,
			answers: { 200: { description: "Terminal by terminal", schema: signInDocument } },
			async handle({ params: { id }, query }) {
				const lanes = lanesOf(payments, id, query.lane);
				const terminals = await Promise.all(lanes.map(({ id }) => signIn(payments, id)));
				return { status: 200, body: { acquirer: id, terminals } };
			},
		}),
		route({
			method: "POST",
			url: "/v1/acquirers/:id/echo",
			scope: "operate",
			tag,
			summary: "Ask the acquirer for a sign of life. Moves no money.",
			request,
			answers: { 200: { description: "Answered or not, and why", schema: echoDocument } },
			async handle({ params: { id }, query }) {
				const [{ id: lane }] = lanesOf(payments, id, query.lane);
				return { status: 200, body: { acquirer: id, lane, ...(await echo(payments, lane)) } };
			},
		}),
	];
}

async function signIn(payments: Payments, lane: string) {
	try {
		const { batch, keys } = await payments.signIn(lane);
		return { lane, signedIn: true, batch, keys: keys.map(({ role, kcv }) => ({ role, kcv })), fault: null };
	} catch (error) {
		return { lane, signedIn: false, batch: null, keys: [], fault: reportOf(error) };
	}
}

async function echo(payments: Payments, lane: string) {
	try {
		const { roundTripMs } = await payments.echo(lane);
		return { answered: true, roundTripMs, fault: null };
	} catch (error) {
		return { answered: false, roundTripMs: null, fault: reportOf(error) };
	}
}

function reportOf(error: unknown) {
	if (!isFault(error)) {
		throw error;
	}
	return faultReport(error);
}

/** @throws Fault `acquirer_unknown`, `lane_unknown` when the lane is not one of its lanes */
function lanesOf(payments: Payments, acquirer: string, only: string | undefined): readonly [LaneView, ...LaneView[]] {
	const lanes = payments.lanes().filter((lane) => lane.acquirer === acquirer);
	if (lanes.length === 0) {
		throw new Fault("acquirer_unknown", { context: { acquirer } });
	}
	const [first, ...rest] = lanes.filter(({ id }) => only === undefined || id === only);
	if (first === undefined) {
		throw new Fault("lane_unknown", { context: { acquirer, lane: only ?? "" } });
	}
	return [first, ...rest];
}
