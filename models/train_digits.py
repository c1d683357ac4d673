"""Trains the small convolutional network `cnn_digits` in numpy: Adam on the cross entropy.

Images are shifted by up to half a pixel and get some noise, afresh each time. This and the constants were chosen on parts of the
training samples, never on the test samples.
"""
import numpy as np

EPOCHS, BATCH, RATE, DECAY, NOISE = 100, 32, 1e-2, 1e-3, 0.1


def train(images, labels, seed=0):
    """Weights and biases of two 3x3 convolutions and two dense layers, in turn; `images` are [samples, 1, 8, 8]."""
    rng = np.random.default_rng(seed)
    he = lambda *shape: rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
    parameters = [he(8, 1, 3, 3), np.zeros(8), he(16, 8, 3, 3), np.zeros(16), he(32, 64), np.zeros(32), he(10, 32), np.zeros(10)]
    first, second = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    step, steps = 0, EPOCHS * (len(images) // BATCH)
    for _ in range(EPOCHS):
        order = rng.permutation(len(images))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[at:at + BATCH]
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for p, m, v, slope in zip(parameters, first, second, slopes(parameters, varied(images[batch], rng), labels[batch])):
                m += 0.1 * (slope - m)
                v += 0.001 * (slope * slope - v)
                p -= rate * (m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8) + DECAY * p)
    return parameters


def varied(images, rng):
    """Each image moved by up to half a pixel both ways, with noise."""
    by = rng.uniform(-0.5, 0.5, (len(images), 2, 1))
    rows, columns = np.concatenate([np.maximum(by, 0), 1 - abs(by), np.maximum(-by, 0)], 2).transpose(1, 0, 2)
    moved = np.einsum("nchwij,ni,nj->nchw", windows(images), rows, columns, optimize=True)
    return moved + rng.normal(0, NOISE, images.shape)


def slopes(parameters, x, labels):
    """Gradient of the mean cross entropy in every parameter."""
    w1, b1, w2, b2, w3, b3, w4, b4 = parameters
    a1, taps1 = convolve(x, w1, b1)
    p1, kept1 = pool(np.maximum(a1, 0))
    a2, taps2 = convolve(p1, w2, b2)
    p2, kept2 = pool(np.maximum(a2, 0))
    flat = p2.reshape(len(x), -1)
    a3 = flat @ w3.T + b3
    h3 = np.maximum(a3, 0)
    y = h3 @ w4.T + b4
    d4 = np.exp(y - y.max(1, keepdims=True))
    d4 /= d4.sum(1, keepdims=True)
    d4[np.arange(len(x)), labels] -= 1
    d4 /= len(x)
    d3 = (d4 @ w4) * (a3 > 0)
    d2 = unpool((d3 @ w3).reshape(p2.shape), kept2) * (a2 > 0)
    # Back through a convolution is a convolution with the turned weights.
    back = convolve(d2, w2.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1], np.zeros(w2.shape[1]))[0]
    d1 = unpool(back, kept1) * (a1 > 0)
    over = lambda d, taps, w: np.einsum("nohw,nhwk->ok", d, taps, optimize=True).reshape(w.shape)
    return [over(d1, taps1, w1), d1.sum((0, 2, 3)), over(d2, taps2, w2), d2.sum((0, 2, 3)),
            d3.T @ flat, d3.sum(0), d4.T @ h3, d4.sum(0)]


def convolve(x, w, b):
    """3x3, padded by 1; also the taps that each output sees, [samples, rows, columns, channels * 9]."""
    taps = windows(x).transpose(0, 2, 3, 1, 4, 5).reshape(len(x), *x.shape[2:], -1)
    return (taps @ w.reshape(len(w), -1).T + b).transpose(0, 3, 1, 2), taps


def windows(x):
    """The 3x3 cells around each cell, [samples, channels, rows, columns, 3, 3]."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), (2, 3))


def pool(x):
    """Largest of each 2x2 window, and which of its cells that is."""
    n, c, h, w = x.shape
    cells = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)
    return cells.max(-1), np.eye(4)[cells.argmax(-1)]


def unpool(d, kept):
    n, c, h, w = d.shape
    return (d[..., None] * kept).reshape(n, c, h, w, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, 2 * h, 2 * w)
