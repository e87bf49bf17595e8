const two = (value: number): string => String(value).padStart(2, "0");

/** `MMDD` at the host: fields 13, 15 and 61.3. */
export function mmdd(at: string | number): string {
	const date = new Date(at);
	return `${two(date.getMonth() + 1)}${two(date.getDate())}`;
}

/** `hhmmss` at the host: field 12. */
export function hhmmss(at: number): string {
	const date = new Date(at);
	return `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
