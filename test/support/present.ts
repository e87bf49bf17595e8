/** The value, or the end of the test when it is absent. */
export function present<T>(value: T | undefined, name: string): T {
	if (value === undefined) {
		throw new Error(`${name} is absent`);
	}
	return value;
}
