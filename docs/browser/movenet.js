// MoveNet in a web page: one person's keypoints, read from the model's heads in float as tendu reads them (docs/models.md).
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
const MARGIN = 1.25; // how much wider than what shows a closer look is
const LEG = 1.7; // so many torsos below the hips are the ankles
const UNSEEN = 2.5; // how much wider than what shows a look is where no torso does
const EDGE = 0.02; // of a window's side: a point so near its edge may stand for one beyond it
const STEADY = 0.03; // of a window's side: as far the next one may be, and twice as much larger, and the last one stays
const LOST = 0.25; // the confidence below which the person of a film is sought anew
export const REPORTED = 0.25; // the chance below which nobody is reported
const CONFIDENT = 0.2; // the least score of a keypoint that counts for a person's confidence

/** A model's file, ready to look, with what its card knows of its keypoints and confidence: both written by `tendu models save` and `tendu export`. */
export async function openModel(address) {
  const answer = await fetch(address, { method: "HEAD" });
  if (!answer.ok) throw new Error(`There is no ${address}. Write it: tendu models save tendu-thunder-192 model.tflite`);
  const model = await loadAndCompile(address, { accelerator: "wasm" });
  const channels = model.getOutputDetails().map(({ shape }) => shape.at(-1)); // of centre, heatmap, offset and regression
  const count = channels[1];
  if (String(channels) !== String([1, count, 2 * count, 2 * count])) {
    throw new Error("This model does not end in MoveNet's heads. Take one of tendu's: tendu models save tendu-thunder-192 model.tflite");
  }
  const side = model.getInputDetails()[0].shape[1];
  const beside = await fetch(address.replace(/tflite$/, "json"));
  const card = beside.ok ? await beside.json() : {};
  const { keypoints, bones } = card.skeleton ? own(card.skeleton) : { keypoints: KEYPOINTS, bones: BONES };
  if (keypoints.length !== count) {
    throw new Error(`This model finds ${count} keypoints, and its card names ${keypoints.length}. Put the .json beside it that tendu wrote with it.`);
  }
  return { model, side, keypoints, bones, calibration: card.calibration ?? null, canvas: new OffscreenCanvas(side, side) };
}

/** The keypoints of a card, and its bones as pairs of places among them. */
function own({ keypoints, bones }) {
  const places = bones.map((ends) => ends.map((name) => keypoints.indexOf(name)));
  return { keypoints, bones: places.filter((ends) => !ends.includes(-1)) };
}

/** The chance that a person is found rightly, by the model's card; null where that does not know it. */
export function chance({ calibration }, confidence) {
  if (!calibration) return null;
  const [slope, shift] = calibration;
  return score(slope * Math.log(confidence / (1 - confidence)) + shift);
}

/** The person in a photo: { points, confidence }, from a look at the whole and two closer ones. */
export async function find(opened, picture, width, height) {
  const looks = [];
  let window = whole(width, height);
  for (let turn = 0; turn < LOOKS; turn += 1) {
    looks.push(await look(opened, picture, window));
    window = fullBody(looks.at(-1).points, width, height);
  }
  const best = Math.max(...looks.map((one) => one.confidence));
  const kept = looks.findLast((one) => one.confidence >= WORSE * best);
  return { points: kept.points, confidence: looks.reduce((sum, one) => sum + one.confidence, 0) / LOOKS };
}

/** The person in the next frame of a film or camera: one look at where they were, two where they go on beyond it; as in a photo where they are lost. */
export async function follow(opened, picture, width, height, before) {
  if (!before || before.confidence < LOST) return find(opened, picture, width, height);
  const window = steady(fullBody(before.points, width, height), before.window);
  const seen = await look(opened, picture, window);
  if (!cutOff(seen.points, window, width, height)) return { ...seen, window };
  const moved = fullBody(seen.points, width, height);
  return { ...(await look(opened, picture, moved)), window: moved };
}

/** What one look at a window shows. */
export async function look({ model, side, keypoints, canvas }, picture, window) {
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
  const seen = read(keypoints, ...outputs.map((output) => output.toTypedArray()));
  for (const tensor of [input, ...outputs]) tensor.delete();
  const place = ({ x, y, ...point }) => ({ ...point, x: window.left + x * window.side, y: window.top + y * window.side });
  return { points: seen.points.map(place), confidence: seen.confidence };
}

