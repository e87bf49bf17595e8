import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { faultCodes } from "../src/kernel/fault-codes.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Page {
	readonly path: string;
	readonly text: string;
}

const pages: readonly Page[] = ["README.md", ...globSync("docs/**/*.md", { cwd: root }).sort()].map((path) => ({
	path,
	text: readFileSync(join(root, path), "utf8"),
}));

/** First folders of absolute paths that every reader has, and of the API's own addresses. */
const publicFolders: ReadonlySet<string> = new Set("dev etc lib opt path proc problems run sys usr v1 var".split(" "));

/** Matches of the first group of a pattern. */
function found({ text }: Page, pattern: RegExp): readonly string[] {
	return [...text.matchAll(pattern)].map(([, group = ""]) => group);
}

/** Targets of links that are neither web addresses nor places in the same page, without the place in the other page. */
function linkedFiles(page: Page): readonly string[] {
	return found(page, /\]\(([^)\s#]+)[^)]*\)/g).filter((target) => !/^[a-z]+:/.test(target));
}

const fromPage = ({ path }: Page, target: string): string => resolve(root, dirname(path), target);
const isOurs = (path: string): boolean => !relative(root, path).startsWith("..");

describe("the pages", () => {
	test("are there", () => {
		expect(pages.map(({ path }) => path)).toContain("docs/protocols/unionpay.md");
	});

	test.each(pages)("$path links to files that exist", (page) => {
		const broken = linkedFiles(page).filter((target) => {
			const path = fromPage(page, target);
			return !isOurs(path) || !existsSync(path);
		});
		expect(broken).toEqual([]);
	});

	test.each(pages)("$path names no path that only its author has", (page) => {
		const absolute = found(page, /(?<=^|[\s`"'(=])(\/\w[\w.-]*\/[\w./-]*)/gm).filter(
			(path) => !publicFolders.has(path.split("/")[1] ?? ""),
		);
		const climbing = found(page, /((?:\.\.\/)+[\w./-]*)/g).filter((target) => !isOurs(fromPage(page, target)));
		expect([...absolute, ...climbing]).toEqual([]);
	});
});

describe("docs/faults.md", () => {
	const page = readFileSync(join(root, "docs/faults.md"), "utf8");
	const rows = page
		.split("\n")
		.filter((line) => line.startsWith("| `"))
		.map((line) =>
			line
				.split("|")
				.slice(1, -1)
				.map((cell) => cell.trim())
				.join(" | "),
		);

	test("has one row for each code, in the order and the words of the table", () => {
		const expected = Object.entries(faultCodes).map(([code, { title, action, status, retryable }]) =>
			[`\`${code}\``, title, action, status, retryable ? "yes" : "no"].join(" | "),
		);
		expect(rows).toEqual(expected);
	});
});
