// What `./tito module measure 11` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "modules/11_training/training.h"

namespace training {
namespace {

namespace fs = std::filesystem;
using tinytorch::course::keep;
using tinytorch::course::measure;

/// Which overflows, and is infinite for a small probability.
double loss_through_probabilities(std::span<const float> logits, std::span<const std::int64_t> target,
                                  std::size_t classes) {
  std::vector<float> probabilities(logits.size());
  double loss = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<float> row = std::span(probabilities).subspan(i * classes, classes);
    double sum = 0;
    for (std::size_t j = 0; j < classes; ++j) {
      const double exponential = std::exp(static_cast<double>(logits[i * classes + j]));
      row[j] = static_cast<float>(exponential);
      sum += exponential;
    }
    for (float& each : row) each = static_cast<float>(each / sum);
    loss -= std::log(row[static_cast<std::size_t>(target[i])]);
  }
  return loss / static_cast<double>(target.size());
}

TEST(CrossEntropy, Of16x50257) {
  constexpr std::size_t kRows = 16, kClasses = 50257;
  std::vector<float> logits(kRows * kClasses), dx(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(i % 101) / 25 - 2;
  const std::vector<std::int64_t> target(kRows, 7);
  measure("through probabilities", [&] { keep(loss_through_probabilities(logits, target, kClasses)); });
  measure("cross_entropy", [&] { keep(cross_entropy(logits, target, kClasses)); });
  measure("cross_entropy_gradient", [&] { cross_entropy_gradient(logits, target, kClasses, 1, dx); });
}

/// A directory of its own, which is removed in the end: in memory, if it can be.
class Folder {
 public:
  Folder() {
    std::error_code error;
    for (const fs::path& parent : {fs::path("/dev/shm"), fs::temp_directory_path(error)}) {
      std::string name = parent / "measure_11_XXXXXX";
      if (mkdtemp(name.data()) == nullptr) continue;
      path_ = name;
      return;
    }
    throw std::runtime_error("no directory can be made");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string_view bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

void compare_checkpoints(std::size_t parameters) {
  const Folder folder;
  const Checkpoint checkpoint{.steps = 1000, .parameters = std::vector<float>(parameters, 0.5F)};
  const std::string path = folder.file("checkpoint");
  measure("parameters, over the old file",
          [&] { std::ofstream(path, std::ios::binary) << bytes_of(checkpoint.parameters); });
  measure("checksum", [&] { keep(checksum(bytes_of(checkpoint.parameters))); });
  measure("save_checkpoint", [&] { save_checkpoint(path, checkpoint); });
  measure("load_checkpoint", [&] { keep(load_checkpoint(path)); });
}

TEST(Checkpoint, Of101770Parameters) { compare_checkpoints(101770); }
TEST(Checkpoint, Of1000000Parameters) { compare_checkpoints(1000000); }

}  // namespace
}  // namespace training
