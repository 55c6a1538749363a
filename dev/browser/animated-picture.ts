import gifenc from 'gifenc';
import { PNG } from 'pngjs';

/** A GIF has at most so many colours. */
const MAX_COLOURS = 256;

/** Joins pictures of one size, as PNG, to an animated GIF that repeats for ever. */
export function animatedPicture(pictures: readonly Buffer[], frameMs: number): Uint8Array {
  const gif = gifenc.GIFEncoder();
  for (const picture of pictures) {
    const { data, width, height } = PNG.sync.read(picture);
    const palette = gifenc.quantize(data, MAX_COLOURS);
    gif.writeFrame(gifenc.applyPalette(data, palette), width, height, { palette, delay: frameMs });
  }
  gif.finish();
  return gif.bytes();
}
