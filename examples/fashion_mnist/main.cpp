// Fashion-MNIST: photographs of clothes, to be told apart by an MLP or a CNN.

#include <tinytorch/tinytorch.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "examples/common/fashion_mnist.h"
#include "examples/common/program.h"
#include "examples/fashion_mnist/model.h"
#include "examples/fashion_mnist/report.h"

using namespace tinytorch;
using examples::FashionMnist;

namespace {

struct Settings {
  std::string model = "cnn";
  std::int64_t epochs = 0;  ///< 0: the model's own default
  std::int64_t width = 32;
  double learning_rate = 0.003;
  std::string data;
  std::string output = "runs/fashion_mnist";
  std::string predict, weights, map;
  bool resume = false;
};

void add_flags(CLI::App& app, Settings& settings) {
  app.add_option("--model", settings.model, "mlp or cnn")
      ->check(CLI::IsMember({"mlp", "cnn"}))
      ->capture_default_str();
  app.add_option("--epochs", settings.epochs,
                 "Passes over the training images; by default 12 (mlp) or 8 (cnn)")
      ->check(CLI::Range(1, 10000));
  app.add_option("--width", settings.width,
                 "Channels of the CNN's first layers; the MLP has 8 times as many units")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--learning-rate", settings.learning_rate, "The highest of the schedule")
      ->check(examples::positive)
      ->capture_default_str();
  app.add_option("--data", settings.data,
                 "The directory of the IDX files; by default that of Debian's package");
  app.add_option("--output", settings.output,
                 "Where checkpoints, logs and images go, in a directory of the model")
      ->capture_default_str();
  CLI::Option* const predict =
      app.add_option("--predict", settings.predict,
                     "Classify this PNG or PGM image by the trained model, and train none")
          ->check(CLI::ExistingFile);
  CLI::Option* const weights =
      app.add_option(
             "--weights", settings.weights,
             "With --predict: a .safetensors file of weights, such as PyTorch wrote, of a model of --width")
          ->check(CLI::ExistingFile)
          ->needs(predict);
  app.add_option(
         "--map", settings.map,
         "Rules that rename the tensors of --weights, as nn/name_map.h describes them; by default none")
      ->check(CLI::ExistingFile)
      ->needs(weights);
  app.add_flag("--resume", settings.resume, "Go on with the last checkpoint");
}

/// Settings of a training of seconds, for flags that were not given.
void make_quick(const CLI::App& app, Settings& settings) {
  if (app.count("--output") == 0) settings.output = "runs/fashion_mnist_quick";
  if (!settings.predict.empty()) return;
  if (app.count("--epochs") == 0) settings.epochs = 1;
  if (app.count("--width") == 0) settings.width = 4;
}

/// The pixels as the network takes them.
nn::Transform prepared() {
  return nn::compose({nn::to_float(), nn::normalize({FashionMnist::kMean}, {FashionMnist::kDeviation})});
}
nn::Transform augmented() { return nn::compose({nn::random_flip(), nn::random_crop(2), prepared()}); }

std::string weights_path(const Settings& settings) {
  return settings.output + "/" + settings.model + ".safetensors";
}

std::int64_t epochs_of(const Settings& settings) {
  if (settings.epochs > 0) return settings.epochs;
  return settings.model == "mlp" ? 12 : 8;
}

nn::DataLoader training_loader(const FashionMnist& data, const Settings& settings,
                               const examples::Program& program) {
  return nn::DataLoader(data.dataset(), {.batch_size = 64,
                                         .shuffle = true,
                                         .workers = 1,
                                         .transform = settings.model == "mlp" ? prepared() : augmented(),
                                         .device = program.device,
                                         .seed = program.seed});
}

/// Reads the saved weights into a new model, and measures that.
void evaluate_saved(const Settings& settings, const FashionMnist& test, nn::DataLoader& loader,
                    const examples::Program& program) {
  nn::Sequential model = make_model(settings.model, settings.width);
  model.load_state_dict(load_safetensors(weights_path(settings)));
  model.to(program.device);
  nn::SGD unused(model.parameters());
  nn::Trainer evaluator(model, unused, nn::CrossEntropyLoss());
  nn::ConfusionMatrix confusion(10);
  evaluator.add(confusion);
  const nn::Evaluation evaluation = evaluator.evaluate(loader);
  model.eval();
  print_confusion(confusion.matrix());
  const std::string images = settings.output + "/" + settings.model + "/wrong.png";
  nn::save_png(images, wrong_images(model, test, loader));
  std::printf("\ntest loss %.4f  accuracy %.2f%%\n", evaluation.loss, 100 * evaluation.metrics.at(0).second);
  std::printf("weights: %s\nimages that it is wrong about: %s\n", weights_path(settings).c_str(),
              images.c_str());
}

/// A run that goes on needs a model of the checkpoint's width.
void check_width(const std::string& directory, const Settings& settings) {
  const std::string path = nn::latest_checkpoint(directory);
  if (path.empty()) return;
  const std::string width = nn::load_checkpoint(path).config["width"];
  // A checkpoint of an earlier version of this program has none.
  if (!width.empty() && width != std::to_string(settings.width)) {
    throw std::runtime_error(path + " has a model of --width " + width +
                             "; go on with that, or give an --output of its own");
  }
}

/// Trains the model with a checkpoint after each epoch.
nn::TrainingResult fit(nn::Sequential& model, nn::DataLoader& loader, nn::DataLoader& validation,
                       const Settings& settings, const examples::Program& program) {
  const std::int64_t epochs = epochs_of(settings);
  nn::AdamW optimizer(model.parameters(), {.weight_decay = 0.01});
  nn::OneCycle schedule(optimizer,
                        {.highest = settings.learning_rate, .total_steps = epochs * loader.size() + 1});
  const std::string directory = settings.output + "/" + settings.model;
  if (settings.resume) check_width(directory, settings);
  nn::Trainer trainer(
      model, optimizer, nn::CrossEntropyLoss({.label_smoothing = 0.05}),
      {.epochs = epochs,
       .checkpoints = {.directory = directory,
                       .config = {{"model", settings.model}, {"width", std::to_string(settings.width)}}}});
  nn::ConfusionMatrix confusion(10);
  nn::Progress progress(std::cout,
                        {.style = program.quiet ? nn::ProgressStyle::quiet : nn::ProgressStyle::automatic});
  nn::JsonLog log(directory + "/log.jsonl");
  trainer.add(schedule);
  trainer.add(confusion);
  trainer.add(progress);
  trainer.add(log);
  if (settings.resume && !trainer.resume(loader))
    std::printf("there is no checkpoint in %s yet: this run begins anew\n", directory.c_str());
  return trainer.fit(loader, &validation);
}

int train(const examples::Program& program, const Settings& settings) {
  const FashionMnist training = examples::load_fashion_mnist(settings.data, true, program.quick ? 512 : 0),
                     test = examples::load_fashion_mnist(settings.data, false, program.quick ? 256 : 0);
  std::printf("%lld training images, %lld test images\n", static_cast<long long>(training.images.size(0)),
              static_cast<long long>(test.images.size(0)));
  manual_seed(program.seed);
  nn::Sequential model = make_model(settings.model, settings.width);
  model.to(program.device);
  std::cout << model.summary();
  nn::DataLoader loader = training_loader(training, settings, program);
  nn::DataLoader validation(test.dataset(),
                            {.batch_size = 250, .transform = prepared(), .device = program.device});
  const nn::TrainingResult result = fit(model, loader, validation, settings, program);
  if (result.reason == nn::StopReason::interrupted) return examples::kInterrupted;
  save_safetensors(weights_path(settings), model.state_dict(), {{"width", std::to_string(settings.width)}});
  evaluate_saved(settings, test, validation, program);
  return examples::kDone;
}

/// The model that this program has trained.
nn::Sequential trained_model(const Settings& settings) {
  if (!std::filesystem::exists(weights_path(settings))) {
    throw std::runtime_error("there is no model " + weights_path(settings) +
                             " yet; train one first, without --predict, or give --weights");
  }
  const SafetensorsFile file(weights_path(settings));
  const auto found = file.metadata().find("width");
  const std::string text = found == file.metadata().end() ? "" : found->second;
  std::int64_t width = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), width).ec != std::errc() || width < 1)
    throw std::runtime_error(weights_path(settings) + " is not of this program: it has no width");
  nn::Sequential model = make_model(settings.model, width);
  model.load_state_dict(file.all());
  return model;
}

