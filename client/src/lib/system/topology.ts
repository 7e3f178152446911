/** Where the parts of the system are on the map, and how the ways between them run. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A cubic Bézier curve: its ends, and the two points that pull it. */
export type Curve = readonly [Point, Point, Point, Point];
export type Point = readonly [x: number, y: number];

export interface WorkerPlace {
  box: Box;
  claimed: Curve;
  completed: Curve;
  returned: Curve;
}

export interface Topology {
  width: number;
  height: number;
  client: Box;
  server: Box;
  redis: Box;
  postgres: Box;
  workers: WorkerPlace[];
  requests: Curve;
  enqueued: Curve;
  recorded: Curve;
  /** Inside Redis: from the queue to the dead letters. */
  dead: Curve;
  /** From the workers to PostgreSQL; nothing is seen moving here. */
  longValues: Curve;
}

/** CSS pixels of the page's column from which on the parts stand side by side. */
export const WIDE_FROM = 860;

/** Inside the box of Redis, from its top left; as drawn by RedisBox.svelte. */
export const REDIS = {
  width: 270,
  height: 344,
  queue: { x: 14, y: 58, width: 242, height: 142 },
  cache: { x: 44, y: 228, width: 212, height: 42 },
  dead: { x: 14, y: 288, width: 242, height: 42 }
} as const;

const WORKER_HEIGHT = 92;
const WORKER_GAP = 14;

/** The map for a column of this width: side by side, or one below the other on a phone. */
export function topologyFor(columnWidth: number, workers: number): Topology {
  return columnWidth >= WIDE_FROM ? wide(workers) : tall(workers);
}

function wide(count: number): Topology {
  const column = count * (WORKER_HEIGHT + WORKER_GAP) - WORKER_GAP;
  const height = Math.max(466, column + 16);
  const redis = { x: 452, y: 8, width: REDIS.width, height: REDIS.height };
  const middle = redis.y + REDIS.queue.y + REDIS.queue.height / 2;
  const client = { x: 2, y: middle - 31, width: 132, height: 62 };
  const server = { x: 222, y: middle - 52, width: 150, height: 104 };
  const postgres = { x: 452, y: 394, width: REDIS.width, height: 64 };
  const top = Math.max(8, redis.y + (redis.height - column) / 2);
  const places = Array.from({ length: count }, (_, at) => {
    const box = {
      x: 856,
      y: top + at * (WORKER_HEIGHT + WORKER_GAP),
      width: 222,
      height: WORKER_HEIGHT
    };
    return wideWorker(redis, box);
  });
  const lowest = places.at(-1)?.box ?? { x: 856, y: 200, width: 222, height: WORKER_HEIGHT };
  return {
    ...{ width: 1_080, height, client, server, redis, postgres, workers: places },
    requests: across([right(client), middle], [server.x, middle]),
    enqueued: across([right(server), middle], [redis.x + REDIS.queue.x, middle]),
    recorded: bend([server.x + 75, bottom(server)], [postgres.x, postgres.y + 32]),
    dead: deadWay(redis),
    longValues: across([lowest.x, lowest.y + 82], [right(postgres), postgres.y + 32])
  };
}

function wideWorker(redis: Box, box: Box): WorkerPlace {
  const queue = redis.x + REDIS.queue.x + REDIS.queue.width;
  const cache = redis.x + REDIS.cache.x + REDIS.cache.width;
  const y = redis.y + REDIS.queue.y;
  const completedY = redis.y + REDIS.cache.y + REDIS.cache.height / 2;
  return {
    box,
    claimed: across([queue, y + 48], [box.x, box.y + 22]),
    returned: across([box.x, box.y + 46], [queue, y + 100]),
    completed: across([box.x, box.y + 70], [cache, completedY])
  };
}

function tall(count: number): Topology {
  const client = { x: 104, y: 2, width: 150, height: 64 };
  const server = { x: 92, y: 122, width: 174, height: 92 };
  const redis = { x: 44, y: 276, width: REDIS.width, height: REDIS.height };
  const first = bottom(redis) + 74;
  const places = Array.from({ length: count }, (_, at) => {
    const alone = at === count - 1 && at % 2 === 0;
    const x = alone ? 92 : at % 2 === 0 ? 2 : 184;
    return tallWorker(redis, {
      x,
      y: first + Math.floor(at / 2) * (WORKER_HEIGHT + 28),
      width: 172,
      height: WORKER_HEIGHT
    });
  });
  const lowest = places.at(-1)?.box ?? { x: 92, y: first, width: 172, height: 0 };
  const postgres = { x: 44, y: bottom(lowest) + 46, width: REDIS.width, height: 64 };
  return {
    ...{ width: 358, height: bottom(postgres) + 2, client, server, redis, postgres },
    workers: places,
    requests: down([179, bottom(client)], [179, server.y]),
    enqueued: down([179, bottom(server)], [179, redis.y + REDIS.queue.y]),
    recorded: around([server.x, server.y + 70], [postgres.x, postgres.y + 32], 14),
    dead: deadWay(redis),
    longValues: down([179, bottom(lowest)], [179, postgres.y])
  };
}

function tallWorker(redis: Box, box: Box): WorkerPlace {
  const middle = box.x + box.width / 2;
  return {
    box,
    claimed: down([120, bottom(redis)], [middle - 40, box.y]),
    returned: down([middle, box.y], [179, bottom(redis)]),
    completed: down([middle + 40, box.y], [238, bottom(redis)])
  };
}

function deadWay(redis: Box): Curve {
  const x = redis.x + 29;
  const from = redis.y + REDIS.queue.y + REDIS.queue.height;
  return down([x, from], [x, redis.y + REDIS.dead.y]);
}

const right = ({ x, width }: Box) => x + width;
const bottom = ({ y, height }: Box) => y + height;

/** Leaves and arrives level. */
function across([x1, y1]: Point, [x2, y2]: Point): Curve {
  const middle = (x1 + x2) / 2;
  return [
    [x1, y1],
    [middle, y1],
    [middle, y2],
    [x2, y2]
  ];
}

/** Leaves and arrives upright. */
function down([x1, y1]: Point, [x2, y2]: Point): Curve {
  const middle = (y1 + y2) / 2;
  return [
    [x1, y1],
    [x1, middle],
    [x2, middle],
    [x2, y2]
  ];
}

/** Leaves upright, arrives level. */
function bend([x1, y1]: Point, [x2, y2]: Point): Curve {
  return [
    [x1, y1],
    [x1, y2],
    [x1, y2],
    [x2, y2]
  ];
}

/** Leaves to the left, reaches out to x half-way, arrives from the left. */
function around([x1, y1]: Point, [x2, y2]: Point, x: number): Curve {
  const pull = (8 * x - x1 - x2) / 6;
  return [
    [x1, y1],
    [pull, y1],
    [pull, y2],
    [x2, y2]
  ];
}

export function pathOf([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]: Curve): string {
  return `M${x0} ${y0}C${x1} ${y1} ${x2} ${y2} ${x3} ${y3}`;
}

/** The point at this share of a curve's parameter, by de Casteljau's polynomial. */
export function pointAt([p0, p1, p2, p3]: Curve, share: number): Point {
  const rest = 1 - share;
  const [a, b, c, d] = [rest ** 3, 3 * rest ** 2 * share, 3 * rest * share ** 2, share ** 3];
  return [
    a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0],
    a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1]
  ];
}

/** Dots as one path: strokes of no length, which round caps make round. */
export function dotsPath(curve: Curve, shares: readonly number[]): string {
  return shares
    .map((share) => pointAt(curve, share))
    .map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`)
    .join('');
}
