import {
  BUS_ROLES,
  busTraffic,
  EVENT_STREAM,
  TRACK_STREAM,
  WEBHOOK_EVENT_CONSUMER,
  type BusRole,
} from '#libs/contracts';

/** Where every answer goes, and the only place where a handler sends one. */
const INBOX = '_INBOX';

/**
 * The subjects below which a role receives its answers. Each role has its own: below a common one every role would read
 * the answers to all others.
 */
export function inboxPrefixOf(role: BusRole): string {
  return `${INBOX}.${role}`;
}

/**
 * Whether a handler may answer to this subject. A handler answers with its own permissions, so a caller could otherwise
 * have `trips` publish on `shardmap` for it.
 */
export function isInbox(reply: string | undefined): boolean {
  return reply?.startsWith(`${INBOX}.`) ?? false;
}

/** What nats-server lets a role do. `*` is one part of a subject, `>` all further ones. */
export interface BusPermissions {
  publish: readonly string[];
  subscribe: readonly string[];
  /** May answer the requests it receives, each once. */
  answers: boolean;
}

/** JetStream is an API over subjects too: requests to the server, and acknowledgements of events. */
const STREAM_REQUESTS: Partial<Record<BusRole, readonly string[]>> = {
  trips: [
    `$JS.API.STREAM.INFO.${EVENT_STREAM}`,
    `$JS.API.STREAM.CREATE.${EVENT_STREAM}`,
    // `trips` makes the consumer of `webhooks`, who could otherwise have the server publish events on any subject.
    `$JS.API.CONSUMER.CREATE.${EVENT_STREAM}.${WEBHOOK_EVENT_CONSUMER}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${EVENT_STREAM}.${WEBHOOK_EVENT_CONSUMER}`,
    // `trips` makes the stream of traces, shortens it or deletes it as it is set, and reads one trip for an operator.
    ...['INFO', 'CREATE', 'UPDATE', 'DELETE'].map((verb) => `$JS.API.STREAM.${verb}.${TRACK_STREAM}`),
    `$JS.API.DIRECT.GET.${TRACK_STREAM}`,
  ],
  webhooks: [
    `$JS.API.CONSUMER.INFO.${EVENT_STREAM}.${WEBHOOK_EVENT_CONSUMER}`,
    `$JS.API.CONSUMER.MSG.NEXT.${EVENT_STREAM}.${WEBHOOK_EVENT_CONSUMER}`,
    `$JS.ACK.${EVENT_STREAM}.${WEBHOOK_EVENT_CONSUMER}.>`,
  ],
  operator: [
    '$JS.API.INFO',
    `$JS.API.STREAM.*.${EVENT_STREAM}`,
    `$JS.API.STREAM.*.${TRACK_STREAM}`,
    `$JS.API.STREAM.MSG.*.${EVENT_STREAM}`,
    `$JS.API.DIRECT.GET.${EVENT_STREAM}.>`,
    `$JS.API.CONSUMER.*.${EVENT_STREAM}.>`,
    `$JS.API.CONSUMER.MSG.NEXT.${EVENT_STREAM}.>`,
    `$JS.ACK.${EVENT_STREAM}.>`,
    `$JS.FC.${EVENT_STREAM}.>`,
  ],
};

/** The permissions of a role, from what the contracts declare. */
export function permissionsOf(role: BusRole): BusPermissions {
  const traffic = busTraffic();
  const received = traffic.filter(({ to }) => to.includes(role)).map(({ pattern }) => pattern);
  return {
    publish: [
      ...traffic.filter(({ from }) => from.includes(role)).map(({ pattern }) => pattern),
      ...(STREAM_REQUESTS[role] ?? []),
    ].toSorted(),
    subscribe: [...received, `${inboxPrefixOf(role)}.>`].toSorted(),
    answers: received.length > 0,
  };
}

/** How long a handler may take to answer: longer than every command's deadline. */
const ANSWER_LIMIT = '2m';

/** Who may log in to nats-server: for each role the public half of its NKey, or a variable of the server's environment. */
export type PublicKeys = Readonly<Record<BusRole, string>>;

/**
 * The block `authorization` of nats-server's configuration. Whoever has no key is refused. `further` are users beside the
 * roles, as lines of the configuration.
 */
export function renderAuthorization(keys: PublicKeys, further: readonly string[] = []): string {
  const users = BUS_ROLES.map((role) => renderUser(role, keys[role]));
  return ['authorization {', '  timeout: 5', '  users: [', ...users, ...further, '  ]', '}', ''].join('\n');
}

function renderUser(role: BusRole, key: string): string {
  const { publish, subscribe, answers } = permissionsOf(role);
  return [
    `    # ${role}`,
    '    {',
    `      nkey: ${key}`,
    '      permissions: {',
    `        publish: { allow: [${listed(publish)}        ] }`,
    `        subscribe: { allow: [${listed(subscribe)}        ] }`,
    ...(answers ? [`        allow_responses: { max: 1, expires: "${ANSWER_LIMIT}" }`] : []),
    '      }',
    '    }',
  ].join('\n');
}

function listed(subjects: readonly string[]): string {
  return `\n${subjects.map((subject) => `          "${subject}"\n`).join('')}`;
}
