#!/usr/bin/python3
"""Makes models that nobody tuned for: architectures of torchvision's list and of papers, with seeded random weights, at sizes of production.

    /usr/bin/python3 eng/unseen_models.py OUTDIR [NAME ...]      (no NAME: all; --list prints the names)

Each becomes OUTDIR/NAME/{model.onnx, test_data_set_0/input_I.pb}, which `inference bench` reads. Needs Debian's python3-onnx, python3-torch and python3-torchvision.
Speed depends on shapes and operators, not on the values of weights; answers are compared with ONNX Runtime's by `inference verify` and `bench`, not stored.
"""
import os
import sys
import warnings
import zlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from onnx import numpy_helper
from torch import nn

MODELS = {}


def model(name, *shapes, opset=16):
    def register(build):
        MODELS[name] = (build, shapes, opset)
        return build
    return register


def image(size=224, batch=1):
    return (batch, 3, size, size)


for zoo_name, size in [
        ('alexnet', 224), ('vgg11_bn', 224), ('resnet18', 224), ('resnext50_32x4d', 224), ('densenet121', 224), ('shufflenet_v2_x1_0', 224), ('mobilenet_v3_small', 224),
        ('mobilenet_v3_large', 224), ('mnasnet1_0', 224), ('inception_v3', 299), ('googlenet', 224), ('squeezenet1_1', 224), ('regnet_y_400mf', 224), ('regnet_x_800mf', 224),
        ('convnext_tiny', 224), ('swin_t', 224), ('vit_b_32', 224), ('efficientnet_b1', 240), ('efficientnet_v2_s', 224)]:
    arguments = {'aux_logits': False, 'init_weights': False} if zoo_name in ('googlenet', 'inception_v3') else {}
    model(zoo_name, image(size))(lambda zoo_name=zoo_name, arguments=arguments: getattr(torchvision.models, zoo_name)(weights=None, **arguments))


class Segmenter(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)['out']


for zoo_name, size in [('lraspp_mobilenet_v3_large', 320), ('deeplabv3_mobilenet_v3_large', 256), ('fcn_resnet50', 192)]:
    model(zoo_name, image(size))(lambda zoo_name=zoo_name: Segmenter(getattr(torchvision.models.segmentation, zoo_name)(weights=None, weights_backbone=None)))

for zoo_name in ['r3d_18', 'mc3_18', 'r2plus1d_18']:
    model(zoo_name, (1, 3, 16, 112, 112))(lambda zoo_name=zoo_name: getattr(torchvision.models.video, zoo_name)(weights=None))


