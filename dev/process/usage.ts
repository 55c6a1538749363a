import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Usage of a process and its descendants: resident memory in MB (10^6 bytes), CPU time in seconds. */
export interface ProcessUsage {
  rss_mb: number;
  cpu_s: number;
}

/** One process as read from /proc; memory in bytes, divided by how pages are shared. */
export interface ProcSample {
  anonymous: number;
  file: number;
  shared: number;
  cpuTicks: number;
}

// Linux reports CPU time to user space in ticks of 1/100 s (USER_HZ), independent of the kernel's own rate.
const TICKS_PER_SECOND = 100;

/** Memory and CPU of a process with all its descendants; undefined after its exit. */
export async function usageOf(pid: number): Promise<ProcessUsage | undefined> {
  if (process.platform !== 'linux') return usageFromPs(pid);
  const samples = await sampleTree(pid);
  return samples.length === 0 ? undefined : sumOf(samples);
}

/** Counts pages of programs and shared memory once, because the processes of Postgres share nearly all of them. */
export function sumOf(samples: readonly ProcSample[]): ProcessUsage {
  const bytes =
    samples.reduce((total, sample) => total + sample.anonymous, 0) +
    Math.max(...samples.map((sample) => sample.file)) +
    Math.max(...samples.map((sample) => sample.shared));
  const ticks = samples.reduce((total, sample) => total + sample.cpuTicks, 0);
  return { rss_mb: round(bytes * 1e-6), cpu_s: ticks / TICKS_PER_SECOND };
}

async function sampleTree(pid: number): Promise<ProcSample[]> {
  try {
    const [stat, status, children] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
      // Some kernels are built without the list of children.
      readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => ''),
    ]);
    const pids = children.split(' ').filter((text) => text !== '');
    const below = await Promise.all(pids.map((child) => sampleTree(Number(child))));
    return [parseProc(stat, status), ...below.flat()];
  } catch {
    return [];
  }
}

/** Reads `/proc/<pid>/stat` (ticks of the process and of its exited children) and the Rss lines of `…/status`. */
export function parseProc(stat: string, status: string): ProcSample {
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const bytesOf = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return {
    anonymous: bytesOf('RssAnon'),
    file: bytesOf('RssFile'),
    shared: bytesOf('RssShmem'),
    cpuTicks: fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), 0),
  };
}

async function usageFromPs(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=,time=']);
    return parsePs(stdout, pid);
  } catch {
    return undefined;
  }
}

/** Sums a process and its direct children in `ps -o pid=,ppid=,rss=,time=`: kilobytes and [[dd-]hh:]mm:ss[.cc]. */
export function parsePs(output: string, pid: number): ProcessUsage | undefined {
  const rows = output
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([own, parent]) => Number(own) === pid || Number(parent) === pid);
  if (!rows.some(([own]) => Number(own) === pid)) return undefined;
  return {
    rss_mb: round(rows.reduce((total, [, , rss]) => total + Number(rss), 0) * 1024e-6),
    cpu_s: rows.reduce((total, [, , , time = '0']) => total + secondsOf(time), 0),
  };
}

function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  const withinDay = clock.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return Number(days) * 86_400 + withinDay;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
