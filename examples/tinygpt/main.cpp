// A small GPT that learns to write like the text that it reads.

#include <tinytorch/tinytorch.h>
#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numbers>
#include <optional>
#include <string>

#include "examples/common/program.h"
#include "examples/tinygpt/text.h"

using namespace tinytorch;

namespace {

struct Settings {
  std::string text;
  std::int64_t vocabulary = 0;
  std::int64_t steps = 3000, epochs = 0;
  std::int64_t batch = 32;
  std::int64_t context = 128, width = 128, heads = 4, layers = 4;
  double dropout = 0;
  double learning_rate = 0.003;
  std::string output = "runs/tinygpt";
  bool resume = false, generate = false;
  std::string prompt = "And ";
  std::int64_t length = 400;
  double temperature = 0.8, top_p = 1;
  std::int64_t top_k = 0;
  bool no_cache = false;
};

void add_flags(CLI::App& app, Settings& s) {
  app.add_option("--text", s.text,
                 "Any text file; by default the King James Bible of Debian's package bible-kjv")
      ->check(CLI::ExistingFile);
  app.add_option("--vocabulary", s.vocabulary, "Byte pairs to learn from the text, as 1024; 0: characters")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  app.add_option("--steps", s.steps, "Of training")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--epochs", s.epochs, "Passes over the text, instead of steps")->check(CLI::PositiveNumber);
  app.add_option("--batch", s.batch, "Sequences of a step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--context", s.context, "Tokens of a sequence")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--width", s.width, "Features of a token")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--heads", s.heads, "Of the attention")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--layers", s.layers, "Transformer blocks")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--dropout", s.dropout, "Helps for small texts")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  app.add_option("--learning-rate", s.learning_rate, "The highest of the schedule")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--output", s.output, "Where checkpoints and logs go")->capture_default_str();
  app.add_flag("--resume", s.resume, "Go on with the last checkpoint");
  app.add_flag("--generate", s.generate, "Only write text, by the model that was trained");
  app.add_option("--prompt", s.prompt, "How the text begins")->capture_default_str();
  app.add_option("--length", s.length, "Tokens to write")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--temperature", s.temperature, "Higher is bolder; 0 takes the likeliest token")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--top-k", s.top_k, "Choose among the k likeliest tokens; 0: among all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--top-p", s.top_p, "Choose among the likeliest tokens whose probabilities add up to this")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_flag("--no-cache", s.no_cache, "Compute the keys and values of all tokens again for each");
}

void make_quick(Settings& s) {
  s.steps = 20;
  s.batch = 8;
  s.context = 32;
  s.width = 32;
  s.layers = 2;
  s.length = 40;
}

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
void write_text(const nn::GPT& model, const nn::Tokenizer& tokenizer, const Settings& s,
                const examples::Program& program) {
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
  model.generate(tokens.to(program.device), options, generator);
  std::cout << '\n';
}

int run(const examples::Program& program, Settings s) {
  if (program.quick) make_quick(s);
  const std::string text = load_corpus(s.text);
  const auto tokenizer = make_tokenizer(text, s.vocabulary);
  manual_seed(program.seed);
  nn::GPT model = make_gpt(s, tokenizer->size());
  model.to(program.device);

  const Corpus corpus(text, *tokenizer);
  const auto windows = std::make_shared<nn::TokenWindows>(
      corpus.training,
      nn::TokenWindows::Options{.length = s.context, .stride = std::max<std::int64_t>(1, s.context / 4)});
  const auto all =
      std::make_shared<nn::TokenWindows>(corpus.held_out, nn::TokenWindows::Options{.length = s.context});
  const nn::DatasetPtr held_out =
      program.quick ? std::make_shared<nn::Subset>(all, std::vector<std::int64_t>{0, 1, 2, 3})
                    : nn::DatasetPtr(all);
  nn::DataLoader loader(windows, {.batch_size = s.batch,
                                  .shuffle = true,
                                  .drop_last = true,
                                  .workers = 1,
                                  .device = program.device,
                                  .seed = program.seed});
  nn::DataLoader validation(held_out, {.batch_size = 64, .device = program.device});
  const std::int64_t steps = s.epochs > 0 ? s.epochs * loader.size() : s.steps;

  nn::AdamW optimizer(model.parameters(), {.beta2 = 0.99, .weight_decay = 0.1});
  nn::OneCycle schedule(
      optimizer, {.highest = s.learning_rate, .total_steps = steps + 1, .rise = 0.1, .final_division = 10});
  std::filesystem::create_directories(s.output);
  nn::Trainer trainer(
      model, optimizer, criterion,
      {.steps = steps,
       .clip_norm = 1,
       .validate_every = std::max<std::int64_t>(1, steps / 4),
       .checkpoints = {.directory = s.output, .every = std::max<std::int64_t>(1, steps / 20)}});
  BitsPerCharacter bits(corpus.characters_per_token);
  nn::Progress progress(std::cout,
                        {.style = program.quiet ? nn::ProgressStyle::quiet : nn::ProgressStyle::automatic});
  nn::JsonLog log(s.output + "/log.jsonl");
  trainer.add(schedule);
  trainer.add(bits);
  trainer.add(progress);
  trainer.add(log);
  if ((s.resume || s.generate) && !trainer.resume(loader)) {
    std::printf("there is no checkpoint in %s yet\n", s.output.c_str());
    if (s.generate) return examples::kCannotRun;
  }
  if (!s.generate) {
    std::printf("%lld characters, %lld tokens to learn, a vocabulary of %lld\n",
                static_cast<long long>(text.size()), static_cast<long long>(corpus.training.numel()),
                static_cast<long long>(tokenizer->size()));
    std::cout << model.summary();
    const nn::TrainingResult result = trainer.fit(loader, &validation);
    if (result.reason == nn::StopReason::interrupted) return examples::kInterrupted;
    if (result.validation)
      std::printf("held-out text: %.3f bits a character\n\n", result.validation->metrics.at(0).second);
  }
  model.eval();
  write_text(model, *tokenizer, s, program);
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