/** The person nearest to the middle, x and y from 0 to 1 across the window. Heads are logits and cells, y before x. */
export function read(keypoints, centre, heatmap, offset, regression) {
  const [cells, count] = [Math.sqrt(centre.length), keypoints.length];
  const middle = highest(cells, centre, 1, 0, { y: cells / 2, x: cells / 2 }, 1.8);
  const points = keypoints.map((name, k) => {
    const at = 2 * ((middle.y * cells + middle.x) * count + k);
    const guess = { y: middle.y + regression[at], x: middle.x + regression[at + 1] };
    const peak = highest(cells, heatmap, count, k, guess, 3);
    // The place is the mean over 5 × 5 cells, each with its own offset, weighed by its score squared.
    let [x, y, sum] = [0, 0, 0];
    for (let row = Math.max(peak.y - 2, 0); row <= Math.min(peak.y + 2, cells - 1); row += 1) {
      for (let column = Math.max(peak.x - 2, 0); column <= Math.min(peak.x + 2, cells - 1); column += 1) {
        const at = (row * cells + column) * count + k;
        const weight = score(heatmap[at]) ** 2 + 1e-12;
        y += weight * (row + offset[2 * at]);
        x += weight * (column + offset[2 * at + 1]);
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

/** Round the whole body, a quarter wider, with room for what does not show yet, as far as the picture goes. */
function fullBody(points, width, height) {
  const likely = points.filter(isLikely);
  const shown = likely.length < 2 ? points : likely;
  const sides = (part) => points.filter(({ name }) => name === `left_${part}` || name === `right_${part}`);
  const has = { trunk: sides("shoulder").length && sides("hip").length, feet: sides("ankle").length };
  const [shoulders, hips, ankles] = ["shoulder", "hip", "ankle"].map((part) => sides(part).filter(isLikely));
  if (!has.trunk && 2 * likely.length >= points.length) return around(shown, MARGIN);
  const within = ({ x, y }) => ({ x: Math.min(Math.max(x, 0), width), y: Math.min(Math.max(y, 0), height) });
  if (!shoulders.length || !hips.length) {
    const { left, top, side } = around(shown, UNSEEN);
    return around([...shown, within({ x: left, y: top }), within({ x: left + side, y: top + side })], 1);
  }
  if (ankles.length || !has.feet) return around(shown, MARGIN);
  const [top, middle] = [mean(shoulders), mean(hips)];
  const feet = { x: middle.x + LEG * (middle.x - top.x), y: middle.y + LEG * (middle.y - top.y) };
  return around([...shown, within(feet)], MARGIN);
}

function isLikely(point) {
  return point.score > LIKELY;
}

function around(points, margin) {
  const [xs, ys] = ["x", "y"].map((axis) => points.map((point) => point[axis]));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const side = Math.max(margin * Math.max(right - left, bottom - top), 16);
  return { left: (left + right - side) / 2, top: (top + bottom - side) / 2, side };
}

function mean(points) {
  const total = (axis) => points.reduce((sum, point) => sum + point[axis], 0);
  return { x: total("x") / points.length, y: total("y") / points.length };
}

/** The last window where the wanted one is nearly the same: points shake less where a still body falls on the same pixels. */
function steady(wanted, last) {
  if (!last) return wanted;
  const middle = ({ left, top, side }) => [left + side / 2, top + side / 2];
  const [[x, y], [lastX, lastY]] = [middle(wanted), middle(last)];
  const near = Math.max(Math.abs(x - lastX), Math.abs(y - lastY)) < STEADY * last.side;
  return near && Math.abs(wanted.side / last.side - 1) < 2 * STEADY ? last : wanted;
}

/** Whether a person reaches an edge of the window they were seen in, beyond which the picture goes on. */
function cutOff(points, { left, top, side }, width, height) {
  const likely = points.filter(isLikely);
  const beyond = (axis, start, end) =>
    (start > 0 && likely.some((point) => point[axis] < start + EDGE * side)) ||
    (start + side < end && likely.some((point) => point[axis] > start + (1 - EDGE) * side));
  return beyond("x", left, width) || beyond("y", top, height);
}
