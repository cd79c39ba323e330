#include "nn/data/transform.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/internal/format.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/random.h"
#include "core/ops/shape.h"
#include "nn/data/internal/seed.h"

namespace tinytorch::nn {
namespace {

using Seeds = std::span<const std::uint64_t>;

struct ImageSize {
  std::int64_t n, channels, height, width;
};

ImageSize image_size(const char* op, const Tensor& x, Seeds seeds) {
  if (x.rank() != 4) fail<ShapeError>(op, "x is {}, not images [N, C, H, W]", x.shape());
  if (x.size(0) != static_cast<std::int64_t>(seeds.size())) {
    fail<ShapeError>(op, "x is {}, but there are {} seeds", x.shape(), seeds.size());
  }
  return {x.size(0), x.size(1), x.size(2), x.size(3)};
}

void check_floating(const char* op, const Tensor& x) {
  if (!is_floating(x.dtype())) {
    fail<DTypeError>(op, "x is {}; it must be floating: call to_float() first", x.dtype());
  }
}

/// Numbers of the uniform distribution on [0, 1) that the seed of an item determines.
std::vector<double> uniforms(std::uint64_t seed, std::int64_t n) {
  Generator generator(seed);
  return rand({n}, {.dtype = DType::f64}, generator).to_vector<double>();
}

/// A random integer in [low, high], from a number of the uniform distribution.
std::int64_t integer_in(std::int64_t low, std::int64_t high, double uniform) {
  return low + static_cast<std::int64_t>(uniform * static_cast<double>(high - low + 1));
}

/// Where the pixels of the result are read in the images: flat offsets in an image, and -1 for a zero.
class PixelSources {
 public:
  PixelSources(const ImageSize& size) : size_(size) {
    offsets_.reserve(static_cast<std::size_t>(size.n * size.height * size.width));
  }

  /// Appends the source of the next pixel of the result.
  void append(std::int64_t row, std::int64_t column) {
    const bool inside = row >= 0 && row < size_.height && column >= 0 && column < size_.width;
    offsets_.push_back(inside ? row * size_.width + column : -1);
  }

  Tensor read(const Tensor& x) const {
    const Shape pixels{size_.n, 1, size_.height * size_.width};
    const Tensor offsets = from_values(offsets_, pixels, x.device());
    const Tensor found =
        take_along_axis(reshape(x, {size_.n, size_.channels, pixels[2]}), maximum(offsets, Tensor(0)), 2);
    return reshape(
        where(ge(offsets, Tensor(0)), found, zeros({}, {.dtype = x.dtype(), .device = x.device()})),
        x.shape());
  }

