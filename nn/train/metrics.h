#pragma once

#include <cstdint>
#include <string>

#include "core/tensor.h"

/// Metrics: what a model's outputs are worth, over any number of batches. Each adds the batches up in f64 or
/// in integers, so that batches of different sizes count by their items.
///
/// ```cpp
/// nn::Accuracy accuracy;
/// accuracy.update(Tensor{{0.1, 0.9}, {0.8, 0.2}}, Tensor{1, 1});  // logits [N, C], classes [N]
/// std::cout << accuracy.value();                                 // 0.5
/// ```
namespace tinytorch::nn {

/// A number that batches of outputs and targets add up to.
class Metric {
 public:
  Metric() = default;
  virtual ~Metric() = default;
  Metric(const Metric&) = delete;
  Metric& operator=(const Metric&) = delete;

  /// The name in reports, such as "accuracy".
  virtual std::string name() const = 0;
  /// Adds a batch. Waits for the device. If it throws, nothing is added.
  virtual void update(const Tensor& output, const Tensor& target) = 0;
  /// The value over all batches since the last reset(); NaN if there are no items.
  virtual double value() const = 0;
  /// Forgets all batches.
  virtual void reset() = 0;
  /// Whether a larger value is a better one.
  virtual bool larger_is_better() const { return true; }
};

/// The fraction of items whose largest logit is that of their class. Of equal logits, the first counts, and
/// NaN is the largest.
class Accuracy : public Metric {
 public:
  std::string name() const override { return "accuracy"; }
  /// @param output  logits [N, C] or [N, C, ...]
  /// @param target  classes, integers [N] or [N, ...]
  /// @throws ShapeError  the shapes do not fit
  /// @throws DTypeError  the target is not of an integer dtype
  /// @throws ValueError  a class is not in [0, C)
  void update(const Tensor& output, const Tensor& target) override;
  double value() const override { return static_cast<double>(right_) / static_cast<double>(items_); }
  void reset() override { right_ = items_ = 0; }

 private:
  std::int64_t right_ = 0;
  std::int64_t items_ = 0;
};

/// The fraction of items whose class is among the k largest logits.
class TopKAccuracy : public Metric {
 public:
  /// @throws ValueError  k is not positive
  explicit TopKAccuracy(std::int64_t k);

  std::string name() const override { return "top-" + std::to_string(k_); }
  /// @param output, target  as for Accuracy; if there are fewer classes than k, all are among them
  /// @throws as Accuracy
  void update(const Tensor& output, const Tensor& target) override;
  double value() const override { return static_cast<double>(right_) / static_cast<double>(items_); }
  void reset() override { right_ = items_ = 0; }

 private:
  std::int64_t k_;
  std::int64_t right_ = 0;
  std::int64_t items_ = 0;
};

/// How often items of each class are taken for each class. Its value is the accuracy.
class ConfusionMatrix : public Metric {
 public:
  /// @throws ValueError  classes is not positive
  explicit ConfusionMatrix(std::int64_t classes);

  std::string name() const override { return "accuracy"; }
  /// @param output, target  as for Accuracy, with the number of classes of the constructor
  /// @throws as Accuracy
  void update(const Tensor& output, const Tensor& target) override;
  double value() const override;
  void reset() override;

  /// i64 [classes, classes]: the number of items of the class of the row that were taken for that of the
  /// column.
  const Tensor& matrix() const { return matrix_; }

 private:
  Tensor matrix_;
};

/// exp(mean cross-entropy): the number of classes among which a model is as uncertain as among equal ones.
class Perplexity : public Metric {
 public:
  std::string name() const override { return "perplexity"; }
  /// @param output, target  as for Accuracy
  /// @throws as cross_entropy()
  void update(const Tensor& output, const Tensor& target) override;
  double value() const override;
  void reset() override;
  bool larger_is_better() const override { return false; }

 private:
  double loss_ = 0;  // the sum over all items
  std::int64_t items_ = 0;
};

/// The mean of |output - target| over all elements.
class MeanAbsoluteError : public Metric {
 public:
  std::string name() const override { return "mean absolute error"; }
  /// @param output, target  of the same shape
  /// @throws ShapeError  the shapes differ
  void update(const Tensor& output, const Tensor& target) override;
  double value() const override { return error_ / static_cast<double>(elements_); }
  void reset() override;
  bool larger_is_better() const override { return false; }

 private:
  double error_ = 0;  // the sum over all elements
  std::int64_t elements_ = 0;
};

}  // namespace tinytorch::nn
