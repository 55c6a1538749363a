import gifenc from 'gifenc';
import { PNG } from 'pngjs';

// A CommonJS package, whose names Node does not see.
// oxlint-disable-next-line import/no-named-as-default-member
const { GIFEncoder, quantize, applyPalette } = gifenc;

/** A GIF has at most so many colours. */
const MAX_COLOURS = 256;

/** Joins pictures of one size, as PNG, to an animated GIF that repeats for ever. */
export function animatedPicture(pictures: readonly Buffer[], frameMs: number): Uint8Array {
  const gif = GIFEncoder();
  for (const picture of pictures) {
    const { data, width, height } = PNG.sync.read(picture);
    const palette = quantize(data, MAX_COLOURS);
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay: frameMs });
  }
  gif.finish();
  return gif.bytes();
}
