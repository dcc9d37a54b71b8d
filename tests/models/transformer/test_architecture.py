import pytest
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
    XLNetConfig,
    XLNetForSequenceClassification,
)

from labelfns.errors import InputError
from labelfns.models.transformer.architecture import freeze, text_length
from labelfns.models.transformer.backbone import load_backbone

SMALL = {"vocab_size": 20, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}


@pytest.mark.parametrize(
    ("kind", "config", "limit"),
    [
        (BertForSequenceClassification, BertConfig(**SMALL, max_position_embeddings=40), 40),
        (RobertaForSequenceClassification, RobertaConfig(**SMALL, max_position_embeddings=40), 38),
        (
            GPT2ForSequenceClassification,
            GPT2Config(vocab_size=60_000, n_embd=8, n_layer=1, n_head=2, n_positions=30),
            30,
        ),
        (XLNetForSequenceClassification, XLNetConfig(vocab_size=20, d_model=8, n_layer=1, n_head=2, d_inner=8), None),
    ],
    ids=["BERT", "RoBERTa", "GPT-2", "XLNet"],
)
def test_how_many_tokens_an_architecture_reads(kind, config, limit):
    model = kind(config)
    if limit is None:
        assert text_length(model, 100_000) == 100_000
        return
    assert text_length(model, limit) == limit
    assert text_length(model, 128) == limit  # the default gives way
    with pytest.raises(InputError, match=f"reads at most {limit} tokens"):
        text_length(model, limit + 1)


@pytest.mark.parametrize(("layers", "trained"), [(-1, "embeddings"), (0, "layer.0"), (1, "layer.1"), (2, "pooler")])
def test_frozen_layers_are_the_lower_ones(tiny_backbone, layers, trained):
    model, _ = load_backbone(tiny_backbone, ["x", "y"])
    freeze(model, layers)
    parts = ["embeddings", "layer.0", "layer.1", "pooler", "classifier"]
    frozen = parts[: parts.index(trained)]
    for name, parameter in model.named_parameters():
        assert parameter.requires_grad != any(part in name for part in frozen), name
    freeze(model, -1)
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_more_frozen_layers_than_there_are(tiny_backbone):
    model, _ = load_backbone(tiny_backbone, ["x", "y"])
    with pytest.raises(InputError, match="frozen_layers = 3: the backbone has 2 layers"):
        freeze(model, 3)
