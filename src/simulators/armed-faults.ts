/** What all faults of simulators have in common: a name, and how often they still happen. */
interface CountedFault {
	readonly name: string;
	/** `always` never wears off. */
	readonly count: number | "always";
}

/** Faults that are switched on. Each use of one wears it off. */
export class ArmedFaults<F extends CountedFault> {
	#armed: readonly F[];

	constructor(armed: readonly F[]) {
		this.#armed = armed;
	}

	get armed(): readonly F[] {
		return this.#armed;
	}

	set(armed: readonly F[]): void {
		this.#armed = armed;
	}

	/** The faults that hit, the first of each name, now used once more. */
	protected takeWhere(hits: (fault: F) => boolean): ReadonlyMap<F["name"], F> {
		const taken = new Map<F["name"], F>();
		this.#armed = this.#armed.flatMap((fault) => {
			if (!hits(fault) || taken.has(fault.name)) {
				return [fault];
			}
			taken.set(fault.name, fault);
			return wornOff(fault);
		});
		return taken;
	}
}

function wornOff<F extends CountedFault>(fault: F): readonly F[] {
	if (fault.count === "always") {
		return [fault];
	}
	return fault.count > 1 ? [{ ...fault, count: fault.count - 1 }] : [];
}
