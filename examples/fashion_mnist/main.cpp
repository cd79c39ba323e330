// Fashion-MNIST: photographs of clothes, to be told apart by an MLP or a CNN.

#include <tinytorch/tinytorch.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "examples/common/program.h"
#include "examples/fashion_mnist/data.h"
#include "examples/fashion_mnist/model.h"
#include "examples/fashion_mnist/report.h"

using namespace tinytorch;

namespace {

struct Settings {
  std::string model = "cnn";
  std::int64_t epochs = 0;  ///< 0: the model's own default
  std::int64_t width = 32;
  double learning_rate = 0.003;
  std::string data;
  std::string output = "runs/fashion_mnist";
  std::string predict;
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
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--data", settings.data,
                 "The directory of the IDX files; by default that of Debian's package");
  app.add_option("--output", settings.output,
                 "Where checkpoints, logs and images go, in a directory of the model")
      ->capture_default_str();
  app.add_option("--predict", settings.predict,
                 "Classify this PNG or PGM image by the trained model, and train none")
      ->check(CLI::ExistingFile);
  app.add_flag("--resume", settings.resume, "Go on with the last checkpoint");
}

/// The pixels as the network takes them.
nn::Transform prepared() { return nn::compose({nn::to_float(), nn::normalize({kMean}, {kDeviation})}); }
nn::Transform augmented() { return nn::compose({nn::random_flip(), nn::random_crop(2), prepared()}); }

std::string weights_path(const Settings& settings) {
  return settings.output + "/" + settings.model + ".safetensors";
}

int train(const examples::Program& program, const Settings& settings) {
  const Data training = load(settings.data, true, program.quick ? 512 : 0),
             test = load(settings.data, false, program.quick ? 256 : 0);
  std::printf("%lld training images, %lld test images\n", static_cast<long long>(training.images.size(0)),
              static_cast<long long>(test.images.size(0)));
  const std::int64_t epochs = settings.epochs > 0       ? settings.epochs
                              : program.quick           ? 1
                              : settings.model == "mlp" ? 12
                                                        : 8;
  const std::int64_t width = program.quick ? std::min<std::int64_t>(settings.width, 4) : settings.width;

  manual_seed(program.seed);
  nn::Sequential model = make_model(settings.model, width);
  model.to(program.device);
  std::cout << model.summary();

  nn::DataLoader loader(training.dataset(), {.batch_size = 64,
                                             .shuffle = true,
                                             .workers = 1,
                                             .transform = settings.model == "mlp" ? prepared() : augmented(),
                                             .device = program.device,
                                             .seed = program.seed});
  nn::DataLoader validation(test.dataset(),
                            {.batch_size = 250, .transform = prepared(), .device = program.device});
  nn::AdamW optimizer(model.parameters(), {.weight_decay = 0.01});
  nn::OneCycle schedule(optimizer,
                        {.highest = settings.learning_rate, .total_steps = epochs * loader.size() + 1});

  const std::string directory = settings.output + "/" + settings.model;
  std::filesystem::create_directories(directory);
  nn::Trainer trainer(
      model, optimizer, nn::CrossEntropyLoss({.label_smoothing = 0.05}),
      {.epochs = epochs, .checkpoints = {.directory = directory, .config = {{"model", settings.model}}}});
  nn::ConfusionMatrix confusion(10);
  nn::Progress progress(std::cout,
                        {.style = program.quiet ? nn::ProgressStyle::quiet : nn::ProgressStyle::automatic});
  nn::JsonLog log(directory + "/log.jsonl");
  trainer.add(schedule);
  trainer.add(confusion);
  trainer.add(progress);
  trainer.add(log);
  if (settings.resume && !trainer.resume(loader))
    std::printf("there is no checkpoint in %s yet\n", directory.c_str());
  const nn::TrainingResult result = trainer.fit(loader, &validation);
  if (result.reason == nn::StopReason::interrupted) return examples::kInterrupted;

  // Saved, read into a new model, and measured there.
  save_safetensors(weights_path(settings), model.state_dict(), {{"width", std::to_string(width)}});
  nn::Sequential loaded = make_model(settings.model, width);
  loaded.load_state_dict(load_safetensors(weights_path(settings)));
  loaded.to(program.device);
  nn::SGD unused(loaded.parameters());
  nn::Trainer evaluator(loaded, unused, nn::CrossEntropyLoss());
  evaluator.add(confusion);
  const nn::Evaluation evaluation = evaluator.evaluate(validation);
  loaded.eval();
  print_confusion(confusion.matrix());
  nn::save_png(directory + "/wrong.png", wrong_images(loaded, test, validation));
  std::printf("\ntest loss %.4f  accuracy %.2f%%\n", evaluation.loss, 100 * evaluation.metrics.at(0).second);
  std::printf("weights: %s\nimages that it is wrong about: %s/wrong.png\n", weights_path(settings).c_str(),
              directory.c_str());
  return examples::kDone;
}

int predict(const examples::Program& program, const Settings& settings) {
  const SafetensorsFile file(weights_path(settings));
  const auto width = file.metadata().find("width");
  if (width == file.metadata().end())
    throw std::runtime_error(weights_path(settings) + " is not of this program");
  nn::Sequential model = make_model(settings.model, std::stoll(width->second));
  model.load_state_dict(file.all());
  model.to(program.device);
  model.eval();
  const Tensor image = unsqueeze(nn::load_image(settings.predict, {.grayscale = true}), 0);
  const std::vector<std::uint64_t> seed{0};
  const Tensor scaled = interpolate(prepared()(image, seed), {28, 28}, {.mode = Interpolation::bilinear});
  const Sorted<Tensor> best = topk(softmax(model(scaled.to(program.device)), 1), 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto index = static_cast<std::size_t>(best.indices.to_vector<std::int64_t>()[i]);
    std::printf("%-9s %5.1f%%\n", kClasses[index], 100 * best.values.to_vector()[i]);
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
    return settings.predict.empty() ? train(program, settings) : predict(program, settings);
  });
}
