const subjects = [
  "granite",
  "basalt",
  "marble",
  "slate",
  "quartz",
  "gneiss",
  "flint",
  "chalk",
  "tuff",
  "opal",
];

/** Old path and new one of 1,000 pages, such as an editor has written them down over the years. */
export const moved: readonly (readonly [from: string, to: string])[] = Array.from(
  { length: 1000 },
  (_, i) => {
    const subject = subjects[i % subjects.length]!;
    const year = 2001 + (i % 23);
    return [
      `/articles/${year}/${subject}-and-its-uses-${i}.html`,
      `/library/${subject}/${year}-${i}/`,
    ] as const;
  },
);
