#!/usr/bin/env python3
"""Writes what Hugging Face's tokenizers (0.23) make of text.txt and of the samples below, into the folder
tokenizers beside this script, for the tests.

A line of a file of samples has a text, as the hexadecimal digits of its UTF-8, and the ids of its tokens.
"""
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = Path(__file__).parent / "tokenizers"
SAMPLES = [
    "",
    " ",
    "the king spake unto his servants",
    "I'll say we've seen it; they'd don't, can't, 'twas he's 'S 'LL",
    "  two  spaces,\ttabs\t\tand\n\nlines \n end  ",
    "a1b22 333 ½ ² Ⅷ ٣٤",
    "!!! ... ?!'s (brackets)[x]{y} <tag> $5.00 50% a_b-c",
    "Ünïcödé ÀÉÎ straße Ÿ İstanbul ǆ Ǆ ﬁ",
    "Ελληνικά ΟΔΟΣ Кириллица Ёж",
    "中文字符 日本語 テスト が ガ 한국어",
    "emoji 😀😀 👩‍👩‍👧 a\u0301e\u0301 zero\u200bwidth",
    "nbsp\u00a0here \u2028line\u3000ideographic\u0085next\u001cfs",
    "unaffable unwanted walked walking xyzzy",
    "«quotes» „low“ ‘single’ — dash… ¿que? ¡si!",
    "a" * 101 + " " + "b" * 100,
    "x\u0000y\ufffdz\u0007bell soft\u00adhyphen",
]


def write_samples(name, tokenizer):
    lines = [" ".join([s.encode().hex()] + [str(i) for i in tokenizer.encode(s).ids]) for s in SAMPLES]
    (FOLDER / name).write_text("\n".join(lines) + "\n")


def byte_pairs():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500, min_frequency=2, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train([str(FOLDER / "text.txt")], trainer)
    tokenizer.model.save(str(FOLDER), "byte_pairs")
    write_samples("byte_pairs_samples.txt", tokenizer)


def word_pieces():
    words = "the king spake unto his servant ##s un ##aff ##able ##want ##ed walk ##ing two space , tab and line end".split()
    words += "unicode aei strasse y istanbul ελληνικα οδοσ οδος кириллица еж a ##e zero ##width nbsp here next".split()
    words += "中 文 ##字 日 テ ##ス ##ト か カ ᄒ ##ᅡ ##ᆫ 5 0 ##0 $ . % _ - ( ) « » „ “ ‘ ’ — … ¿ ¡ ! ? ' ; b c x z ##y ##z".split()
    words += "soft ##hy ##phen bell que si low quotes single dash ideographic say we ve ll d don t s 1 ##b ##2".split()
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + list(dict.fromkeys(words))
    (FOLDER / "word_pieces_vocab.txt").write_text("\n".join(vocab) + "\n")
    ids = {token: i for i, token in enumerate(vocab)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    write_samples("word_pieces_samples.txt", tokenizer)


byte_pairs()
word_pieces()
