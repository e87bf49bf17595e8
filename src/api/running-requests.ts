import type { FastifyInstance } from "fastify";
import type { Clock } from "../kernel/clock.ts";

/** The requests that are being answered: what a daemon that stops waits for. */
export class RunningRequests {
	readonly #idle = Promise.withResolvers<void>();
	#count = 0;
	#ending = false;

	constructor(app: FastifyInstance) {
		app.addHook("onRequest", async (_, { raw }) => {
			this.#count += 1;
			// Also comes when the client has gone, unlike the framework's own hook.
			raw.once("close", () => {
				this.#count -= 1;
				this.#look();
			});
		});
	}

	/** Resolves when no request runs any more, at the latest after `ms`. */
	async end(clock: Clock, ms: number): Promise<void> {
		this.#ending = true;
		this.#look();
		const patience = clock.after(ms, this.#idle.resolve);
		await this.#idle.promise;
		patience.cancel();
	}

	#look(): void {
		if (this.#ending && this.#count === 0) {
			this.#idle.resolve();
		}
	}
}
