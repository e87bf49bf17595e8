import type { SwaggerOptions } from "@fastify/swagger";
import type { FastifySchema } from "fastify";
import { z } from "zod";
import { documentName } from "./documents.ts";
import { problemDocument } from "./problem.ts";
import { nothing, type Route } from "./route.ts";

/** The head of `/openapi.json`. */
export function openApiOptions(version: string): SwaggerOptions {
	return {
		openapi: {
			openapi: "3.1.0",
			info: {
				title: "Tillbridge",
				version,
				description: "Payments, devices and the host line of one counter. Amounts are integers in minor units.",
				license: { name: "MIT", identifier: "MIT" },
			},
			servers: [{ url: "/" }],
			components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
		},
		// The named shapes keep their names.
		refResolver: {
			buildLocalReference: ({ $id }, _base, _fragment, index) => (typeof $id === "string" ? $id : `shape${index}`),
		},
	};
}

/** A route's own part, from the same schemas that validate. */
export function describeRoute({ method, url, scope, tag, summary, request, answers }: Route): FastifySchema {
	const parts = {
		params: request.params,
		querystring: request.query,
		headers: request.headers,
	};
	return {
		operationId: operationId(method, url),
		tags: [tag],
		summary,
		description: scope === "open" ? "Needs no token." : `Needs a token with the scope \`${scope}\`.`,
		security: scope === "open" ? [] : [{ token: [scope] }],
		...Object.fromEntries(Object.entries(parts).map(([part, schema]) => [part, parameters(schema)])),
		...(request.body === nothing.body ? {} : { body: named(request.body, "application/json", "") }),
		response: {
			...Object.fromEntries(
				Object.entries(answers).map(([status, answer]) => [
					status,
					{
						...("schema" in answer
							? named(answer.schema, "application/json", answer.description)
							: { description: answer.description, content: { [answer.media]: { schema: { type: "string" } } } }),
						...(answer.headers === undefined ? {} : { headers: described(answer.headers) }),
					},
				]),
			),
			default: named(problemDocument, "application/problem+json", "Anything else: what is wrong and what to do"),
		},
	};
}

function named(schema: z.ZodType, media: string, description: string): object {
	return { description, content: { [media]: { schema: { $ref: `${documentName(schema)}#` } } } };
}

function described(headers: Readonly<Record<string, string>>): object {
	return Object.fromEntries(
		Object.entries(headers).map(([name, description]) => [name, { type: "string", description }]),
	);
}

function parameters(schema: z.ZodObject): object {
	const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
	return { type: "object", properties, required };
}

/** `POST /v1/transactions/:id/cancel` is `postTransactionsIdCancel`. */
function operationId(method: string, url: string): string {
	const words = url.split(/[^A-Za-z]+/).filter((word) => word !== "" && word !== "v");
	return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
