// A parameter that two layers share.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "nn/dense.h"
#include "nn/embedding.h"
#include "nn/loss.h"
#include "nn/optim/adam.h"
#include "nn/optim/clip.h"
#include "nn/optim/moving_average.h"
#include "nn/optim/sgd.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

/// Predicts the next token from a token; the output layer's weight is that of the embedding.
class Bigrams : public nn::Layer<Bigrams> {
 public:
  Bigrams() { output_.set_weight(embedding_.weight()); }

  template <TensorLike T>
  T forward(const T& tokens) const {
    return output_(middle_(embedding_(tokens)));
  }
  void visit(nn::Visitor& visitor) override {
    visitor.child("embedding", embedding_);
    visitor.child("middle", middle_);
    visitor.child("output", output_);
  }
  const Variable& weight() const { return embedding_.weight(); }
  const Variable& output_weight() const { return output_.weight(); }

 private:
  nn::Embedding embedding_{6, 4};
  nn::Dense middle_{4, 4};
  nn::Dense output_{4, 6, {.bias = false}};
};

TEST(TiedWeights, AreListedOnceUnderTheirFirstName) {
  const Bigrams model;
  std::vector<std::string> names;
  for (const auto& [name, parameter] : model.named_parameters()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"embedding.weight", "middle.weight", "middle.bias"}));
  EXPECT_EQ(model.parameters().size(), 3u);
  EXPECT_NE(model.summary().find("Total: 44 parameters (176 bytes), 44 of them trainable"), std::string::npos)
      << model.summary();
}

TEST(TiedWeights, GetTheGradientsOfBothLayers) {
  Bigrams model;
  model.to(backend());
  const Variable loss = sum(model(Variable(here({0, 1}))));
  loss.backward();
  const Variable embedding = variable(clone(model.weight().value())),
                 output = variable(clone(embedding.value()));
  const Variable middle = variable(model.parameters()[1].value()),
                 bias = variable(model.parameters()[2].value());
  const Variable hidden = linear(tinytorch::embedding(embedding, here({0, 1})), middle, bias);
  sum(matmul(hidden, transpose(output))).backward();
  EXPECT_TENSOR_NEAR(model.weight().grad(), embedding.grad() + output.grad());
}

TEST(TiedWeights, AreTrained) {
  manual_seed(1);
  Bigrams model;
  model.to(backend());
  nn::Adam optimizer(model.parameters(), {.learning_rate = 0.05});
  nn::ExponentialMovingAverage average(model.parameters(), 0.5);
  const Tensor from = here({0, 1, 2, 3, 4, 5}), to = here({1, 2, 3, 4, 5, 0});
  for (int step = 0; step < 150; ++step) {
    optimizer.zero_grad();
    nn::CrossEntropyLoss()(model(Variable(from)), to).backward();
    nn::clip_grad_norm(model.parameters(), 10);
    optimizer.step();
    average.update();
  }
  EXPECT_LT(nn::CrossEntropyLoss()(model(from), to).item(), 0.1f);
  EXPECT_TENSOR_EQ(argmax(model(from), 1), to);
  EXPECT_EQ(model.weight().node(), model.output_weight().node());
}

TEST(TiedWeights, AreUpdatedOnceAStep) {
  Bigrams model;
  model.to(backend());
  const Tensor before = clone(model.weight().value());
  nn::SGD optimizer(model.parameters(), {.learning_rate = 1});
  sum(model.weight() * 2).backward();
  optimizer.step();
  EXPECT_TENSOR_NEAR(model.weight(), before - 2);
  model.zero_grad();
  EXPECT_FALSE(model.weight().grad().defined());
}

TEST(TiedWeights, StayTiedWhereTheyAreMovedSavedAndLoaded) {
  Bigrams model, loaded;
  model.to({.dtype = DType::f64, .device = backend()});
  EXPECT_EQ(model.weight().node(), model.output_weight().node());
  EXPECT_EQ(model.output_weight().dtype(), DType::f64);
  EXPECT_EQ(model.output_weight().device(), backend());

  const nn::StateDict state = model.state_dict();
  EXPECT_EQ(state.size(), 4u);
  EXPECT_TENSOR_EQ(state.at("output.weight"), state.at("embedding.weight"));
  loaded.load_state_dict(state);
  EXPECT_TENSOR_EQ(loaded.output_weight(), model.weight().value().to(DType::f32));
  EXPECT_EQ(loaded.weight().node(), loaded.output_weight().node());
}

/// Two layers of one constant weight and one buffer.
class Shared : public nn::Layer<Shared> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return x;
  }
  void visit(nn::Visitor& visitor) override {
    visitor.parameter("weight", weight);
    visitor.parameter("other_weight", other_weight);
    visitor.buffer("count", count);
    visitor.buffer("other_count", other_count);
    visitor.buffer("first_of_count", first_of_count);
  }
  nn::Parameter weight{ones({3})}, other_weight = weight;
  Tensor count = zeros({2}), other_count = count, first_of_count = slice(count, 0, 0, 1);
};

TEST(TiedWeights, StayTiedWhereTheyAreConstantsOrBuffers) {
  Shared model;
  model.to({.dtype = DType::f64, .device = backend()});
  EXPECT_EQ(model.weight.value().storage(), model.other_weight.value().storage());
  EXPECT_EQ(model.count.storage(), model.other_count.storage());
  EXPECT_EQ(model.count.dtype(), DType::f64);
  EXPECT_EQ(model.first_of_count.shape(), (Shape{1}));
}

TEST(TiedWeights, FitTheLayer) {
  nn::Dense layer(4, 6);
  EXPECT_ERROR(layer.set_weight(variable(ones({4, 6}))), ShapeError,
               "[Dense] the weight [4, 6] does not fit; this layer's is [6, 4]");
}

}  // namespace
}  // namespace tinytorch::testing
