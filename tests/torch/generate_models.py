#!/usr/bin/env python3
"""Writes data/models.jsonl: small models in PyTorch, with their state dicts, inputs and outputs.

Run with Debian's python3-torch: /usr/bin/python3 tests/torch/generate_models.py
Parameters have the names of torch.nn, torchvision or Hugging Face's transformers, whose models these are, written out.
Weights are multiples of 1/16, so that they are exact in f32 and short; everything is computed in f64.
"""

import json
import math
import zlib

import torch
from torch import nn
from torch.nn import functional as F

from generate import FOLDER, encode, real


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(5, 7)
        self.fc2 = nn.Linear(7, 3)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2))
        self.classifier = nn.Linear(4 * 3 * 3, 5)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class BasicBlock(nn.Module):
    """torchvision's."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if channels != out or stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """torchvision's."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out // 4, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out // 4)
        self.conv2 = nn.Conv2d(out // 4, out // 4, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out // 4)
        self.conv3 = nn.Conv2d(out // 4, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))))
        return torch.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class ResNet(nn.Module):
    """torchvision's, with a 3x3 stem or that for large images, and with narrow stages of one block."""

    def __init__(self, block, widths, large_images):
        super().__init__()
        width = 4
        self.conv1 = nn.Conv2d(2, width, 7, 2, 3, bias=False) if large_images else nn.Conv2d(2, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if large_images else nn.Identity()
        for i, out in enumerate(widths):
            setattr(self, f"layer{i + 1}", nn.Sequential(block(width, out, 1 if i == 0 else 2)))
            width = out
        self.stages = len(widths)
        self.fc = nn.Linear(width, 3)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        for i in range(self.stages):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.fc(x.mean((2, 3)))


def attention(q, k, v, heads, mask):
    """Of [N, T, C], with an additive mask."""
    batch, length, width = q.shape
    q, k, v = (x.view(batch, length, heads, width // heads).transpose(1, 2) for x in (q, k, v))
    weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(width // heads) + mask, -1)
    return (weights @ v).transpose(1, 2).reshape(batch, length, width)


class Conv1D(nn.Module):
    """The linear layer of GPT-2, whose weight is [in, out]."""

    def __init__(self, out, features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(features, out))
        self.bias = nn.Parameter(torch.zeros(out))

    def forward(self, x):
        return x @ self.weight + self.bias


class GPT2Attention(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.heads = heads
        self.c_attn = Conv1D(3 * width, width)
        self.c_proj = Conv1D(width, width)
        self.register_buffer("bias", torch.tril(torch.ones(context, context, dtype=torch.bool)).view(1, 1, context, context))
        self.register_buffer("masked_bias", torch.tensor(-1e4))

    def forward(self, x):
        length = x.shape[1]
        mask = torch.zeros(length, length, dtype=x.dtype).masked_fill(~self.bias[0, 0, :length, :length], -math.inf)
        return self.c_proj(attention(*self.c_attn(x).chunk(3, -1), self.heads, mask))


class GPT2MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc = Conv1D(4 * width, width)
        self.c_proj = Conv1D(width, 4 * width)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class GPT2Block(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = GPT2Attention(width, heads, context)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = GPT2MLP(width)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT2(nn.Module):
    """transformers' GPT2LMHeadModel."""

    def __init__(self, vocabulary, context, width, heads, layers):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocabulary, width),
            "wpe": nn.Embedding(context, width),
            "h": nn.ModuleList([GPT2Block(width, heads, context) for _ in range(layers)]),
            "ln_f": nn.LayerNorm(width),
        })
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight

    def forward(self, tokens):
        x = self.transformer["wte"](tokens) + self.transformer["wpe"](torch.arange(tokens.shape[1]))
        for block in self.transformer["h"]:
            x = block(x)
        return self.lm_head(self.transformer["ln_f"](x))


class BERTOutput(nn.Module):
    def __init__(self, features, width):
        super().__init__()
        self.dense = nn.Linear(features, width)
        self.LayerNorm = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x, residual):
        return self.LayerNorm(residual + self.dense(x))


class BERTLayer(nn.Module):
    def __init__(self, width, hidden, heads):
        super().__init__()
        self.heads = heads
        self.attention = nn.ModuleDict({
            "self": nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")}),
            "output": BERTOutput(width, width),
        })
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, hidden)})
        self.output = BERTOutput(hidden, width)

    def forward(self, x, mask):
        parts = self.attention["self"]
        y = attention(parts["query"](x), parts["key"](x), parts["value"](x), self.heads, mask)
        y = self.attention["output"](y, x)
        return self.output(F.gelu(self.intermediate["dense"](y)), y)


class BERT(nn.Module):
    """transformers' BertModel; its pooler is not called."""

    def __init__(self, vocabulary, context, width, hidden, heads, layers):
        super().__init__()
        self.embeddings = nn.ModuleDict({
            "word_embeddings": nn.Embedding(vocabulary, width),
            "position_embeddings": nn.Embedding(context, width),
            "token_type_embeddings": nn.Embedding(2, width),
            "LayerNorm": nn.LayerNorm(width, eps=1e-12),
        })
        self.embeddings.register_buffer("position_ids", torch.arange(context).view(1, context))
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList([BERTLayer(width, hidden, heads) for _ in range(layers)])})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(width, width)})

    def forward(self, tokens, lengths, types):
        length = tokens.shape[1]
        parts = self.embeddings
        x = parts["word_embeddings"](tokens) + parts["token_type_embeddings"](types)
        x = parts["LayerNorm"](x + parts["position_embeddings"](torch.arange(length)))
        present = torch.arange(length) < lengths[:, None]
        mask = torch.zeros(len(lengths), 1, 1, length, dtype=x.dtype).masked_fill(~present[:, None, None, :], -math.inf)
        for layer in self.encoder["layer"]:
            x = layer(x, mask)
        present = present[:, :, None]
        return x, torch.where(present, x, torch.zeros_like(x)).sum(1) / present.sum(1)


