import type { FastifyReply, FastifyRequest } from "fastify";
import type { MoneyMoved } from "../journal/transaction.ts";
import { Fault } from "../kernel/fault.ts";
import { faultCodes } from "../kernel/fault-codes.ts";
import type { Log } from "../kernel/log.ts";
import type { Payments } from "../payments/payments.ts";
import { problemOf, requestFault } from "./problem.ts";

interface ProblemRooms {
	readonly payments: Pick<Payments, "get">;
	readonly log: Log;
}

/** Answers a request that failed, whatever was thrown. */
export type AnswerProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

export function answerProblemsWith({ payments, log }: ProblemRooms): AnswerProblem {
	return (error, request, reply) => {
		const fault = requestFault(error);
		const { status } = faultCodes[fault.code];
		if (fault.code === "internal") {
			log.error("a request failed unexpectedly", { route: request.routeOptions.url, cause: error });
		}
		if (fault.code === "unauthorized") {
			reply.header("www-authenticate", 'Bearer realm="tillbridge"');
		}
		return reply
			.code(status)
			.type("application/problem+json; charset=utf-8")
			.send(problemOf(shown(fault), moneyMoved(fault, request, payments)));
	};
}

/** What an unexpected failure says is for the log only. */
function shown(fault: Fault): Fault {
	return fault.code === "internal" ? new Fault("internal") : fault;
}

/** A refused request moved nothing; only after a failure in our own house, or too late, is it not so simple. */
function moneyMoved(fault: Fault, { method }: FastifyRequest, payments: ProblemRooms["payments"]): MoneyMoved {
	const { transaction } = fault.context;
	if (fault.code === "too_late_to_cancel" && typeof transaction === "string") {
		return payments.get(transaction).moneyMoved;
	}
	return fault.code === "internal" && method === "POST" ? "unknown" : "no";
}
