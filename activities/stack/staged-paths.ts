/** How live paths, staged trees and what git does not track lie over each other. Pure. */
import { join, relative } from 'node:path';
import { isWithin } from '../shared/within.js';

export interface StagedCheckout {
  name: string;
  /** Root of the live work tree, real path. */
  dir: string;
  /** Root of the staged tree. */
  tree: string;
  /** Full id of the commit that the tree holds. */
  commit: string;
}

/** Something large of the live side that git does not track, shown in the staged tree without a copy. */
export interface StagedBind {
  /** Live path, inside a checkout. */
  live: string;
  /** The place in a staged tree where it belongs. */
  staged: string;
}

/** Copy of a component that lies outside of all checkouts, for the files that are rendered into it. */
export interface StagedComponent {
  /** Live directory, real path. */
  dir: string;
  tree: string;
}

export interface Staged {
  checkouts: readonly StagedCheckout[];
  binds: readonly StagedBind[];
  components?: readonly StagedComponent[];
}

/** With the components among the checkouts: for who only shows trees, they are the same. */
export const asTrees = ({ checkouts, binds, components = [] }: Staged): Staged => ({
  checkouts: [...checkouts, ...components.map((component) => ({ name: '', commit: '', ...component }))],
  binds,
});

export interface Mount {
  source: string;
  target: string;
}

/**
 * Mounts in order. What is not tracked is bound into the staged trees while it can still be reached; a checkout inside
 * another goes into the outer one's tree, innermost first; then each outer tree covers its live root, with all below it.
 */
export function mountsOf({ checkouts, binds }: Staged): Mount[] {
  const deepestFirst = [...checkouts].sort((a, b) => b.dir.length - a.dir.length);
  return [
    ...binds.map(({ live, staged }) => ({ source: live, target: staged })),
    ...deepestFirst.map((checkout) => ({ source: checkout.tree, target: nestedTarget(checkout, checkouts) })),
  ];
}

function nestedTarget(checkout: StagedCheckout, all: readonly StagedCheckout[]): string {
  const outer = all
    .filter((other) => other.dir !== checkout.dir && isWithin(checkout.dir, other.dir))
    .sort((a, b) => b.dir.length - a.dir.length)[0];
  return outer ? join(outer.tree, relative(outer.dir, checkout.dir)) : checkout.dir;
}

/** Where the content of a live path without links lies outside the namespace. The longest root decides. */
export function physicalPath(livePath: string, { checkouts, binds }: Staged): string {
  const roots = [
    ...checkouts.map(({ dir, tree }) => ({ live: dir, physical: tree })),
    ...binds.map(({ live }) => ({ live, physical: live })),
  ];
  const root = roots.filter(({ live }) => isWithin(livePath, live)).sort((a, b) => b.live.length - a.live.length)[0];
  return root ? join(root.physical, relative(root.live, livePath)) : livePath;
}

/** Whether a path outside the namespace is ours to write: inside a staged tree. */
export const isStaged = (path: string, staged: Staged): boolean =>
  asTrees(staged).checkouts.some(({ tree }) => isWithin(path, tree));
