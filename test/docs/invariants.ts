/** A file in backticks, with the names in parentheses after it. */
export interface NamedFile {
  readonly path: string;
  readonly names: readonly string[];
}

/** One line of the list of invariants: the code that enforces it, and the tests that fail without that code. */
export interface Invariant {
  readonly id: string;
  readonly code: readonly NamedFile[];
  readonly tests: readonly NamedFile[];
}

const ITEM = /^- \*\*(I\d+)\*\* ([^]*?)(?=\n- |\n\n)/gm;

export function invariantsIn(text: string): Invariant[] {
  return [...text.matchAll(ITEM)].map(([, id, item]) => {
    const [statement = '', tests = ''] = item!.replaceAll(/\s+/g, ' ').split(' Test: ');
    return {
      id: id!,
      code: namedFiles(statement, /`([^`]+)` \(((?:`\w+`(?:, )?)+)\)/g, /`(\w+)`/g),
      tests: namedFiles(tests, /`([^`]+)` \(((?:"[^"]+"(?:, )?)+)\)/g, /"([^"]+)"/g),
    };
  });
}

function namedFiles(text: string, file: RegExp, name: RegExp): NamedFile[] {
  return [...text.matchAll(file)].map(([, path, names]) => ({
    path: path!,
    names: [...names!.matchAll(name)].map(([, each]) => each!),
  }));
}
