import { useSyncExternalStore } from 'react';

/** `system`: as the browser prefers. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'hailgrid.theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
let chosen: Theme = readTheme();

function readTheme(): Theme {
  const kept = window.localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function apply(): void {
  document.documentElement.dataset['theme'] = shownTheme();
  for (const listener of listeners) listener();
}

function shownTheme(): 'light' | 'dark' {
  if (chosen !== 'system') return chosen;
  return dark.matches ? 'dark' : 'light';
}

export function chooseTheme(theme: Theme): void {
  chosen = theme;
  window.localStorage.setItem(KEY, theme);
  apply();
}

function follow(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The theme that was chosen, and the one that is shown. */
export function useTheme(): { chosen: Theme; shown: 'light' | 'dark' } {
  return {
    chosen: useSyncExternalStore(follow, () => chosen),
    shown: useSyncExternalStore(follow, shownTheme),
  };
}

/** The value of a colour of `tokens.css` as it is shown now: maps and charts draw with it. */
export function colour(token: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}

dark.addEventListener('change', apply);
apply();
