#!/usr/bin/python3
"""Trains a small model of each kind that the optimizer meets, on tasks made here, and writes it with its data.

    /usr/bin/python3 eng/kinds.py OUTDIR [NAME ...]      (no NAME: all; --list prints the names)

Each becomes OUTDIR/NAME/{model.onnx, calib.npz, search.npz, test.npz}, which `inference quantize --data OUTDIR/NAME --labels label` reads. Needs Debian's
python3-onnx, python3-torch and python3-sklearn.
"""
import io
import os
import sys
import warnings
import zlib

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

KINDS = {}
CALIB, SEARCH, TEST, TRAIN = 256, 1000, 2000, 2000
ALL = CALIB + SEARCH + TEST + TRAIN


def kind(name):
    def register(make):
        KINDS[name] = make
        return make
    return register


# Tasks: arrays of ALL rows, the last TRAIN of them for training.
def images(random, size=12, channels=1, classes=10, noise=0.8, dims=2):
    templates = random.standard_normal((classes, channels) + (size // 4,) * dims).astype(np.float32)
    for axis in range(dims):
        templates = templates.repeat(4, axis=2 + axis)
    label = random.integers(0, classes, ALL)
    x = templates[label] + noise * random.standard_normal((ALL,) + templates.shape[1:])
    return {'x': x.astype(np.float32)}, label.astype(np.int64)


def sentences(random, length=24, vocabulary=64, classes=4):
    """The class is that of the most frequent group of words, the last word hints at it too."""
    label = random.integers(0, classes, ALL)
    ids = random.integers(1, vocabulary, (ALL, length))
    own = random.random((ALL, length)) < 0.25
    group = 1 + label[:, None] + classes * random.integers(0, (vocabulary - 2) // classes, (ALL, length))
    ids = np.where(own, group, ids)
    return {'ids': ids.astype(np.int64)}, label.astype(np.int64)


def tags(random, length=20, vocabulary=40, classes=5):
    """A word's tag depends on it and on the word before."""
    ids = random.integers(0, vocabulary, (ALL, length))
    table = random.integers(0, classes, (vocabulary, 4))
    before = np.concatenate([np.zeros((ALL, 1), int), ids[:, :-1]], 1) % 4
    return {'ids': ids.astype(np.int64)}, table[ids, before].astype(np.int64)


def table(random, columns=20):
    x = random.standard_normal((ALL, columns)).astype(np.float32)
    w1, w2 = random.standard_normal((columns, 16)), random.standard_normal((16, 8))
    return x, np.tanh(x @ w1 / 3) @ w2


def fit(net, inputs, label, loss=F.cross_entropy, epochs=4, rate=2e-3, outputs=lambda y: y):
    tensors = [torch.from_numpy(a[-TRAIN:]) for a in inputs.values()]
    target = torch.from_numpy(label[-TRAIN:])
    optimizer = torch.optim.Adam(net.parameters(), rate)
    net.train()
    for _ in range(epochs):
        order = torch.randperm(TRAIN)
        for i in range(0, TRAIN, 50):
            rows = order[i:i + 50]
            optimizer.zero_grad()
            loss(outputs(net(*[t[rows] for t in tensors])), target[rows]).backward()
            optimizer.step()
    return net.eval()


def export(net, inputs, outputs=('y',), opset=16, axes=None):
    buffer = io.BytesIO()
    arrays = tuple(torch.from_numpy(a[:2]) for a in inputs.values())
    names = list(inputs) + list(outputs)
    torch.onnx.export(net, arrays, buffer, input_names=list(inputs), output_names=list(outputs), opset_version=opset, dynamic_axes={n: {0: 'N', **(axes or {}).get(n, {})} for n in names})
    return onnx.load_from_string(buffer.getvalue())


def conv(i, o, k=3, s=1, g=1, dims=2):
    return nn.Sequential((nn.Conv1d, nn.Conv2d, nn.Conv3d)[dims - 1](i, o, k, s, k // 2, groups=g, bias=False), (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[dims - 1](o), nn.ReLU())


class Add(nn.Module):
    def __init__(self, *parts):
        super().__init__()
        self.body = nn.Sequential(*parts)

    def forward(self, x):
        return x + self.body(x)


def pooled(features, classes=10, dims=2):
    return [(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)[dims - 1](1), nn.Flatten(), nn.Linear(features, classes)]


def cnn(*sizes, **task):
    parts = [conv(i, o, 3, 1 + (n > 0)) for n, (i, o) in enumerate(zip(sizes, sizes[1:]))]
    return nn.Sequential(*parts, *pooled(sizes[-1]))


@kind('mobile_cnn')
def mobile_cnn(random):
    inputs, label = images(random)

    def block(i, o, s):
        return nn.Sequential(conv(i, i * 2, 1), conv(i * 2, i * 2, 3, s, i * 2), nn.Conv2d(i * 2, o, 1, bias=False), nn.BatchNorm2d(o))
    net = nn.Sequential(conv(1, 16), block(16, 24, 2), Add(block(24, 24, 1)), block(24, 32, 2), Add(block(32, 32, 1)), *pooled(32))
    return export(fit(net, inputs, label), inputs), inputs, label


@kind('grouped_resnet')
def grouped_resnet(random):
    inputs, label = images(random, channels=3)
    net = nn.Sequential(conv(3, 32), Add(conv(32, 32, 3, 1, 4), conv(32, 32, 1)), conv(32, 64, 3, 2), Add(conv(64, 64, 3, 1, 8), conv(64, 64, 1)), *pooled(64))
    return export(fit(net, inputs, label), inputs), inputs, label


class Attention(nn.Module):
    def __init__(self, width, heads=4, causal=False):
        super().__init__()
        self.norm, self.qkv, self.out, self.heads, self.causal = nn.LayerNorm(width), nn.Linear(width, width * 3), nn.Linear(width, width), heads, causal
        self.norm2, self.up, self.down = nn.LayerNorm(width), nn.Linear(width, width * 4), nn.Linear(width * 4, width)

    def forward(self, x):
        n, t, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / (w // self.heads) ** 0.5
        if self.causal:
            scores = scores + torch.full((t, t), -1e4).triu(1)
        x = x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, w))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Vit(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.patch, self.place = nn.Conv2d(1, width, 4, 4), nn.Parameter(torch.randn(9, width) * 0.1)
        self.layers, self.norm, self.head = nn.Sequential(Attention(width), Attention(width)), nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.place
        return self.head(self.norm(self.layers(x)).mean(1))


@kind('vit_outliers')
def vit_outliers(random):
    """Some channels after each normalization are 60 times as large, and the weights that read them as much smaller."""
    inputs, label = images(random)
    net = fit(Vit(), inputs, label, epochs=6)
    with torch.no_grad():
        for layer in net.layers:
            for norm, reader in [(layer.norm, layer.qkv), (layer.norm2, layer.up)]:
                norm.weight[::16] *= 60
                norm.bias[::16] *= 60
                reader.weight[:, ::16] /= 60
    return export(net, inputs), inputs, label


@kind('rescaled_channels')
def rescaled_channels(random):
    inputs, label = images(random)
    net = fit(cnn(1, 16, 32, 32), inputs, label)
    scale = torch.from_numpy(10 ** random.uniform(-2, 2, 64).astype(np.float32))
    with torch.no_grad():
        for first, second in [(net[0], net[1]), (net[1], net[2])]:
            s = scale[:first[1].weight.numel()]
            first[1].weight *= s
            first[1].bias *= s
            second[0].weight /= s[None, :, None, None]
    return export(net, inputs), inputs, label


class Text(nn.Module):
    def __init__(self, vocabulary=64, width=48, classes=4):
        super().__init__()
        self.words, self.place = nn.Embedding(vocabulary, width), nn.Parameter(torch.randn(24, width) * 0.1)
        self.layers, self.norm, self.head = nn.Sequential(Attention(width), Attention(width)), nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, ids, mask):
        x = self.norm(self.layers((self.words(ids) + self.place[:ids.shape[1]]) * mask.unsqueeze(-1)))
        return self.head((x * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True))


def text(random):
    inputs, label = sentences(random)
    inputs['mask'] = (np.arange(24) < random.integers(16, 25, (ALL, 1))).astype(np.float32)
    return inputs, label


@kind('text_transformer')
def text_transformer(random):
    inputs, label = text(random)
    return export(fit(Text(), inputs, label), inputs), inputs, label


@kind('dynamic_axes')
def dynamic_axes(random):
    inputs, label = text(random)
    return export(fit(Text(), inputs, label), inputs, axes={'ids': {1: 'T'}, 'mask': {1: 'T'}}), inputs, label


class Tagger(nn.Module):
    def __init__(self, layer, width=48):
        super().__init__()
        self.words, self.layer, self.head = nn.Embedding(40, width), layer(width, width, batch_first=True, bidirectional=True), nn.Linear(width * 2, 5)

    def forward(self, ids):
        return self.head(self.layer(self.words(ids))[0])


def tagger(random, layer):
    inputs, label = tags(random)
    net = fit(Tagger(layer), inputs, label, loss=lambda y, t: F.cross_entropy(y.flatten(0, 1), t.flatten()), epochs=5)
    return export(net, inputs), inputs, label


KINDS['lstm_tagger'] = lambda random: tagger(random, nn.LSTM)
KINDS['gru_tagger'] = lambda random: tagger(random, nn.GRU)


class Tied(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.words, self.place, self.layers, self.norm = nn.Embedding(64, width), nn.Parameter(torch.randn(16, width) * 0.1), nn.Sequential(Attention(width, causal=True), Attention(width, causal=True)), nn.LayerNorm(width)

    def forward(self, ids):
        return self.norm(self.layers(self.words(ids) + self.place))[:, -1] @ self.words.weight.t()


@kind('tied_language_model')
def tied_language_model(random):
    """The next word of a chain of the second order."""
    follow = random.integers(0, 64, (64, 4, 2))
    ids = random.integers(0, 64, (ALL, 17))
    for t in range(2, 17):
        ids[:, t] = follow[ids[:, t - 1], ids[:, t - 2] % 4, (random.random(ALL) < 0.2).astype(int)]
    inputs = {'ids': ids[:, :16].astype(np.int64)}
    label = ids[:, 16].astype(np.int64)
    return export(fit(Tied(), inputs, label, epochs=30), inputs), inputs, label


@kind('wide_and_deep')
def wide_and_deep(random):
    x, hidden = table(random)
    city = random.integers(0, 500, ALL)
    label = (hidden[:, 0] + random.standard_normal(500)[city] > 0).astype(np.int64)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.wide, self.embed, self.deep = nn.Embedding(500, 1), nn.Embedding(500, 16), nn.Sequential(nn.Linear(36, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))

        def forward(self, numeric, city):
            return torch.sigmoid(self.deep(torch.cat([numeric, self.embed(city)], 1)) + self.wide(city))
    inputs = {'numeric': x, 'city': city.astype(np.int64)}
    return export(fit(Net(), inputs, label, loss=lambda y, t: F.binary_cross_entropy(y[:, 0], t.float()), epochs=15), inputs), inputs, label


@kind('two_tower')
def two_tower(random):
    taste, quality = random.standard_normal((60, 3)), random.standard_normal((80, 3))
    user, item = random.integers(0, 60, ALL), random.integers(0, 80, ALL)
    label = ((taste[user] * quality[item]).sum(1) > 0).astype(np.int64)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.users, self.items = (nn.Sequential(nn.Embedding(n, 32), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 16)) for n in (60, 80))

        def forward(self, user, item):
            return torch.sigmoid((self.users(user) * self.items(item)).sum(1))
    inputs = {'user': user.astype(np.int64), 'item': item.astype(np.int64)}
    return export(fit(Net(), inputs, label, loss=lambda y, t: F.binary_cross_entropy(y, t.float()), epochs=40), inputs), inputs, label


def perceptron(*sizes, norm=False):
    parts = []
    for i, o in zip(sizes, sizes[1:]):
        parts += [nn.Linear(i, o)] + ([nn.BatchNorm1d(o)] if norm else []) + [nn.ReLU()]
    return nn.Sequential(*parts[:-1 - norm])


@kind('heavy_tail_regression')
def heavy_tail_regression(random):
    x, hidden = table(random)
    x[:, 0] = np.exp(1.5 * x[:, 0])
    target = np.exp(1.2 * hidden[:, :1] / hidden[:, 0].std()).astype(np.float32)
    inputs = {'x': x}
    return export(fit(perceptron(20, 64, 64, 1), inputs, target, loss=F.smooth_l1_loss, epochs=15), inputs), inputs, target[:, 0]


@kind('multi_target_regression')
def multi_target_regression(random):
    x, hidden = table(random)
    target = (hidden[:, :5] * [0.01, 1, 10, 100, 1000]).astype(np.float32)
    inputs = {'x': x}
    scale = torch.tensor([0.01, 1, 10, 100, 1000])
    net = fit(perceptron(20, 64, 64, 5), inputs, target, loss=lambda y, t: F.mse_loss(y, t / scale), epochs=15)
    with torch.no_grad():
        net[-1].weight *= scale[:, None]
        net[-1].bias *= scale
    return export(net, inputs), inputs, target


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.up, self.c, self.last = conv(1, 16), conv(16, 32, 3, 2), nn.ConvTranspose2d(32, 16, 2, 2), conv(32, 16), nn.Conv2d(16, 2, 1)

    def forward(self, x):
        a = self.a(x)
        return self.last(self.c(torch.cat([a, self.up(self.b(a))], 1)))


@kind('unet')
def unet(random):
    x, y = np.meshgrid(np.arange(16), np.arange(16))
    cx, cy, r = (random.uniform(a, b, (ALL, 1, 1)) for a, b in ((4, 12), (4, 12), (2, 6)))
    label = (((x - cx) ** 2 + (y - cy) ** 2) < r ** 2).astype(np.int64)
    inputs = {'x': (label[:, None] + 0.7 * random.standard_normal((ALL, 1, 16, 16))).astype(np.float32)}
    return export(fit(Unet(), inputs, label, epochs=2), inputs), inputs, label


class Shape(nn.Module):
    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        return x.reshape(x.shape[0], *self.dims)


@kind('conv_transpose_decoder')
def conv_transpose_decoder(random):
    z = random.standard_normal((ALL, 8)).astype(np.float32)
    waves = np.stack([np.outer(np.sin((i % 3 + 1) * np.arange(16) / 3 + i), np.cos((i // 3 + 1) * np.arange(16) / 4)) for i in range(8)])
    target = np.tanh(np.einsum('ni,ihw->nhw', z, waves) / 2)[:, None].astype(np.float32)
    inputs = {'z': z}
    net = nn.Sequential(nn.Linear(8, 512), nn.ReLU(), Shape(32, 4, 4), nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 1, 3, 1, 1))
    return export(fit(net, inputs, target, loss=F.mse_loss, epochs=6), inputs), inputs, target


@kind('conv_1d')
def conv_1d(random):
    inputs, label = images(random, size=64, channels=2, dims=1)
    return export(fit(nn.Sequential(conv(2, 16, 5, dims=1), conv(16, 32, 5, 2, dims=1), conv(32, 32, 3, 2, dims=1), *pooled(32, dims=1)), inputs, label), inputs), inputs, label


@kind('conv_3d')
def conv_3d(random):
    inputs, label = images(random, size=8, dims=3, noise=1.5)
    return export(fit(nn.Sequential(conv(1, 8, dims=3), conv(8, 16, 3, 2, dims=3), conv(16, 16, 3, 2, dims=3), *pooled(16, dims=3)), inputs, label, epochs=3), inputs), inputs, label


def dense(random, norm=False, half=False):
    x, hidden = table(random)
    label = hidden[:, :6].argmax(1).astype(np.int64)
    inputs = {'x': x}
    return fit(perceptron(20, 64, 64, 6, norm=norm), inputs, label, epochs=12), inputs, label


def graph(nodes, inputs, outputs, weights, opset=16, ml=False):
    value = helper.make_tensor_value_info
    model = helper.make_model(helper.make_graph(nodes, 'g', [value(*i) for i in inputs], [value(*o) for o in outputs], [numpy_helper.from_array(w, n) for n, w in weights.items()]),
                              opset_imports=[helper.make_opsetid('', opset)] + ([helper.make_opsetid('ai.onnx.ml', 3)] if ml else []), ir_version=8)
    onnx.checker.check_model(model)
    return model


@kind('gemm_trans_a_and_left_constant')
def gemm_forms(random):
    net, inputs, label = dense(random)
    weights = {k: v.detach().numpy() for k, v in net.state_dict().items()}
    nodes = [
        helper.make_node('Transpose', ['x'], ['xt'], perm=[1, 0]), helper.make_node('Gemm', ['xt', '0.weight', '0.bias'], ['a'], transA=1, transB=1), helper.make_node('Relu', ['a'], ['b']),
        helper.make_node('Transpose', ['b'], ['bt'], perm=[1, 0]), helper.make_node('MatMul', ['2.weight', 'bt'], ['c']), helper.make_node('Add', ['c', '2.column'], ['d']), helper.make_node('Relu', ['d'], ['e']),
        helper.make_node('Gemm', ['e', '4.weight', '4.bias'], ['y'], transA=1, transB=1)]
    weights['2.column'] = weights.pop('2.bias')[:, None]
    return graph(nodes, [('x', TensorProto.FLOAT, ['N', 20])], [('y', TensorProto.FLOAT, ['N', 6])], weights), inputs, label


@kind('batch_norm_after_gemm')
def batch_norm_after_gemm(random):
    net, inputs, label = dense(random, norm=True)
    buffer = io.BytesIO()
    torch.onnx.export(net, torch.from_numpy(inputs['x'][:2]), buffer, input_names=['x'], output_names=['y'], opset_version=16, dynamic_axes={'x': {0: 'N'}, 'y': {0: 'N'}},
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    return onnx.load_from_string(buffer.getvalue()), inputs, label


def sklearn_table(random):
    x, hidden = table(random)
    return x, hidden[:, :3].argmax(1).astype(np.int64)


def label_first(nodes, weights, classes=3):
    return graph(nodes, [('x', TensorProto.FLOAT, ['N', 20])], [('label', TensorProto.INT64, ['N']), ('probabilities', TensorProto.FLOAT, ['N', classes])], weights, ml=True)


@kind('sklearn_linear')
def sklearn_linear(random):
    from sklearn.linear_model import LogisticRegression
    x, label = sklearn_table(random)
    fitted = LogisticRegression(max_iter=300).fit(x[-TRAIN:], label[-TRAIN:])
    node = helper.make_node('LinearClassifier', ['x'], ['label', 'probabilities'], domain='ai.onnx.ml', coefficients=fitted.coef_.ravel().tolist(), intercepts=fitted.intercept_.tolist(),
                            classlabels_ints=[0, 1, 2], post_transform='SOFTMAX', multi_class=0)
    return label_first([node], {}), {'x': x}, label


@kind('sklearn_svm')
def sklearn_svm(random):
    from sklearn.svm import SVC
    x, label = sklearn_table(random)
    label = (label > 0).astype(np.int64)
    fitted = SVC(gamma=0.05).fit(x[-1000:], label[-1000:])
    node = helper.make_node('SVMClassifier', ['x'], ['label', 'probabilities'], domain='ai.onnx.ml', classlabels_ints=[0, 1], coefficients=fitted.dual_coef_.ravel().tolist(), kernel_params=[0.05, 0.0, 3.0], kernel_type='RBF',
                            rho=[-float(fitted.intercept_[0])], support_vectors=fitted.support_vectors_.ravel().tolist(), vectors_per_class=fitted.n_support_.tolist(), post_transform='NONE')
    return label_first([node], {}, 2), {'x': x}, label


def ensemble(trees, classes, post, base=None):
    fields = {k: [] for k in ('nodes_treeids', 'nodes_nodeids', 'nodes_featureids', 'nodes_values', 'nodes_modes', 'nodes_truenodeids', 'nodes_falsenodeids', 'class_treeids', 'class_nodeids', 'class_ids', 'class_weights')}
    for t, (tree, leaf) in enumerate(trees):
        for n in range(tree.node_count):
            inner = tree.children_left[n] >= 0
            for key, value in [('treeids', t), ('nodeids', n), ('featureids', max(int(tree.feature[n]), 0)), ('values', float(np.nextafter(np.float32(tree.threshold[n]), np.float32(-np.inf)) if np.float32(tree.threshold[n]) > tree.threshold[n] else tree.threshold[n])),
                               ('modes', 'BRANCH_LEQ' if inner else 'LEAF'), ('truenodeids', max(int(tree.children_left[n]), 0)), ('falsenodeids', max(int(tree.children_right[n]), 0))]:
                fields['nodes_' + key].append(value)
            if not inner:
                for c, w in leaf(t, tree.value[n]):
                    for key, value in [('treeids', t), ('nodeids', n), ('ids', c), ('weights', float(w))]:
                        fields['class_' + key].append(value)
    extra = {'base_values': base} if base else {}
    return helper.make_node('TreeEnsembleClassifier', ['x'], ['label', 'probabilities'], domain='ai.onnx.ml', classlabels_int64s=list(range(classes)), post_transform=post, **fields, **extra)


@kind('sklearn_trees')
def sklearn_trees(random):
    from sklearn.ensemble import RandomForestClassifier
    x, label = sklearn_table(random)
    fitted = RandomForestClassifier(20, max_depth=6, random_state=1).fit(x[-TRAIN:], label[-TRAIN:])
    node = ensemble([(e.tree_, lambda t, v: enumerate(v[0] / v[0].sum() / 20)) for e in fitted.estimators_], 3, 'NONE')
    return label_first([node], {}), {'x': x}, label


@kind('gradient_boosted_trees')
def gradient_boosted_trees(random):
    from sklearn.ensemble import GradientBoostingClassifier
    x, label = sklearn_table(random)
    fitted = GradientBoostingClassifier(n_estimators=30, max_depth=3, random_state=1).fit(x[-TRAIN:], label[-TRAIN:])
    trees = [(e.tree_, lambda t, v: [(t % 3, 0.1 * v[0][0])]) for row in fitted.estimators_ for e in row]
    node = ensemble(trees, 3, 'SOFTMAX', base=np.log(fitted.init_.class_prior_).tolist())
    return label_first([node], {}), {'x': x}, label


@kind('sklearn_mlp')
def sklearn_mlp(random):
    """As skl2onnx writes it: standardized, products with added biases, softmax, and the label by ArgMax, first."""
    from sklearn.neural_network import MLPClassifier
    x, label = sklearn_table(random)
    mean, scale = x.mean(0), x.std(0)
    fitted = MLPClassifier((48, 32), max_iter=60, random_state=1).fit(((x - mean) / scale)[-TRAIN:], label[-TRAIN:])
    weights, last = {'classes': np.arange(3), 'flat': np.array([-1])}, 's'
    nodes = [helper.make_node('Scaler', ['x'], ['s'], domain='ai.onnx.ml', offset=mean.tolist(), scale=(1 / scale).tolist())]
    for i, (w, b) in enumerate(zip(fitted.coefs_, fitted.intercepts_)):
        weights[f'w{i}'], weights[f'b{i}'] = w.astype(np.float32), b.astype(np.float32)
        nodes += [helper.make_node('MatMul', [last, f'w{i}'], [f'm{i}']), helper.make_node('Add', [f'm{i}', f'b{i}'], [f'a{i}']), helper.make_node('Relu' if i < 2 else 'Softmax', [f'a{i}'], [f'r{i}' if i < 2 else 'probabilities'])]
        last = f'r{i}'
    nodes += [helper.make_node('ArgMax', ['probabilities'], ['i'], axis=1, keepdims=0), helper.make_node('ArrayFeatureExtractor', ['classes', 'i'], ['l'], domain='ai.onnx.ml'), helper.make_node('Reshape', ['l', 'flat'], ['label'])]
    return label_first(nodes, weights), {'x': x}, label


def as_half(model):
    """Weights, inputs and outputs in float16."""
    for weight in model.graph.initializer:
        if weight.data_type == TensorProto.FLOAT:
            weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), weight.name))
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR and attribute.t.data_type == TensorProto.FLOAT:
                attribute.t.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(attribute.t).astype(np.float16)))
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.FLOAT16
    return model


@kind('half_cnn')
def half_cnn(random):
    inputs, label = images(random)
    model = as_half(export(fit(cnn(1, 16, 32, 32), inputs, label), inputs))
    return model, {'x': inputs['x'].astype(np.float16)}, label


@kind('half_perceptron')
def half_perceptron(random):
    net, inputs, label = dense(random)
    return as_half(export(net, inputs)), {'x': inputs['x'].astype(np.float16)}, label


@kind('several_outputs')
def several_outputs(random):
    inputs, label = images(random)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.a, self.b = nn.Sequential(conv(1, 16), conv(16, 32, 3, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten()), nn.Linear(32, 1), nn.Linear(32, 10)

        def forward(self, x):
            x = self.body(x)
            return self.a(x), self.b(x)
    net = fit(Net(), inputs, label, loss=lambda y, t: F.cross_entropy(y[1], t) + F.mse_loss(y[0][:, 0], t.float() / 10))
    return export(net, inputs, outputs=('amount', 'scores')), inputs, label


@kind('shared_weights')
def shared_weights(random):
    a, first = images(random)
    b, second = {'x': a['x'][random.permutation(ALL)]}, None
    same = random.random(ALL) < 0.5
    order = random.permutation(ALL)
    groups = {c: np.flatnonzero(first == c) for c in range(10)}
    partner = np.array([random.choice(groups[c]) for c in first])
    other = np.where(same, partner, order)
    label = (first == first[other]).astype(np.int64)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(conv(1, 16), conv(16, 32, 3, 2), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(128, 24))
            self.head = nn.Sequential(nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 2))

        def forward(self, left, right):
            return self.head((self.body(left) - self.body(right)).abs())
    inputs = {'left': a['x'], 'right': a['x'][other]}
    return export(fit(Net(), inputs, label, epochs=8), inputs), inputs, label


@kind('external_data')
def external_data(random):
    net, inputs, label = dense(random)
    return export(net, inputs), inputs, label


@kind('no_labels')
def no_labels(random):
    inputs, label = images(random)
    return export(fit(cnn(1, 16, 32, 32), inputs, label), inputs), inputs, None


@kind('near_chance')
def near_chance(random):
    net, inputs, label = dense(random)
    return export(net, inputs), inputs, random.permutation(label)


@kind('tiny')
def tiny(random):
    x, hidden = table(random, 4)
    inputs, label = {'x': x}, (hidden[:, 0] > 0).astype(np.int64)
    return export(fit(perceptron(4, 8, 2), inputs, label, epochs=12), inputs), inputs, label


@kind('large')
def large(random):
    """300 MB: an embedding table and wide layers, most of them zero-mean noise beside what was learnt."""
    x, hidden = table(random)
    label = hidden[:, :6].argmax(1).astype(np.int64)
    word = random.integers(0, 60_000, ALL)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.body = nn.Embedding(60_000, 1024), nn.Sequential(nn.Linear(1044, 6144), nn.ReLU(), nn.Linear(6144, 1024), nn.ReLU(), nn.Linear(1024, 6))

        def forward(self, x, word):
            return self.body(torch.cat([x, self.words(word) * 0.01], 1))
    net = Net()
    inputs = {'x': x, 'word': word.astype(np.int64)}
    optimizer = torch.optim.Adam(net.body.parameters(), 3e-4)
    tensors = [torch.from_numpy(a[-TRAIN:]) for a in inputs.values()]
    target = torch.from_numpy(label[-TRAIN:])
    for _ in range(3):
        for i in range(0, TRAIN, 128):
            optimizer.zero_grad()
            F.cross_entropy(net(*[t[i:i + 128] for t in tensors]), target[i:i + 128]).backward()
            optimizer.step()
    return export(net.eval(), inputs), inputs, label


def main():
    if sys.argv[1:2] == ['--list']:
        print('\n'.join(KINDS))
        return
    torch.set_num_threads(1)
    warnings.simplefilter('ignore')
    for name in sys.argv[2:] or KINDS:
        folder = os.path.join(sys.argv[1], name)
        os.makedirs(folder, exist_ok=True)
        seed = zlib.crc32(name.encode())
        torch.manual_seed(seed)
        made, inputs, label = KINDS[name](np.random.default_rng(seed))
        path = os.path.join(folder, 'model.onnx')
        if name == 'external_data':
            onnx.save(made, path, save_as_external_data=True, location='weights.bin', size_threshold=0)
        else:
            onnx.save(made, path)
        for part, start, count in [('calib', 0, CALIB), ('search', CALIB, SEARCH), ('test', CALIB + SEARCH, TEST)]:
            arrays = {n: a[start:start + count] for n, a in inputs.items()}
            np.savez(os.path.join(folder, part + '.npz'), **arrays, **({} if label is None else {'label': label[start:start + count]}))
        print(name, flush=True)


if __name__ == '__main__':
    main()
