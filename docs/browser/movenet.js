// MoveNet in a web page: one person's 17 keypoints, read from the model's heads in float as tendu reads them (docs/models.md).
// Pictures are what a canvas can draw; windows are squares { left, top, side } in their pixels; points are in their pixels too.
import { Tensor, loadAndCompile } from "@litertjs/core";

export const KEYPOINTS = [
  "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
  "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
];

export const BONES = [
  [0, 1], [0, 2], [1, 3], [2, 4], [0, 5], [0, 6], [5, 6], [5, 7], [7, 9], [6, 8], [8, 10], [5, 11], [6, 12], [11, 12], [11, 13], [13, 15],
  [12, 14], [14, 16],
];

const LOOKS = 3; // at a photo, each closer than the one before
const WORSE = 0.6; // the last look is kept unless it is less than this part as sure as the best
const LIKELY = 0.1; // the least score of a keypoint that chooses the next window
const CONFIDENT = 0.2; // the least score of a keypoint that counts for a person's confidence

/** A model's file, ready to look: written by `tendu models save`, which lets it end in four float heads. */
export async function openModel(address) {
  const model = await loadAndCompile(address, { accelerator: "wasm" });
  const side = model.getInputDetails()[0].shape[1];
  return { model, side, canvas: new OffscreenCanvas(side, side) };
}

/** The person in a photo: { points, confidence }, from a look at the whole and two closer ones. */
export async function find(opened, picture, width, height) {
  const looks = [];
  let window = whole(width, height);
  for (let turn = 0; turn < LOOKS; turn += 1) {
    looks.push(await look(opened, picture, window));
    window = closer(looks.at(-1).points);
  }
  const best = Math.max(...looks.map((one) => one.confidence));
  const kept = looks.findLast((one) => one.confidence >= WORSE * best);
  return { points: kept.points, confidence: looks.reduce((sum, one) => sum + one.confidence, 0) / LOOKS };
}

/** The person in the next frame of a film or camera: one look at where they were, or the looks at a photo where that is not known. */
export async function follow(opened, picture, width, height, before) {
  const window = before && crop(before.points, width, height);
  return window ? look(opened, picture, window) : find(opened, picture, width, height);
}

/** What one look at a window shows. */
export async function look({ model, side, canvas }, picture, window) {
  const scale = side / window.side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.resetTransform();
  context.fillStyle = "black"; // what lies outside the picture
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  context.setTransform(scale, 0, 0, scale, -window.left * scale, -window.top * scale);
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, side, side);
  const rgb = Uint8Array.from(data.filter((_, place) => place % 4 < 3)); // without its alpha
  const input = new Tensor(rgb, [1, side, side, 3]);
  const outputs = await model.run(input);
  const [centre, heatmap, offset, regression] = outputs.map((output) => output.toTypedArray());
  const seen = read(centre, heatmap, offset, regression);
  for (const tensor of [input, ...outputs]) tensor.delete();
  const place = ({ x, y, ...point }) => ({ ...point, x: window.left + x * window.side, y: window.top + y * window.side });
  return { points: seen.points.map(place), confidence: seen.confidence };
}

/** The person nearest to the middle, x and y from 0 to 1 across the window. Heads are logits and cells, y before x. */
export function read(centre, heatmap, offset, regression) {
  const cells = Math.sqrt(centre.length);
  const middle = highest(cells, centre, 1, 0, { y: cells / 2, x: cells / 2 }, 1.8);
  const points = KEYPOINTS.map((name, k) => {
    const at = (middle.y * cells + middle.x) * 34 + 2 * k;
    const guess = { y: middle.y + regression[at], x: middle.x + regression[at + 1] };
    const peak = highest(cells, heatmap, 17, k, guess, 3);
    // The place is the mean over 5 × 5 cells, each with its own offset, weighed by its score squared.
    let [x, y, sum] = [0, 0, 0];
    for (let row = Math.max(peak.y - 2, 0); row <= Math.min(peak.y + 2, cells - 1); row += 1) {
      for (let column = Math.max(peak.x - 2, 0); column <= Math.min(peak.x + 2, cells - 1); column += 1) {
        const cell = row * cells + column;
        const weight = score(heatmap[cell * 17 + k]) ** 2 + 1e-12;
        y += weight * (row + offset[cell * 34 + 2 * k]);
        x += weight * (column + offset[cell * 34 + 2 * k + 1]);
        sum += weight;
      }
    }
    return { name, x: x / sum / cells, y: y / sum / cells, score: peak.score };
  });
  const scores = points.map((point) => point.score);
  const sure = scores.filter((one) => one > CONFIDENT);
  const mean = sure.length ? sure.reduce((sum, one) => sum + one, 0) / sure.length : Math.max(...scores);
  return { points, confidence: Math.sqrt(middle.score * mean) };
}

/** The cell of a map whose score / (distance to a place + bias) is most. */
function highest(cells, map, channels, channel, place, bias) {
  let best = { weight: -1 };
  for (let y = 0; y < cells; y += 1) {
    for (let x = 0; x < cells; x += 1) {
      const here = score(map[(y * cells + x) * channels + channel]);
      const weight = here / (Math.hypot(y - place.y, x - place.x) + bias);
      if (weight > best.weight) best = { weight, y, x, score: here };
    }
  }
  return best;
}

function score(logit) {
  return 1 / (1 + Math.exp(-logit));
}

function whole(width, height) {
  const side = Math.max(width, height);
  return { left: (width - side) / 2, top: (height - side) / 2, side };
}

/** Round the likely keypoints, a quarter wider. */
function closer(points) {
  const likely = points.filter((point) => point.score > LIKELY);
  const [xs, ys] = ["x", "y"].map((axis) => (likely.length < 2 ? points : likely).map((point) => point[axis]));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const side = Math.max(1.25 * Math.max(right - left, bottom - top), 16);
  return { left: (left + right - side) / 2, top: (top + bottom - side) / 2, side };
}

/** MoveNet's published rule (tfjs-models, crop_utils.ts): round the middle of the hips; nothing where the torso is not seen. */
function crop(points, width, height) {
  const [shoulders, hips] = [points.slice(5, 7), points.slice(11, 13)];
  const seen = (point) => point.score > CONFIDENT;
  if (!shoulders.some(seen) || !hips.some(seen)) return null;
  const x = (hips[0].x + hips[1].x) / 2;
  const y = (hips[0].y + hips[1].y) / 2;
  const reach = (some) => Math.max(...some.map((point) => Math.max(Math.abs(point.x - x), Math.abs(point.y - y))));
  const wanted = Math.max(1.9 * reach([...shoulders, ...hips]), 1.2 * reach(points.filter(seen)));
  const half = Math.min(wanted, Math.max(x, width - x, y, height - y));
  return half > Math.max(width, height) / 2 ? null : { left: x - half, top: y - half, side: 2 * half };
}
