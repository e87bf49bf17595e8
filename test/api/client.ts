/** An answer, read to its end. */
export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	/** What came is for the test to judge. */
	readonly body: ReturnType<typeof JSON.parse>;
}

export interface Client {
	get(path: string, headers?: Record<string, string>): Promise<Answer>;
	post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
	/** Without reading the answer. */
	open(path: string, init?: RequestInit): Promise<Response>;
}

/** A till as small as can be. */
export function client(url: string, secret: string | undefined): Client {
	const authorization: Record<string, string> = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
	const open: Client["open"] = (path, init = {}) =>
		fetch(new URL(path, url), { ...init, headers: { ...authorization, ...(init.headers as Record<string, string>) } });
	return {
		open,
		get: async (path, headers = {}) => read(await open(path, { headers })),
		async post(path, body, headers = {}) {
			const json = body === undefined ? {} : { "content-type": "application/json" };
			const text = typeof body === "string" ? body : JSON.stringify(body);
			return read(await open(path, { method: "POST", headers: { ...json, ...headers }, body: text ?? null }));
		},
	};
}

async function read(response: Response): Promise<Answer> {
	const text = await response.text();
	const isJson = response.headers.get("content-type")?.includes("json") === true;
	return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

let sales = 0;

/** A sale nobody has made before. */
export function order(own: Record<string, unknown> = {}): Record<string, unknown> {
	sales += 1;
	return {
		type: "sale",
		lane: "lane1",
		amount: 1000 + sales,
		currency: "CNY",
		reference: `R${sales}`,
		card: { entry: "magnetic", track2: "6222020123456789=30122010000000000" },
		pin: "ask",
		...own,
	};
}