def encoder_layer(**options):
    return nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=True, **options)


def randomize(model):
    """Sets parameters and statistics to random multiples of 1/16."""
    for name, tensor in model.state_dict(keep_vars=True).items():
        if not tensor.is_floating_point() or name.endswith("masked_bias"):
            continue
        positive = name.endswith("running_var") or (tensor.dim() == 1 and name.endswith("weight"))
        low = 8 if positive else -8
        tensor.data.copy_(torch.randint(low, low + 17, tensor.shape) / 16)


def case(name, model, *makers):
    """The seed of a case is its name, so other cases do not change it."""
    torch.manual_seed(zlib.crc32(name.encode()))
    model = model.double().eval()
    randomize(model)
    inputs = [make() for make in makers]
    with torch.enable_grad():  # without, TransformerEncoderLayer takes its fused path
        outputs = model(*inputs)
    outputs = list(outputs) if isinstance(outputs, tuple) else [outputs]
    return json.dumps({
        "name": name,
        "state": {key: encode(value) for key, value in model.state_dict().items()},
        "inputs": [encode(x) for x in inputs],
        "outputs": [encode(x) for x in outputs],
    }, separators=(",", ":"))


def main():
    sequence = lambda: real(2, 5, 8, low=-1, high=1)
    image = lambda size: lambda: real(2, 2, size, size, low=-1, high=1)
    tokens = lambda: torch.randint(0, 11, (2, 6))
    lines = [
        case("mlp", MLP(), lambda: real(4, 5)),
        case("cnn", CNN(), lambda: real(2, 1, 6, 6)),
        case("pre_norm", encoder_layer(norm_first=True, activation=F.gelu), sequence),
        case("post_norm", encoder_layer(norm_first=False, activation=F.relu), sequence),
        case("basic_block", BasicBlock(2, 4, 2), image(6)),
        case("same_block", BasicBlock(2, 2, 1), image(5)),
        case("resnet", ResNet(BasicBlock, [4, 8], False), image(7)),
        case("bottleneck_resnet", ResNet(Bottleneck, [16, 32], True), image(16)),
        case("gpt2", GPT2(11, 7, 8, 2, 2), tokens),
        case("bert", BERT(11, 7, 8, 12, 2, 2), tokens, lambda: torch.tensor([4, 6]), lambda: torch.randint(0, 2, (2, 6))),
    ]
    (FOLDER / "data" / "models.jsonl").write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} models")


if __name__ == "__main__":
    main()
