/** What stands for the names in braces; a name without a value leaves its field out. */
export type FillIns = Readonly<Record<string, string | undefined>>;

const name = /\{([A-Za-z][A-Za-z.]*)\}/g;

/** A field's text: names in braces are filled in. Undefined when one of them has no value. */
export function fillIn(template: string, values: FillIns): string | undefined {
	let whole = true;
	const text = template.replaceAll(name, (_, found: string) => {
		const value = values[found];
		whole &&= value !== undefined;
		return value ?? "";
	});
	return whole ? text : undefined;
}

export function namesIn(template: string): readonly string[] {
	return [...template.matchAll(name)].flatMap(([, found]) => (found === undefined ? [] : [found]));
}