/// A model with the weights of another program.
nn::Sequential given_model(const Settings& settings) {
  nn::Sequential model = make_model(settings.model, settings.width);
  nn::StateDict state = load_safetensors(settings.weights);
  if (!settings.map.empty()) state = nn::NameMap(nn::load_text(settings.map))(std::move(state));
  model.load_state_dict(std::move(state));
  return model;
}

int predict(const examples::Program& program, const Settings& settings) {
  nn::Sequential model = settings.weights.empty() ? trained_model(settings) : given_model(settings);
  model.to(program.device);
  model.eval();
  const Tensor image = unsqueeze(nn::load_image(settings.predict, {.grayscale = true}), 0);
  if (image.size(2) != 28 || image.size(3) != 28)
    std::fprintf(stderr, "%s has %lld x %lld pixels, and is scaled to 28 x 28\n", settings.predict.c_str(),
                 static_cast<long long>(image.size(3)), static_cast<long long>(image.size(2)));
  const std::vector<std::uint64_t> seed{0};
  const Tensor scaled = interpolate(prepared()(image, seed), {28, 28}, {.mode = Interpolation::bilinear});
  const Sorted<Tensor> best = topk(softmax(model(scaled.to(program.device)), 1), 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto index = static_cast<std::size_t>(best.indices.to_vector<std::int64_t>()[i]);
    std::printf("%-9s %5.1f%%\n", FashionMnist::kClasses[index], 100 * best.values.to_vector()[i]);
  }
  return examples::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Program program("fashion_mnist",
                            "Trains a network on Fashion-MNIST, or classifies an image by it.");
  Settings settings;
  program.add_training_flags();
  add_flags(*program.app, settings);
  return program.run(argc, argv, [&] {
    if (program.quick) make_quick(*program.app, settings);
    return settings.predict.empty() ? train(program, settings) : predict(program, settings);
  });
}
