/**
 * The amount of a sale chooses its response code, so that every code can be had from the till:
 * 9000.00 to 9000.99 give 00 to 99, 9001.00 to 9001.07 give A0 to A7, everything else is approved with 00.
 */
export function codeForAmount(amount: number): string {
	const rest = amount % 100;
	switch (Math.trunc(amount / 100)) {
		case 9000:
			return String(rest).padStart(2, "0");
		case 9001:
			return rest <= 7 ? `A${rest}` : "00";
		default:
			return "00";
	}
}

const approvals: ReadonlySet<string> = new Set(["00", "10", "11", "A2", "A4", "A5", "A6"]);

export function isApproval(code: string): boolean {
	return approvals.has(code);
}
