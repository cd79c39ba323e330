// XOR: the smallest problem that a linear model cannot solve, and the smallest whole training program.

#include <CLI/CLI.hpp>

#include <tinytorch/tinytorch.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

using namespace tinytorch;

namespace {

// Exit codes.
constexpr int kSolved = 0;
constexpr int kNotSolved = 1;
constexpr int kCannotRun = 2;

struct Settings {
  int epochs = 500;
  std::uint64_t seed = 0;
  double learning_rate = 2.0;
  std::int64_t width = 4;
  Device device = best_device();
  int seeds = 0;         // 0: one run, reported in full
  bool verbose = false;  // report every epoch, with all digits
};

struct Data {
  Tensor x;
  Tensor y;
};

struct Score {
  float loss;
  float accuracy;  // in percent
};

Data xor_data(Device device) {
  return {.x = Tensor{{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}.to(device),
          .y = Tensor{{0.0}, {1.0}, {1.0}, {0.0}}.to(device)};
}

// README.md says why the layers are initialised this way.
nn::Sequential make_model(const Settings& settings, std::uint64_t seed) {
  Generator generator(seed);
  nn::Sequential model{
      nn::Dense(2, settings.width,
                {.weight_init = nn::init::mirrored_orthogonal(),
                 .bias_init = nn::init::constant(0.5),
                 .generator = &generator}),
      nn::ReLU(),
      nn::Dense(settings.width, 1, {.weight_init = nn::init::xavier_uniform(0.1), .generator = &generator}),
      nn::Sigmoid()};
  model.to(settings.device);
  return model;
}

Score evaluate(const nn::Sequential& model, const Data& data) {
  const Tensor prediction = model(data.x);
  const Tensor right = (prediction >= 0.5) == (data.y >= 0.5);
  return {.loss = nn::MeanSquaredError()(prediction, data.y).item(),
          .accuracy = 100 * mean(right.to(DType::f32)).item()};
}

void print_epoch(int epoch, const Score& score, bool all_digits) {
  std::printf("Epoch %4d | Loss: %.*f | Accuracy: %.1f%%\n", epoch, all_digits ? 12 : 4, score.loss,
              score.accuracy);
}

// Trains the model, calls report(epoch, score) before the first step and from time to time until after the
// last, and returns the microseconds of a step: the median of the means between reports.
template <class Report>
double train(const nn::Sequential& model, const Data& data, const Settings& settings, const Report& report) {
  using Microseconds = std::chrono::duration<double, std::micro>;
  nn::SGD optimizer(model.parameters(), {.learning_rate = settings.learning_rate});
  const nn::MeanSquaredError criterion;
  const Variable x(data.x);
  const int steps_between = settings.verbose ? 1 : std::max(1, settings.epochs / 10);

  std::vector<double> times;
  for (int epoch = 0;;) {
    report(epoch, evaluate(model, data));
    if (epoch == settings.epochs) break;
    const int steps = std::min(steps_between, settings.epochs - epoch);
    const auto start = std::chrono::steady_clock::now();
    Variable loss;
    for (int step = 0; step < steps; ++step) {
      loss = criterion(model(x), data.y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
    loss.item();  // waits for the device
    times.push_back(Microseconds(std::chrono::steady_clock::now() - start).count() / steps);
    epoch += steps;
  }
  const auto middle = times.begin() + std::ssize(times) / 2;
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void print_predictions(const Data& data, const Tensor& prediction) {
  const std::vector<float> x = data.x.to_vector(), y = data.y.to_vector(), p = prediction.to_vector();
  std::printf("\n a  b | a xor b | prediction\n");
  for (std::size_t i = 0; i < y.size(); ++i)
    std::printf(" %.0f  %.0f |    %.0f    |   %.4f\n", x[2 * i], x[2 * i + 1], y[i], p[i]);
}

int run_once(const Settings& settings) {
  std::printf("Device: %s (%s)\n", to_string(settings.device).c_str(), describe(settings.device).c_str());
  const Data data = xor_data(settings.device);
  const nn::Sequential model = make_model(settings, settings.seed);
  std::printf("\n%s\n", model.summary().c_str());

  Score final_score{};
  const double microseconds = train(model, data, settings, [&](int epoch, const Score& score) {
    print_epoch(epoch, score, settings.verbose);
    final_score = score;
  });

  const Tensor prediction = model(data.x);
  const bool modes_agree = equal(prediction, model(Variable(data.x)).value());
  const bool solved = final_score.accuracy == 100;
  print_predictions(data, prediction);
  std::printf("\nFinal accuracy: %.1f%%\n", final_score.accuracy);
  std::printf("A training step took %.1f µs\n", microseconds);
  std::printf("Tensor mode and Variable mode predict %s\n",
              modes_agree ? "the same, bit for bit" : "DIFFERENTLY, which is a bug");
  std::printf("%s\n", solved ? "Solved" : "Not solved");
  return solved && modes_agree ? kSolved : kNotSolved;
}

int run_seeds(const Settings& settings) {
  const Data data = xor_data(settings.device);
  float first_low = 1, first_high = 0, final_high = 0;
  int solved = 0;
  for (int i = 0; i < settings.seeds; ++i) {
    const std::uint64_t seed = settings.seed + static_cast<std::uint64_t>(i);
    const nn::Sequential model = make_model(settings, seed);
    Score final_score{};
    train(model, data, settings, [&](int epoch, const Score& score) {
      if (epoch == 0) {
        first_low = std::min(first_low, score.loss);
        first_high = std::max(first_high, score.loss);
      }
      final_score = score;
    });
    final_high = std::max(final_high, final_score.loss);
    if (final_score.accuracy == 100) {
      ++solved;
    } else {
      std::printf("seed %llu was not solved | Loss: %.4f | Accuracy: %.1f%%\n",
                  static_cast<unsigned long long>(seed), final_score.loss, final_score.accuracy);
    }
  }
  std::printf("Loss at epoch 0: %.4f to %.4f; at epoch %d: at most %.4f\n", first_low, first_high,
              settings.epochs, final_high);
  std::printf("solved %d/%d\n", solved, settings.seeds);
  return solved == settings.seeds ? kSolved : kNotSolved;
}

// Returns false, with `code` to exit with, where there is nothing to run.
bool read_arguments(int argc, char** argv, Settings& settings, int& code) {
  CLI::App app("Trains a 2-4-1 network on XOR.", "xor_network");
  std::string backend;
  app.add_option("--epochs", settings.epochs, "Steps of training, each on all four points")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "Where the random numbers of the first weights start")
      ->capture_default_str();
  app.add_option("--learning-rate", settings.learning_rate, "Of SGD")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--width", settings.width, "Hidden units")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--backend", backend, "cpu or cuda; the GPU where there is one unless named, else the CPU")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  app.add_option("--seeds", settings.seeds,
                 "Train from so many seeds, --seed being the first, and count the solved")
      ->check(CLI::Range(1, 100'000'000));
  app.add_flag("--verbose", settings.verbose, "Report every epoch, with twelve digits of the loss");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    code = app.exit(error) == 0 ? kSolved : kCannotRun;  // --help is such an error, with code 0
    return false;
  }
  if (!backend.empty()) settings.device = Device::parse(backend);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Settings settings;
    int code = kSolved;
    if (!read_arguments(argc, argv, settings, code)) return code;
    if (!is_available(settings.device)) {
      std::fprintf(stderr, "backend %s is not available: %s\n", name(settings.device.type),
                   unavailable_reason(settings.device.type).c_str());
      return kCannotRun;
    }
    return settings.seeds > 0 ? run_seeds(settings) : run_once(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return kCannotRun;
  }
}
