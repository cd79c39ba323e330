// A small GPT that learns to write like the text that it reads.

#include <tinytorch/tinytorch.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <numbers>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "examples/common/corpus.h"
#include "examples/common/program.h"
#include "examples/tinygpt/settings.h"
#include "examples/tinygpt/tokenizer.h"

using namespace tinytorch;
using examples::Corpus;

namespace {

nn::GPT make_gpt(const Settings& s, std::int64_t vocabulary) {
  nn::GPTOptions options = nn::gpt_options("tiny");
  options.vocabulary = vocabulary;
  options.context = s.context;
  options.width = s.width;
  options.heads = s.heads;
  options.layers = s.layers;
  options.dropout = s.dropout;
  return nn::GPT(options);
}

/// A model, and the tokens that it reads and writes.
struct Writer {
  std::unique_ptr<nn::Tokenizer> tokenizer;
  nn::GPT model;
};

Writer new_writer(const std::string& text, const Settings& s) {
  std::unique_ptr<nn::Tokenizer> tokenizer = examples::make_tokenizer(text, s.vocabulary);
  const std::int64_t vocabulary = tokenizer->size();
  return {std::move(tokenizer), make_gpt(s, vocabulary)};
}

/// That of the last checkpoint, with its sizes in the settings.
Writer trained_writer(Settings& s) {
  const std::string path = nn::latest_checkpoint(s.output);
  if (path.empty()) {
    throw std::runtime_error("there is no checkpoint in " + s.output +
                             " yet; train a model first, or name the directory of one with --output (" +
                             std::string(kQuickOutput) + " is that of --quick)");
  }
  nn::Checkpoint saved = nn::load_checkpoint(path);
  read_config(path, saved.config, s);
  if (saved.config["tokenizer"] != hash_of_tokenizer(s.output, s.vocabulary)) {
    throw std::runtime_error(path + " was trained with other tokens than those in " + s.output +
                             ", which a run that ended before its first checkpoint wrote; train again");
  }
  std::unique_ptr<nn::Tokenizer> tokenizer = load_tokenizer(s.output, s.vocabulary);
  const std::int64_t vocabulary = tokenizer->size();
  Writer writer{std::move(tokenizer), make_gpt(s, vocabulary)};
  writer.model.load_state_dict(std::move(saved.model));
  return writer;
}

/// The mean loss of all tokens.
Variable criterion(const Variable& logits, const Variable& next) {
  return cross_entropy(reshape(logits, {-1, logits.size(-1)}), reshape(next, {-1}));
}

/// The loss in bits a character, which compares models of different tokens.
class BitsPerCharacter : public nn::Metric {
 public:
  explicit BitsPerCharacter(double characters_per_token) : characters_per_token_(characters_per_token) {}
  std::string name() const override { return "bits/character"; }
  void update(const Tensor& logits, const Tensor& next) override {
    nats_ += criterion(Variable(logits), Variable(next)).value().item<double>() *
             static_cast<double>(next.numel());
    tokens_ += static_cast<double>(next.numel());
  }
  double value() const override { return nats_ / std::numbers::ln2 / (tokens_ * characters_per_token_); }
  void reset() override { nats_ = tokens_ = 0; }
  bool larger_is_better() const override { return false; }

