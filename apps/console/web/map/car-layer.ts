import type { CustomLayerInterface, Map as MapLibreMap } from 'maplibre-gl';
import { CAR_STATUSES, type CarStatus } from '../../protocol/car-frame.ts';
import type { ShownCar } from './car-store.ts';
import { CAR_FRAGMENT_SHADER, CAR_VERTEX_SHADER } from './car-shaders.ts';
import { mercatorOf } from './mercator.ts';

/** Numbers a car takes in the buffer: way (4), turn and time (4), look (3). */
const NUMBERS_A_CAR = 11;
/** With more cars than this in view each is drawn smaller. */
const MANY_CARS = 3_000;
/** Side of a tile at zoom 0, in CSS pixels. */
const TILE_PX = 512;

type Rgb = readonly [red: number, green: number, blue: number];

export interface CarColours {
  status: Readonly<Record<CarStatus, Rgb>>;
  edge: Rgb;
  selected: Rgb;
}

/**
 * Draws all cars by one call. The graphics processor glides and turns them: a frame costs the same for ten cars and for ten
 * thousand, and the page copies them once an update. Needs a map without pitch and turn.
 */
export class CarLayer implements CustomLayerInterface {
  readonly id = 'cars';
  readonly type = 'custom';
  private map: MapLibreMap | undefined;
  private gl: WebGL2RenderingContext | undefined;
  private program: WebGLProgram | undefined;
  private vertices: WebGLVertexArrayObject | undefined;
  private buffer: WebGLBuffer | undefined;
  private numbers = new Float32Array(0);
  private count = 0;
  private anchor = { x: 0, y: 0 };
  private copiedAtMs = 0;

  constructor(public colours: CarColours) {}

  onAdd(map: MapLibreMap, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    this.map = map;
    this.gl = gl;
    this.program = programOf(gl);
    this.vertices = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    let at = 0;
    for (const [index, size] of [4, 4, 3].entries()) {
      gl.enableVertexAttribArray(index);
      gl.vertexAttribPointer(
        index,
        size,
        gl.FLOAT,
        false,
        NUMBERS_A_CAR * Float32Array.BYTES_PER_ELEMENT,
        at * Float32Array.BYTES_PER_ELEMENT,
      );
      at += size;
    }
    gl.bindVertexArray(null);
    this.upload();
  }

  onRemove(_map: MapLibreMap, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    if (this.program !== undefined) gl.deleteProgram(this.program);
    if (this.buffer !== undefined) gl.deleteBuffer(this.buffer);
    if (this.vertices !== undefined) gl.deleteVertexArray(this.vertices);
    this.gl = undefined;
  }

  /** Takes over where cars come from and go to. Returns when the last one arrives. */
  setCars(cars: Iterable<ShownCar>, size: number, selected: string | undefined, nowMs: number): number {
    if (this.numbers.length < size * NUMBERS_A_CAR) this.numbers = new Float32Array(size * NUMBERS_A_CAR * 2);
    const centre = this.map?.getCenter();
    // Places are relative to the middle of the map: 32 bits are then fine enough at any zoom.
    if (centre !== undefined) this.anchor = mercatorOf(centre);
    this.copiedAtMs = nowMs;
    let at = 0;
    let lastMs = nowMs;
    for (const { uuid, status, headingDeg, glide } of cars) {
      const { from, to, startMs, durationMs } = glide;
      this.putPlace(at, from);
      this.putPlace(at + 2, to);
      this.numbers[at + 4] = radians(from.headingDeg);
      this.numbers[at + 5] = radians(to.headingDeg);
      this.numbers[at + 6] = startMs - nowMs;
      this.numbers[at + 7] = durationMs;
      this.numbers[at + 8] = CAR_STATUSES.indexOf(status);
      this.numbers[at + 9] = headingDeg === undefined ? 0 : 1;
      this.numbers[at + 10] = uuid === selected ? 1 : 0;
      at += NUMBERS_A_CAR;
      lastMs = Math.max(lastMs, startMs + durationMs);
    }
    this.count = at / NUMBERS_A_CAR;
    this.upload();
    return lastMs;
  }

  render(context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    const { map, program } = this;
    if (map === undefined || program === undefined || this.count === 0) return;
    const canvas = map.getCanvas();
    const zoom = map.getZoom();
    const centre = mercatorOf(map.getCenter());
    const worldPx = TILE_PX * 2 ** zoom;
    const dx = this.anchor.x - centre.x;
    gl.useProgram(program);
    const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
    gl.uniform2f(uniform('u_shift'), dx - Math.round(dx), this.anchor.y - centre.y);
    gl.uniform2f(
      uniform('u_scale'),
      (2 * worldPx) / canvas.clientWidth,
      (-2 * worldPx) / canvas.clientHeight,
    );
    gl.uniform1f(uniform('u_now'), performance.now() - this.copiedAtMs);
    gl.uniform1f(uniform('u_size'), sizePx(zoom, this.count) * (canvas.width / canvas.clientWidth));
    gl.uniform3fv(
      uniform('u_status'),
      CAR_STATUSES.flatMap((status) => [...this.colours.status[status]]),
    );
    gl.uniform3f(uniform('u_edge'), ...this.colours.edge);
    gl.uniform3f(uniform('u_selected'), ...this.colours.selected);
    gl.bindVertexArray(this.vertices ?? null);
    gl.drawArrays(gl.POINTS, 0, this.count);
    gl.bindVertexArray(null);
  }

  private putPlace(at: number, place: { lat: number; lng: number }): void {
    const { x, y } = mercatorOf(place);
    const dx = x - this.anchor.x;
    this.numbers[at] = dx - Math.round(dx);
    this.numbers[at + 1] = y - this.anchor.y;
  }

  private upload(): void {
    const { gl, buffer } = this;
    if (gl === undefined || buffer === undefined) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.numbers.subarray(0, this.count * NUMBERS_A_CAR), gl.DYNAMIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
  }
}

function radians(deg: number): number {
  return (deg * Math.PI) / 180;
}

/** Small from afar, large close by; and smaller among many, which also spares a processor that draws by itself. */
function sizePx(zoom: number, cars: number): number {
  const size = Math.min(28, Math.max(8, 8 + (zoom - 10.5) * 4));
  return cars > MANY_CARS ? Math.max(7, size * 0.65) : size;
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, CAR_VERTEX_SHADER],
    [gl.FRAGMENT_SHADER, CAR_FRAGMENT_SHADER],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error('the browser makes no shader');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (gl.getShaderParameter(shader, gl.COMPILE_STATUS) !== true && !gl.isContextLost())
      throw new Error(`the shader of cars does not compile: ${gl.getShaderInfoLog(shader) ?? ''}`);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return program;
}