 private:
  ImageSize size_;
  std::vector<std::int64_t> offsets_;
};

/// The pixel (r, c) of image i of the result is that at source(i, r, c), a row and a column, of x.
template <class Source>
Tensor move_pixels(const ImageSize& size, const Tensor& x, const Source& source) {
  if (x.numel() == 0) return x;  // its other sides can be of any length
  PixelSources sources(size);
  for (std::int64_t i = 0; i < size.n; ++i) {
    for (std::int64_t r = 0; r < size.height; ++r) {
      for (std::int64_t c = 0; c < size.width; ++c) {
        const std::pair<std::int64_t, std::int64_t> from = source(i, r, c);
        sources.append(from.first, from.second);
      }
    }
  }
  return sources.read(x);
}

/// Where the pixels of turned images are in the images: the pixel above and left of each, and the weights of
/// those below and right of it.
struct TurnedPixels {
  std::vector<std::pair<std::int64_t, std::int64_t>> top_left;
  std::vector<double> below, right;
};

TurnedPixels turned(const ImageSize& size, const std::vector<double>& radians) {
  TurnedPixels pixels;
  const double middle_row = static_cast<double>(size.height - 1) / 2,
               middle_column = static_cast<double>(size.width - 1) / 2;
  for (const double angle : radians) {
    const double cosine = std::cos(angle), sine = std::sin(angle);
    for (std::int64_t r = 0; r < size.height; ++r) {
      for (std::int64_t c = 0; c < size.width; ++c) {
        const double down = static_cast<double>(r) - middle_row,
                     along = static_cast<double>(c) - middle_column;
        const double row = middle_row + cosine * down + sine * along,
                     column = middle_column - sine * down + cosine * along;
        pixels.top_left.emplace_back(std::floor(row), std::floor(column));
        pixels.below.push_back(row - std::floor(row));
        pixels.right.push_back(column - std::floor(column));
      }
    }
  }
  return pixels;
}

/// The images with each turned about its center.
Tensor turn(const ImageSize& size, const Tensor& x, const std::vector<double>& radians) {
  if (x.numel() == 0) return x;
  const TurnedPixels pixels = turned(size, radians);
  const auto neighbor = [&](std::int64_t down, std::int64_t along) {
    PixelSources sources(size);
    for (const auto& [row, column] : pixels.top_left) sources.append(row + down, column + along);
    return sources.read(x);
  };
  const Tensor top_left = neighbor(0, 0), top_right = neighbor(0, 1), bottom_left = neighbor(1, 0),
               bottom_right = neighbor(1, 1);
  const Shape weights{size.n, 1, size.height, size.width};
  const Options like{.dtype = x.dtype(), .device = x.device()};
  const Tensor along = from_values(pixels.right, weights).to(like),
               down = from_values(pixels.below, weights).to(like);
  return lerp(lerp(top_left, top_right, along), lerp(bottom_left, bottom_right, along), down);
}

}  // namespace

Transform compose(std::vector<Transform> transforms) {
  for (const Transform& transform : transforms) {
    if (!transform) fail<ValueError>("compose", "a transform is empty");
  }
  return [transforms = std::move(transforms)](const Tensor& x, Seeds seeds) {
    Tensor y = x;
    std::vector<std::uint64_t> own(seeds.size());
    for (std::uint64_t number = 0; number < transforms.size(); ++number) {
      for (std::size_t i = 0; i < seeds.size(); ++i) own[i] = derived_seed(seeds[i], number);
      y = transforms[number](y, own);
    }
    return y;
  };
}

Transform to_float() {
  return [](const Tensor& x, Seeds) { return x.to(DType::f32) / 255.0; };
}

Transform normalize(const std::vector<double>& mean, const std::vector<double>& deviation) {
  if (mean.empty() || mean.size() != deviation.size()) {
    fail<ValueError>("normalize", "there are {} means and {} deviations; each channel needs one of both",
                     mean.size(), deviation.size());
  }
  for (const double d : deviation) {
    if (!(d > 0)) fail<ValueError>("normalize", "a deviation is {}; it must be positive", d);
  }
  const Shape shape{static_cast<std::int64_t>(mean.size()), 1, 1};
  return [means = from_values(mean, shape), deviations = from_values(deviation, shape)](const Tensor& x,
                                                                                        Seeds seeds) {
    check_floating("normalize", x);
    if (image_size("normalize", x, seeds).channels != means.size(0)) {
      fail<ShapeError>("normalize", "x is {}, but there are means of {} channels", x.shape(), means.size(0));
    }
    const Options like{.dtype = x.dtype(), .device = x.device()};
    return (x - means.to(like)) / deviations.to(like);
  };
}

Transform random_flip(double probability) {
  if (!(probability >= 0 && probability <= 1)) {
    fail<ValueError>("random_flip", "probability is {}; it must be in [0, 1]", probability);
  }
  return [probability](const Tensor& x, Seeds seeds) {
    const ImageSize size = image_size("random_flip", x, seeds);
    std::vector<bool> flipped;
    for (const std::uint64_t seed : seeds) flipped.push_back(uniforms(seed, 1)[0] < probability);
    return move_pixels(size, x, [&](std::int64_t i, std::int64_t r, std::int64_t c) {
      return std::pair(r, flipped[static_cast<std::size_t>(i)] ? size.width - 1 - c : c);
    });
  };
}

Transform random_crop(std::int64_t padding) {
  if (padding < 0) fail<ValueError>("random_crop", "padding is {}; it must not be negative", padding);
  return [padding](const Tensor& x, Seeds seeds) {
    const ImageSize size = image_size("random_crop", x, seeds);
    // An image that has moved further than its size is empty all the same.
    const std::int64_t most_rows = std::min(padding, size.height),
                       most_columns = std::min(padding, size.width);
    std::vector<std::pair<std::int64_t, std::int64_t>> shifts;
    for (const std::uint64_t seed : seeds) {
      const std::vector<double> u = uniforms(seed, 2);
      shifts.emplace_back(integer_in(-most_rows, most_rows, u[0]),
                          integer_in(-most_columns, most_columns, u[1]));
    }
    return move_pixels(size, x, [&](std::int64_t i, std::int64_t r, std::int64_t c) {
      const auto& shift = shifts[static_cast<std::size_t>(i)];
      return std::pair(r + shift.first, c + shift.second);
    });
  };
}

Transform random_rotation(double degrees) {
  if (!(degrees >= 0) || !std::isfinite(degrees)) {
    fail<ValueError>("random_rotation", "degrees is {}; it must be finite and not negative", degrees);
  }
  return [degrees](const Tensor& x, Seeds seeds) {
    check_floating("random_rotation", x);
    const ImageSize size = image_size("random_rotation", x, seeds);
    std::vector<double> radians;
    for (const std::uint64_t seed : seeds) {
      radians.push_back((2 * uniforms(seed, 1)[0] - 1) * degrees * (std::numbers::pi / 180));
    }
    return turn(size, x, radians);
  };
}

Transform cutout(std::int64_t side) {
  if (side < 1) fail<ValueError>("cutout", "size is {}; it must be positive", side);
  return [side](const Tensor& x, Seeds seeds) {
    const ImageSize size = image_size("cutout", x, seeds);
    std::vector<std::pair<std::int64_t, std::int64_t>> corners;
    for (const std::uint64_t seed : seeds) {
      const std::vector<double> u = uniforms(seed, 2);
      corners.emplace_back(integer_in(0, size.height - 1, u[0]) - side / 2,
                           integer_in(0, size.width - 1, u[1]) - side / 2);
    }
    return move_pixels(size, x, [&](std::int64_t i, std::int64_t r, std::int64_t c) {
      const auto& corner = corners[static_cast<std::size_t>(i)];
      const bool is_cut =
          r >= corner.first && r - corner.first < side && c >= corner.second && c - corner.second < side;
      return std::pair(is_cut ? std::int64_t{-1} : r, c);
    });
  };
}

}  // namespace tinytorch::nn