 private:
  double characters_per_token_;
  double nats_ = 0, tokens_ = 0;
};

/// Prints the text as it is written.
void write_text(const Writer& writer, const Settings& s, const examples::Program& program) {
  const nn::Tokenizer& tokenizer = *writer.tokenizer;
  const std::vector<std::int64_t> prompt = tokenizer.encode(s.prompt);
  std::cout << s.prompt << std::flush;
  nn::GenerateOptions options{
      .tokens = s.length, .sampling = {.temperature = s.temperature}, .cache = !s.no_cache};
  if (s.top_k > 0) options.sampling.top_k = std::min(s.top_k, tokenizer.size());
  if (s.top_p < 1) options.sampling.top_p = s.top_p;
  options.on_token = [&](const Tensor& token) {
    std::cout << tokenizer.decode({token.item<std::int64_t>()}) << std::flush;
    return true;
  };
  Generator generator(program.seed);
  const Tensor tokens = from_values(prompt, {1, static_cast<std::int64_t>(prompt.size())});
  writer.model.generate(tokens.to(program.device), options, generator);
  std::cout << '\n';
}

nn::DataLoader training_loader(const Corpus& corpus, const Settings& s, const examples::Program& program) {
  const auto windows = std::make_shared<nn::TokenWindows>(
      corpus.training,
      nn::TokenWindows::Options{.length = s.context, .stride = std::max<std::int64_t>(1, s.context / 4)});
  return nn::DataLoader(windows, {.batch_size = s.batch,
                                  .shuffle = true,
                                  .drop_last = true,
                                  .workers = 1,
                                  .device = program.device,
                                  .seed = program.seed});
}

nn::DataLoader validation_loader(const Corpus& corpus, const Settings& s, const examples::Program& program) {
  nn::DatasetPtr windows =
      std::make_shared<nn::TokenWindows>(corpus.held_out, nn::TokenWindows::Options{.length = s.context});
  if (program.quick) {
    std::vector<std::int64_t> first(static_cast<std::size_t>(std::min<std::int64_t>(4, windows->size())));
    std::iota(first.begin(), first.end(), std::int64_t{0});
    windows = std::make_shared<nn::Subset>(windows, first);
  }
  return nn::DataLoader(windows, {.batch_size = 64, .device = program.device});
}

/// A checkpoint each twentieth of the run, which knows the tokenizer, and four validations.
nn::TrainerOptions trainer_options(std::int64_t steps, const Settings& s) {
  const auto every = [&](std::int64_t parts) { return std::max<std::int64_t>(1, steps / parts); };
  std::map<std::string, std::string> config = config_of(s);
  config["tokenizer"] = hash_of_tokenizer(s.output, s.vocabulary);
  return {.steps = steps,
          .clip_norm = 1,
          .validate_every = every(4),
          .checkpoints = {.directory = s.output, .every = every(20), .config = std::move(config)}};
}

/// Trains the model. @return  the exit code
int train(Writer& writer, const std::string& text, const Settings& s, const examples::Program& program) {
  const Corpus corpus(text, *writer.tokenizer);
  std::printf("%lld characters, %lld tokens to learn, a vocabulary of %lld\n",
              static_cast<long long>(corpus.characters), static_cast<long long>(corpus.training.numel()),
              static_cast<long long>(writer.tokenizer->size()));
  nn::DataLoader loader = training_loader(corpus, s, program),
                 validation = validation_loader(corpus, s, program);
  const std::int64_t steps = s.epochs > 0 ? s.epochs * loader.size() : s.steps;
  nn::AdamW optimizer(writer.model.parameters(), {.beta2 = 0.99, .weight_decay = 0.1});
  nn::OneCycle schedule(
      optimizer, {.highest = s.learning_rate, .total_steps = steps + 1, .rise = 0.1, .final_division = 10});
  save_tokenizer(*writer.tokenizer, s.output);
  nn::Trainer trainer(writer.model, optimizer, criterion, trainer_options(steps, s));
  BitsPerCharacter bits(corpus.characters_per_token);
  nn::Progress progress(std::cout,
                        {.style = program.quiet ? nn::ProgressStyle::quiet : nn::ProgressStyle::automatic});
  nn::JsonLog log(s.output + "/log.jsonl");
  trainer.add(schedule);
  trainer.add(bits);
  trainer.add(progress);
  trainer.add(log);
  if (s.resume && !trainer.resume(loader))
    std::printf("there is no checkpoint in %s yet: this run begins anew\n", s.output.c_str());
  std::cout << writer.model.summary();
  const nn::TrainingResult result = trainer.fit(loader, &validation);
  if (result.reason == nn::StopReason::interrupted) return examples::kInterrupted;
  if (result.validation)
    std::printf("held-out text: %.3f bits a character\n\n", result.validation->metrics.at(0).second);
  return examples::kDone;
}

int run(const examples::Program& program, Settings s) {
  if (program.quick) make_quick(*program.app, s);
  manual_seed(program.seed);
  const bool goes_on = s.generate || (s.resume && !nn::latest_checkpoint(s.output).empty());
  const std::string text = s.generate ? "" : examples::load_corpus(s.text);
  Writer writer = goes_on ? trained_writer(s) : new_writer(text, s);
  writer.tokenizer->encode(s.prompt);  // what it cannot read is an error now, not after the training
  writer.model.to(program.device);
  if (!s.generate) {
    const int code = train(writer, text, s, program);
    if (code != examples::kDone) return code;
  }
  writer.model.eval();
  write_text(writer, s, program);
  return examples::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Program program("tinygpt", "Trains a small GPT on a text, and lets it write.");
  Settings settings;
  program.add_training_flags();
  add_flags(*program.app, settings);
  return program.run(argc, argv, [&] { return run(program, settings); });
}
