import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What a process holds and has used so far: resident memory in MB (10^6 bytes), CPU time in seconds. */
export interface ProcessUsage {
  rss_mb: number;
  cpu_s: number;
}

// Linux reports CPU time to user space in ticks of 1/100 s whatever the kernel's own rate is (USER_HZ).
const TICKS_PER_SECOND = 100;

/** Memory and CPU of one process, or undefined when it is gone. */
export async function usageOf(pid: number): Promise<ProcessUsage | undefined> {
  return process.platform === 'linux' ? usageFromProc(pid) : usageFromPs(pid);
}

async function usageFromProc(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    return parseProc(stat, status);
  } catch {
    return undefined;
  }
}

/** Reads `/proc/<pid>/stat` (user and system ticks) and `/proc/<pid>/status` (VmRSS). */
export function parseProc(stat: string, status: string): ProcessUsage {
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const rssKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return { rss_mb: round(rssKb * 1024e-6), cpu_s: ticks / TICKS_PER_SECOND };
}

async function usageFromPs(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=,time=', '-p', String(pid)]);
    return parsePs(stdout);
  } catch {
    return undefined;
  }
}

/** Reads a line of `ps -o rss=,time=`: kilobytes and [[dd-]hh:]mm:ss[.cc]. */
export function parsePs(line: string): ProcessUsage | undefined {
  const [rss, time] = line.trim().split(/\s+/);
  if (rss === undefined || time === undefined) return undefined;
  const [clock = '', days = '0'] = time.split('-').reverse();
  const seconds = clock.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return { rss_mb: round(Number(rss) * 1024e-6), cpu_s: Number(days) * 86_400 + seconds };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
