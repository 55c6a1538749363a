import { Command, Option } from 'commander';
import { VARIABLES, type LoadSettings } from './settings.ts';
import { pathArgument } from '../ops/command-line/path-argument.ts';
import { wholeNumber } from '../ops/command-line/number-arguments.ts';

/** The command line of `npm run load`. */
export interface CommandLine {
  /** The environment of this process, overridden by the options, for the k6 script. */
  readonly environment: NodeJS.ProcessEnv;
  readonly jsonFile: string | undefined;
  readonly k6Arguments: string[];
}

/** The options; each sets a variable that the k6 script reads. */
const FLAGS: Readonly<Record<keyof LoadSettings, readonly [flag: string, description: string]>> = {
  ratePerS: ['--rate <per second>', 'trips requested per second (1)'],
  duration: ['--duration <time>', 'duration of the load, such as 90s or 5m (1m)'],
  patienceS: ['--patience <seconds>', 'how long a rider waits for a driver (60)'],
  cancelShare: ['--cancel-share <0..1>', 'riders that cancel once they have a driver (0.1)'],
  repeatShare: ['--repeat-share <0..1>', 'requests sent twice with one Idempotency-Key (0.05)'],
  area: ['--area <s,w,n,e>', "area of the rides in degrees (the built-in city's)"],
  riderApiUrl: ['--rider-api-url <url>', 'URL of rider-api (http://127.0.0.1:8080)'],
  issuerUrl: ['--issuer-url <url>', 'URL of dev-issuer (http://127.0.0.1:8082)'],
  seed: ['--seed <number>', 'seed of places and choices (1)'],
};

/** `npm start --port N` puts rider-api on N, then driver-api, dev-issuer and trips on the next three ports. */
const ISSUER_PORT_OFFSET = 2;
const LAST_BASE_PORT = 65_532;

export function readCommandLine(argv: readonly string[]): CommandLine {
  const command = new Command('npm run load --')
    .description('Runs simulated riders (k6) against a running system; start one with `npm start` first.')
    .argument('[k6-arguments...]', 'arguments for `k6 run`, after a second --')
    .option('--json <file>', 'write the settings, versions and results to this file', pathArgument)
    .addOption(
      new Option('--port <n>', 'port given to `npm start -- --port <n>`; sets both URLs')
        .argParser(wholeNumber(1, LAST_BASE_PORT))
        .conflicts(['riderApiUrl', 'issuerUrl']),
    );
  const options = Object.entries(FLAGS).map(([setting, [flag, description]]) => {
    const variable = VARIABLES[setting as keyof LoadSettings];
    return { variable, option: new Option(flag, description).env(variable) };
  });
  for (const { option } of options) command.addOption(option);
  const { json, port, ...given } = command
    .parse(argv, { from: 'user' })
    .opts<{ json?: string; port?: number } & Record<string, string | undefined>>();
  const chosen = options.map(({ variable, option }) => [variable, given[option.attributeName()]] as const);
  return {
    environment: { ...process.env, ...Object.fromEntries(chosen), ...(port !== undefined && urlsOf(port)) },
    jsonFile: json,
    k6Arguments: command.args,
  };
}

function urlsOf(port: number): Record<string, string> {
  return {
    [VARIABLES.riderApiUrl]: `http://127.0.0.1:${port}`,
    [VARIABLES.issuerUrl]: `http://127.0.0.1:${port + ISSUER_PORT_OFFSET}`,
  };
}
