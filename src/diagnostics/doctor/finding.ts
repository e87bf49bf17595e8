/** `warn` works today; `fail` does not work. */
export type Grade = "ok" | "warn" | "fail";

/** What one test found of one subject: graded, with the reason, and what cures it. */
export interface Finding {
	/** Short and stable: "permission", "speed". */
	readonly test: string;
	/** A device, an acquirer, or a part of the machine. */
	readonly subject: string;
	readonly grade: Grade;
	readonly says: string;
	/** A command to type, or a line of the configuration. */
	readonly cure?: string;
}

/** The worst of all. */
export function worstGrade(findings: readonly Finding[]): Grade {
	const has = (grade: Grade): boolean => findings.some((finding) => finding.grade === grade);
	return has("fail") ? "fail" : has("warn") ? "warn" : "ok";
}