def conv(i, o, k=3, s=1, g=1, act=nn.ReLU, d=1, norm=nn.BatchNorm2d):
    return nn.Sequential(nn.Conv2d(i, o, k, s, (k - 1) // 2 * d, dilation=d, groups=g, bias=False), norm(o), act())


class Residual(nn.Module):
    def __init__(self, *parts):
        super().__init__()
        self.body = nn.Sequential(*parts)

    def forward(self, x):
        return x + self.body(x)




def prelu(channels):
    return lambda: nn.PReLU(channels)


@model('mobile_face_net', (1, 3, 112, 112))
def mobile_face_net():
    def block(i, o, e, s):
        parts = [conv(i, e, 1, act=prelu(e)), conv(e, e, 3, s, e, act=prelu(e)), conv(e, o, 1, act=nn.Identity)]
        return Residual(*parts) if s == 1 and i == o else nn.Sequential(*parts)
    return nn.Sequential(
        conv(3, 64, 3, 2, act=prelu(64)), conv(64, 64, 3, 1, 64, act=prelu(64)), block(64, 64, 128, 2), *[block(64, 64, 128, 1) for _ in range(4)], block(64, 128, 256, 2),
        *[block(128, 128, 256, 1) for _ in range(6)], block(128, 128, 512, 2), *[block(128, 128, 256, 1) for _ in range(2)], conv(128, 512, 1, act=prelu(512)),
        nn.Conv2d(512, 512, 7, groups=512, bias=False), nn.BatchNorm2d(512), nn.Flatten(), nn.Linear(512, 128, bias=False), nn.BatchNorm1d(128))


@model('unet', (1, 1, 192, 192))
def unet():
    class Unet(nn.Module):
        def __init__(self):
            super().__init__()
            sizes = [32, 64, 128, 256]
            self.down = nn.ModuleList([nn.Sequential(conv(i, o), conv(o, o)) for i, o in zip([1] + sizes, sizes)])
            self.up = nn.ModuleList([nn.ConvTranspose2d(o * 2, o, 2, 2) for o in sizes[:-1]])
            self.join = nn.ModuleList([nn.Sequential(conv(o * 2, o), conv(o, o)) for o in sizes[:-1]])
            self.last = nn.Conv2d(32, 2, 1)

        def forward(self, x):
            kept = []
            for i, part in enumerate(self.down):
                x = part(x if i == 0 else F.max_pool2d(x, 2))
                kept.append(x)
            for i in reversed(range(3)):
                x = self.join[i](torch.cat([self.up[i](x), kept[i]], 1))
            return torch.softmax(self.last(x), 1)
    return Unet()


@model('unet_3d', (1, 1, 32, 64, 64))
def unet_3d():
    def conv3(i, o):
        return nn.Sequential(nn.Conv3d(i, o, 3, padding=1), nn.InstanceNorm3d(o, affine=True), nn.LeakyReLU(0.01))

    class Unet(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = conv3(1, 16), conv3(16, 32), conv3(32, 64)
            self.up, self.d, self.last = nn.ConvTranspose3d(64, 32, 2, 2), conv3(64, 32), nn.Conv3d(32, 3, 1)

        def forward(self, x):
            a = self.a(x)
            b = self.b(F.max_pool3d(a, 2))
            c = self.c(F.max_pool3d(b, 2))
            return self.last(self.d(torch.cat([self.up(c), b], 1)))
    return Unet()


@model('style_transfer', (1, 3, 192, 192))
def style_transfer():
    def layer(i, o, k, s=1):
        return nn.Sequential(nn.ReflectionPad2d(k // 2), nn.Conv2d(i, o, k, s), nn.InstanceNorm2d(o, affine=True), nn.ReLU())
    return nn.Sequential(layer(3, 32, 9), layer(32, 64, 3, 2), layer(64, 128, 3, 2), *[Residual(layer(128, 128, 3), layer(128, 128, 3)) for _ in range(3)],
                         nn.Upsample(scale_factor=2), layer(128, 64, 3), nn.Upsample(scale_factor=2), layer(64, 32, 3), nn.ReflectionPad2d(4), nn.Conv2d(32, 3, 9))


@model('dcgan_generator', (4, 100, 1, 1))
def dcgan_generator():
    def up(i, o, s, p):
        return nn.Sequential(nn.ConvTranspose2d(i, o, 4, s, p, bias=False), nn.BatchNorm2d(o), nn.ReLU())
    return nn.Sequential(up(100, 256, 1, 0), up(256, 128, 2, 1), up(128, 64, 2, 1), nn.ConvTranspose2d(64, 3, 4, 2, 1), nn.Tanh())


@model('super_resolution_espcn', (1, 1, 180, 180))
def super_resolution_espcn():
    return nn.Sequential(nn.Conv2d(1, 64, 5, padding=2), nn.Tanh(), nn.Conv2d(64, 32, 3, padding=1), nn.Tanh(), nn.Conv2d(32, 9, 3, padding=1), nn.PixelShuffle(3))


@model('yolo_sppf', (1, 3, 320, 320))
def yolo_sppf():
    class Csp(nn.Module):
        def __init__(self, i, o):
            super().__init__()
            h = o // 2
            self.a, self.b, self.c = conv(i, h, 1, act=nn.SiLU), conv(i, h, 1, act=nn.SiLU), conv(o, o, 1, act=nn.SiLU)
            self.body = Residual(conv(h, h, 1, act=nn.SiLU), conv(h, h, act=nn.SiLU))

        def forward(self, x):
            return self.c(torch.cat([self.body(self.a(x)), self.b(x)], 1))

    class Detector(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(conv(3, 16, 3, 2, act=nn.SiLU), conv(16, 32, 3, 2, act=nn.SiLU), Csp(32, 32), conv(32, 64, 3, 2, act=nn.SiLU), Csp(64, 64))
            self.mid = nn.Sequential(conv(64, 128, 3, 2, act=nn.SiLU), Csp(128, 128))
            self.low = nn.Sequential(conv(128, 256, 3, 2, act=nn.SiLU), Csp(256, 256), conv(256, 128, 1, act=nn.SiLU))
            self.join, self.up = conv(512, 128, 1, act=nn.SiLU), Csp(256, 128)
            self.heads = nn.ModuleList([nn.Conv2d(128, 85, 1), nn.Conv2d(128, 85, 1)])

        def forward(self, x):
            middle = self.mid(self.stem(x))
            low = self.low(middle)
            a = F.max_pool2d(low, 5, 1, 2)
            b = F.max_pool2d(a, 5, 1, 2)
            low = self.join(torch.cat([low, a, b, F.max_pool2d(b, 5, 1, 2)], 1))
            up = self.up(torch.cat([F.interpolate(low, scale_factor=2), middle], 1))
            outputs = [h(v).flatten(2) for h, v in zip(self.heads, (low, up))]
            return torch.sigmoid(torch.cat(outputs, 2)).permute(0, 2, 1)
    return Detector()


@model('repvgg', image(160))
def repvgg():
    return nn.Sequential(*[nn.Sequential(nn.Conv2d(i, o, 3, s, 1), nn.ReLU()) for i, o, s in [
        (3, 48, 2), (48, 48, 2), (48, 48, 1), (48, 96, 2), (96, 96, 1), (96, 96, 1), (96, 192, 2), (192, 192, 1), (192, 192, 1), (192, 1280, 2)]],
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000))


@model('ghost_net', image(160))
def ghost_net():
    class Ghost(nn.Module):
        def __init__(self, i, o, s):
            super().__init__()
            self.a, self.b = conv(i, o // 2, 1, s), conv(o // 2, o // 2, 3, 1, o // 2)

        def forward(self, x):
            x = self.a(x)
            return torch.cat([x, self.b(x)], 1)

    class Squeeze(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.a, self.b = nn.Conv2d(c, c // 4, 1), nn.Conv2d(c // 4, c, 1)

        def forward(self, x):
            return x * F.hardsigmoid(self.b(F.relu(self.a(x.mean((2, 3), keepdim=True)))))
    return nn.Sequential(conv(3, 16, 3, 2), Ghost(16, 32, 2), Squeeze(32), Ghost(32, 64, 2), Squeeze(64), Residual(Ghost(64, 64, 1)), Ghost(64, 160, 2), Squeeze(160), conv(160, 640, 1),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(640, 1000))


@model('mlp_mixer', image(224))
def mlp_mixer():
    class Mixer(nn.Module):
        def __init__(self, t, c):
            super().__init__()
            self.n, self.m = nn.LayerNorm(c), nn.LayerNorm(c)
            self.a = nn.Sequential(nn.Linear(t, 256), nn.GELU(), nn.Linear(256, t))
            self.b = nn.Sequential(nn.Linear(c, 1024), nn.GELU(), nn.Linear(1024, c))

        def forward(self, x):
            x = x + self.a(self.n(x).transpose(1, 2)).transpose(1, 2)
            return x + self.b(self.m(x))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.patch, self.body, self.last = nn.Conv2d(3, 256, 16, 16), nn.Sequential(*[Mixer(196, 256) for _ in range(6)]), nn.Linear(256, 1000)

        def forward(self, x):
            return self.last(self.body(self.patch(x).flatten(2).transpose(1, 2)).mean(1))
    return Net()


class Block(nn.Module):
    """A transformer's layer, from primitive operators, as exporters write it."""

    def __init__(self, d, heads, causal=False):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.n, self.m, self.qkv, self.out = nn.LayerNorm(d), nn.LayerNorm(d), nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.a, self.b = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (p.reshape(b, t, self.heads, d // self.heads).transpose(1, 2) for p in self.qkv(self.n(x)).split(d, 2))
        scores = q @ k.transpose(2, 3) / (d // self.heads) ** 0.5
        if self.causal:
            scores = scores.masked_fill(torch.triu(torch.ones(t, t), 1).bool(), float('-inf'))
        x = x + self.out((torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(b, t, d))
        return x + self.b(F.gelu(self.a(self.m(x))))


@model('gpt_small', ('ids', 1, 64, 1000))
def gpt_small():
    class Gpt(nn.Module):
        def __init__(self):
            super().__init__()
            self.token, self.place = nn.Embedding(1000, 384), nn.Parameter(torch.randn(1, 64, 384) * 0.02)
            self.body, self.norm, self.last = nn.Sequential(*[Block(384, 6, True) for _ in range(4)]), nn.LayerNorm(384), nn.Linear(384, 1000)

        def forward(self, ids):
            return self.last(self.norm(self.body(self.token(ids) + self.place)))
    return Gpt()


@model('bert_small', ('ids', 2, 96, 3000))
def bert_small():
    class Bert(nn.Module):
        def __init__(self):
            super().__init__()
            self.token, self.place, self.body = nn.Embedding(3000, 256), nn.Parameter(torch.randn(1, 96, 256) * 0.02), nn.Sequential(*[Block(256, 4) for _ in range(4)])

        def forward(self, ids):
            return torch.tanh(self.body(self.token(ids) + self.place)[:, 0])
    return Bert()


@model('mobile_vit', image(192))
def mobile_vit():
    class Vit(nn.Module):
        def __init__(self, c, d):
            super().__init__()
            self.a, self.body, self.b = nn.Sequential(conv(c, c, act=nn.SiLU), nn.Conv2d(c, d, 1)), nn.Sequential(Block(d, 4), Block(d, 4)), conv(d, c, 1, act=nn.SiLU)

        def forward(self, x):
            y = self.a(x)
            b, d, h, w = y.shape
            y = y.reshape(b, d, h // 2, 2, w // 2, 2).permute(0, 3, 5, 2, 4, 1).reshape(b * 4, h * w // 4, d)
            y = self.body(y).reshape(b, 2, 2, h // 2, w // 2, d).permute(0, 5, 3, 1, 4, 2).reshape(b, d, h, w)
            return x + self.b(y)

    def mobile(i, o, s):
        return nn.Sequential(conv(i, 4 * i, 1, act=nn.SiLU), conv(4 * i, 4 * i, 3, s, 4 * i, act=nn.SiLU), conv(4 * i, o, 1, act=nn.Identity))
    return nn.Sequential(conv(3, 16, 3, 2, act=nn.SiLU), mobile(16, 32, 2), mobile(32, 48, 2), Vit(48, 96), mobile(48, 64, 2), Vit(64, 128), conv(64, 256, 1, act=nn.SiLU),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 1000))


@model('wavenet', (1, 64, 2000))
def wavenet():
    class Gate(nn.Module):
        def __init__(self, d):
            super().__init__()
            self.f, self.g, self.o = nn.Conv1d(64, 64, 3, padding=d, dilation=d), nn.Conv1d(64, 64, 3, padding=d, dilation=d), nn.Conv1d(64, 64, 1)

        def forward(self, x):
            return x + self.o(torch.tanh(self.f(x)) * torch.sigmoid(self.g(x)))
    return nn.Sequential(*[Gate(1 << i) for i in range(8)], nn.Conv1d(64, 256, 1))


@model('audio_cnn', (1, 1, 96, 64))
def audio_cnn():
    return nn.Sequential(*[nn.Sequential(conv(i, o), nn.MaxPool2d(2)) for i, o in [(1, 64), (64, 128), (128, 256), (256, 512)]], nn.Flatten(), nn.Linear(512 * 6 * 4, 512), nn.ReLU(),
                         nn.Linear(512, 128))


@model('conformer', (1, 200, 144))
def conformer():
    class Module(nn.Module):
        def __init__(self, d=144):
            super().__init__()
            self.n, self.a, self.deep, self.m, self.b = nn.LayerNorm(d), nn.Conv1d(d, 2 * d, 1), nn.Conv1d(d, d, 31, padding=15, groups=d), nn.BatchNorm1d(d), nn.Conv1d(d, d, 1)
            self.block = Block(d, 4)

        def forward(self, x):
            x = self.block(x)
            y = F.glu(self.a(self.n(x).transpose(1, 2)), 1)
            return x + self.b(F.silu(self.m(self.deep(y)))).transpose(1, 2)
    return nn.Sequential(*[Module() for _ in range(4)], nn.Linear(144, 500), nn.LogSoftmax(-1))


@model('wav2vec_features', (1, 1, 16000))
def wav2vec_features():
    layers = [(1, 128, 10, 5), (128, 128, 3, 2), (128, 128, 3, 2), (128, 128, 3, 2), (128, 128, 3, 2), (128, 128, 2, 2), (128, 128, 2, 2)]
    return nn.Sequential(*[nn.Sequential(nn.Conv1d(i, o, k, s, bias=False), nn.GroupNorm(o, o) if i == 1 else nn.Identity(), nn.GELU()) for i, o, k, s in layers])


@model('crnn', (1, 1, 32, 160))
def crnn():
    class Crnn(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(conv(1, 32), nn.MaxPool2d(2), conv(32, 64), nn.MaxPool2d(2), conv(64, 128), conv(128, 128), nn.MaxPool2d((2, 1)), conv(128, 256), nn.MaxPool2d((4, 1)))
            self.rnn, self.last = nn.LSTM(256, 128, 2, bidirectional=True), nn.Linear(256, 97)

        def forward(self, x):
            y, _ = self.rnn(self.body(x).squeeze(2).permute(2, 0, 1))
            return self.last(y).log_softmax(2)
    return Crnn()


@model('gru_tagger', ('ids', 4, 40, 5000))
def gru_tagger():
    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.token, self.rnn, self.last = nn.Embedding(5000, 128), nn.GRU(128, 128, 1, batch_first=True, bidirectional=True), nn.Linear(256, 20)

        def forward(self, ids):
            return self.last(self.rnn(self.token(ids))[0])
    return Tagger()


@model('point_net', (1, 1024, 3))
def point_net():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Sequential(*[nn.Sequential(nn.Conv1d(i, o, 1), nn.BatchNorm1d(o), nn.ReLU()) for i, o in [(3, 64), (64, 128), (128, 512)]])
            self.b = nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 40))

        def forward(self, x):
            return self.b(self.a(x.transpose(1, 2)).max(2)[0])
    return Net()


@model('skeleton_gcn', (1, 3, 100, 25))
def skeleton_gcn():
    class Graph(nn.Module):
        def __init__(self, i, o):
            super().__init__()
            self.o, self.a, self.c, self.t = o, nn.Parameter(torch.rand(3, 25, 25) / 25), nn.Conv2d(i, 3 * o, 1), nn.Conv2d(o, o, (9, 1), padding=(4, 0))

        def forward(self, x):
            n, _, t, v = x.shape
            return F.relu(self.t(F.relu(torch.einsum('nkctv,kvw->nctw', self.c(x).view(n, 3, self.o, t, v), self.a))))
    return nn.Sequential(Graph(3, 32), Graph(32, 32), Graph(32, 64), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 60))


@model('deep_fm', ('ids', 64, 26, 2000))
def deep_fm():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.e, self.w = nn.Embedding(2000, 16), nn.Embedding(2000, 1)
            self.deep = nn.Sequential(nn.Linear(416, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 1))

        def forward(self, ids):
            e = self.e(ids)
            pairs = 0.5 * (e.sum(1) ** 2 - (e ** 2).sum(1)).sum(1, keepdim=True)
            return torch.sigmoid(self.w(ids).sum(1) + pairs + self.deep(e.flatten(1)))
    return Net()


@model('deep_cross', (128, 200))
def deep_cross():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.ModuleList([nn.Linear(200, 200) for _ in range(3)])
            self.deep = nn.Sequential(nn.Linear(200, 300), nn.BatchNorm1d(300), nn.PReLU(), nn.Linear(300, 100), nn.ReLU())
            self.last = nn.Linear(300, 1)

        def forward(self, x0):
            x = x0
            for w in self.w:
                x = x0 * w(x) + x
            return torch.sigmoid(self.last(torch.cat([x, self.deep(x0)], 1)))
    return Net()


@model('autoencoder', (32, 784))
def autoencoder():
    sizes = [784, 512, 128, 32, 128, 512, 784]
    return nn.Sequential(*[nn.Sequential(nn.Linear(i, o), nn.ELU()) for i, o in zip(sizes, sizes[1:])])


@model('tab_transformer', (16, 20))
def tab_transformer():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b, self.body, self.last = nn.Parameter(torch.randn(20, 64)), nn.Parameter(torch.randn(20, 64)), nn.Sequential(Block(64, 8), Block(64, 8)), nn.Linear(64, 2)

        def forward(self, x):
            return self.last(self.body(x[:, :, None] * self.w + self.b).mean(1))
    return Net()


@model('temporal_cnn', (8, 16, 256))
def temporal_cnn():
    def part(i, o, d):
        return nn.Sequential(nn.ConstantPad1d((2 * d, 0), 0.0), nn.Conv1d(i, o, 3, dilation=d), nn.BatchNorm1d(o), nn.LeakyReLU(0.1))
    return nn.Sequential(part(16, 64, 1), *[Residual(part(64, 64, 1 << i)) for i in range(1, 6)], nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(64, 5))


@model('hr_net', image(128))
def hr_net():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.a, self.b = nn.Sequential(conv(3, 32, 3, 2), conv(32, 32)), Residual(conv(32, 32), conv(32, 32)), nn.Sequential(conv(32, 64, 3, 2), Residual(conv(64, 64), conv(64, 64)))
            self.up, self.down, self.last = conv(64, 32, 1), conv(32, 64, 3, 2), nn.Conv2d(96, 17, 1)

        def forward(self, x):
            x = self.stem(x)
            a, b = self.a(x), self.b(x)
            high = F.relu(a + F.interpolate(self.up(b), scale_factor=2, mode='bilinear', align_corners=False))
            low = F.relu(b + self.down(a))
            return self.last(torch.cat([high, F.interpolate(low, scale_factor=2, mode='bilinear', align_corners=False)], 1))
    return Net()


def inputs_of(shapes, random):
    inputs = []
    for shape in shapes:
        if shape[0] == 'ids':
            inputs.append(random.integers(0, shape[3], shape[1:3]).astype(np.int64))
        else:
            inputs.append(random.standard_normal(shape).astype(np.float32))
    return inputs


def settle(net, inputs):
    """Statistics of batch normalizations as after training, so that activations stay in a usual range."""
    for part in net.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.momentum = None
            part.train()
    with torch.no_grad():
        net(*[torch.cat([x, x.flip(0)]) if x.shape[0] == 1 else x for x in inputs])
    net.eval()


def main():
    names = sys.argv[2:] or list(MODELS)
    if sys.argv[1:2] == ['--list']:
        print('\n'.join(MODELS))
        return
    torch.set_num_threads(1)
    warnings.simplefilter('ignore')
    for name in names:
        build, shapes, opset = MODELS[name]
        folder = os.path.join(sys.argv[1], name)
        os.makedirs(os.path.join(folder, 'test_data_set_0'), exist_ok=True)
        torch.manual_seed(zlib.crc32(name.encode()))
        net = build().eval()
        arrays = inputs_of(shapes, np.random.default_rng(zlib.crc32(name.encode())))
        tensors = [torch.from_numpy(a) for a in arrays]
        settle(net, tensors)
        # With gradients, or attention would be an operator of PyTorch that has no form in ONNX.
        torch.onnx.export(net, tuple(tensors), os.path.join(folder, 'model.onnx'), input_names=[f'x{i}' for i in range(len(arrays))], output_names=['y'], opset_version=opset)
        for i, array in enumerate(arrays):
            tensor = numpy_helper.from_array(array, f'x{i}')
            with open(os.path.join(folder, 'test_data_set_0', f'input_{i}.pb'), 'wb') as file:
                file.write(tensor.SerializeToString())
        print(name, flush=True)


if __name__ == '__main__':
    main()
