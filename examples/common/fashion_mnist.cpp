#include "examples/common/fashion_mnist.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

using namespace tinytorch;

namespace examples {
namespace {

constexpr const char* kPackage = "/usr/share/datasets/fashion-mnist";

/// A file, or the same compressed by gzip.
std::string find_file(const std::string& directory, const std::string& name) {
  const std::filesystem::path plain = std::filesystem::path(directory.empty() ? kPackage : directory) / name;
  for (const std::string& path : {plain.string(), plain.string() + ".gz"}) {
    if (std::filesystem::exists(path)) return path;
  }
  throw std::runtime_error(plain.string() +
                           " is missing. Install the data with `apt-get install dataset-fashion-mnist`, " +
                           "or give the directory of your own copy with --data");
}

}  // namespace

nn::DatasetPtr FashionMnist::dataset() const {
  return std::make_shared<nn::TensorDataset>(std::vector{images, labels});
}

Tensor FashionMnist::normalized_images() const { return (images.to(DType::f32) / 255 - kMean) / kDeviation; }

FashionMnist load_fashion_mnist(const std::string& directory, bool training, std::int64_t limit) {
  const std::string prefix = training ? "train" : "t10k";
  const Tensor images = nn::load_idx(find_file(directory, prefix + "-images-idx3-ubyte")),
               labels = nn::load_idx(find_file(directory, prefix + "-labels-idx1-ubyte"));
  if (images.rank() != 3 || images.size(1) != 28 || images.size(2) != 28 ||
      labels.shape() != Shape{images.size(0)}) {
    throw std::runtime_error("the " + prefix + " files are not images [N, 28, 28] and labels [N]");
  }
  const std::int64_t n = limit > 0 ? std::min(limit, images.size(0)) : images.size(0);
  return {slice(unsqueeze(images, 1), 0, 0, n), slice(labels, 0, 0, n).to(DType::i64)};
}

}  // namespace examples
