"""Attention and rotary embeddings."""
import numpy as np

from formulas import Unstated, formula


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def heads_of(x, heads):
    return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(0, 2, 1, 3)


def flat(x):
    return x.transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)


def turned(x, cos, sin, interleaved):
    """x [.., D] turned in pairs: neighbours, or one of each half; what lies behind the pairs stays."""
    half = cos.shape[-1]
    own, rest = x[..., :2 * half], x[..., 2 * half:]
    a, b = (own[..., 0::2], own[..., 1::2]) if interleaved else (own[..., :half], own[..., half:])
    first, second = a * cos - b * sin, a * sin + b * cos
    y = np.stack([first, second], axis=-1).reshape(own.shape) if interleaved else np.concatenate([first, second], axis=-1)
    return np.concatenate([y, rest], axis=-1)


@formula('RotaryEmbedding')
def rotary(case):
    x, cos, sin = case.real(0), case.real(1), case.real(2)
    own = heads_of(x, int(case.attr('num_heads'))) if x.ndim == 3 else x
    if case.has(3):
        cos, sin = cos[case.raw(3)], sin[case.raw(3)]
    y = turned(own, cos[:, None], sin[:, None], bool(case.attr('interleaved', 0)))
    return flat(y) if x.ndim == 3 else y


@formula('com.microsoft.RotaryEmbedding')
def contrib_rotary(case):
    x, places, cos, sin = case.real(0), case.raw(1), case.real(2), case.real(3)
    depth = int(case.attr('rotary_embedding_dim', 0)) or 2 * cos.shape[1]
    own = x if x.ndim == 4 else heads_of(x, int(case.attr('num_heads', 0)) or x.shape[2] // depth)
    if places.size == 1 and places.ndim == 1:
        places = places[0] + np.tile(np.arange(own.shape[2]), (own.shape[0], 1))
    y = turned(own, cos[places][:, None], sin[places][:, None], bool(case.attr('interleaved', 0)))
    return y if x.ndim == 4 else flat(y)


@formula('Attention')
def standard(case):
    q, k, v = (case.real(i) for i in range(3))
    is_flat = q.ndim == 3
    if is_flat:
        q, k, v = (heads_of(x, int(case.attr(name))) for x, name in ((q, 'q_num_heads'), (k, 'kv_num_heads'), (v, 'kv_num_heads')))
    before = case.raw(4).shape[2] if case.has(4) else 0
    if case.has(4):
        k, v = np.concatenate([case.real(4), k], axis=2), np.concatenate([case.real(5), v], axis=2)
    each = q.shape[1] // k.shape[1]
    scale = np.float32(case.attr('scale', 1 / np.sqrt(q.shape[-1])))
    scores = [q @ np.repeat(k, each, axis=1).transpose(0, 1, 3, 2) * scale]
    cap = np.float32(case.attr('softcap', 0))
    scores.append(cap * np.tanh(scores[0] / cap) if cap else scores[0])
    rows, keys = scores[0].shape[2:]
    masked = scores[1].copy()
    if case.has(3):
        mask = case.raw(3)
        masked = masked + (np.where(mask, 0, -np.inf) if mask.dtype == bool else mask.astype(np.float64))
    lengths = case.raw(6)
    for b in range(q.shape[0]):
        offset = before if lengths is None else int(lengths[b]) - rows
        for r in range(rows):
            if case.attr('is_causal', 0):
                masked[b, :, r, max(r + offset + 1, 0):] = -np.inf
        if lengths is not None:
            masked[b, :, :, int(lengths[b]):] = -np.inf
    scores.append(masked)
    scores.append(softmax(masked))
    y = scores[3] @ np.repeat(v, each, axis=1)
    return flat(y) if is_flat else y, k if case.outputs > 1 else None, v if case.outputs > 2 else None, scores[int(case.attr('qk_matmul_output_mode', 0))]


@formula('com.microsoft.GroupQueryAttention')
def grouped(case):
    heads, key_heads = int(case.attr('num_heads')), int(case.attr('kv_num_heads'))
    if case.attr('k_quant_type') is not None:
        raise Unstated('a quantized cache')
    if not case.has(1):
        packed = heads_of(case.real(0), heads + 2 * key_heads)
        q, k, v = packed[:, :heads], packed[:, heads:heads + key_heads], packed[:, heads + key_heads:]
    else:
        q, k, v = heads_of(case.real(0), heads), heads_of(case.real(1), key_heads), heads_of(case.real(2), key_heads)
    batch, rows, total = q.shape[0], q.shape[2], int(case.raw(6).reshape(-1)[0])
    if k.shape[2] != rows or (not case.has(3) and rows != total):
        raise Unstated('keys that lie in the cache alone')
    lengths = case.raw(5).reshape(-1).astype(int) + 1
    prompt = rows == total
    window, cap = int(case.attr('local_window_size', -1)), np.float32(case.attr('softcap', 0))
    scale = np.float32(case.attr('scale', 0)) or 1 / np.sqrt(q.shape[-1])
    causal, smooth = case.attr('causal', 1), case.attr('smooth_softmax', 0)
    y = np.zeros(q.shape)
    for b in range(batch):
        before = 0 if prompt else lengths[b] - rows
        if not prompt and not case.has(3):
            raise Unstated('a step without a cache')
        own_q, own_k = q[b], k[b]
        if case.attr('do_rotary', 0):
            # A prompt's positions are counted from the first that is given, for all sequences.
            given = case.raw(9)
            places = before + np.arange(rows) if given is None else given.reshape(-1)[0] + np.arange(rows) if prompt else given[b]
            cos, sin = case.real(7)[places], case.real(8)[places]
            own_q, own_k = (turned(x, cos, sin, bool(case.attr('rotary_interleaved', 0))) for x in (own_q, own_k))
        past_k, past_v = (case.real(i)[b][:, :before] if case.has(i) else np.zeros((key_heads, 0, q.shape[-1])) for i in (3, 4))
        all_k, all_v = np.concatenate([past_k, own_k], axis=1), np.concatenate([past_v, v[b]], axis=1)
        seen = lengths[b]
        for h in range(heads):
            g = h // (heads // key_heads)
            for r in range(rows):
                last = before + r if causal else seen - 1
                if last >= seen and prompt:
                    continue
                first = max(0, last - window + 1) if window > 0 else 0
                s = own_q[h, r] @ all_k[g, first:last + 1].T * scale
                s = cap * np.tanh(s / cap) if cap else s
                if case.has(10):
                    bias = case.real(10)
                    s = s + bias[b % bias.shape[0], h % bias.shape[1], r, first:last + 1]
                sink = case.real(11)[h] if case.has(11) else 0.0 if smooth else None
                top = max(s.max(), sink) if sink is not None else s.max()
                e = np.exp(s - top)
                y[b, h, r] = e / (e.sum() + (np.exp(sink - top) if sink is not None else 0)) @ all_v[g, first:last + 1]
    if prompt and (lengths != total).any():
        raise Unstated('rows of padding')
    return flat(y)


@formula('com.microsoft.QAttention')
def quantized(case):
    x, w, bias = case.real(0), case.real(1), case.real(2)
    x = (x - case.real(6, 0)) * case.real(3)
    w = (w - case.real(7, 0)) * case.real(4)
    heads = int(case.attr('num_heads'))
    q, k, v = (heads_of(part, heads) for part in np.split(x @ w + bias, 3, axis=-1))
    if case.has(8):
        k, v = (np.concatenate([past, own], axis=2) for past, own in zip(case.real(8), (k, v)))
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
    rows, keys = scores.shape[2:]
    hidden = np.float32(case.attr('mask_filter_value', -10000.0))
    mask = case.raw(5)
    addend = np.zeros((q.shape[0], rows, keys))
    if mask is not None and mask.ndim == 1:
        for b in range(q.shape[0]):
            start = mask[q.shape[0] + b] if mask.size > q.shape[0] else 0
            addend[b, :, :start] = addend[b, :, mask[b]:] = hidden
    elif mask is not None:
        addend += np.where(mask[:, None] if mask.ndim == 2 else mask, 0, hidden)
    if case.attr('unidirectional', 0):
        later = np.arange(keys) > np.arange(rows)[:, None] + keys - rows
        if mask is not None:
            raise Unstated('a mask beside causality: their sum is a matter of the filter value')
        addend = np.where(later, -np.inf, addend)
    y = softmax(scores + addend[:, None]) @ v
    return flat(y), np.stack([k, v]) if case.outputs > 1 else None
