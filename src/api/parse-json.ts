import type { FastifyInstance, FastifyRequest } from "fastify";
import { invalid } from "./problem.ts";

/**
 * Reads JSON bodies, and no other. The parser's own message would quote the body, which may hold a card number;
 * clients that name the type and send nothing are understood.
 */
export function parseJson(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser<string>(
		"application/json",
		{ parseAs: "string" },
		async (_: FastifyRequest, body: string) => (body.length === 0 ? undefined : parse(body)),
	);
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// Not even as the cause: it quotes the body.
		throw invalid("body", "", "is not valid JSON");
	}
}
