#include "nn/dense.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

// weight [[1, 2], [3, 4], [5, 6]], bias [0.5, 0.25, -1].
nn::Dense known_dense() {
  nn::Dense dense(2, 3);
  dense.load_state_dict({{"weight", Tensor{{1, 2}, {3, 4}, {5, 6}}}, {"bias", Tensor{0.5, 0.25, -1.0}}});
  dense.to(backend());
  return dense;
}

TEST(Dense, ComputesXTimesWeightTransposedPlusBias) {
  const Tensor x = here(Tensor{{1.0, 1.0}, {2.0, -1.0}});
  EXPECT_TENSOR_EQ(known_dense()(x), {{3.5, 7.25, 10.0}, {0.5, 2.25, 3.0}});
}

TEST(Dense, WorksOnVectorsAndOnManyLeadingAxes) {
  const nn::Dense dense = known_dense();
  EXPECT_TENSOR_EQ(dense(here(Tensor{1.0, 1.0})), {3.5, 7.25, 10.0});
  const Tensor batch = randn({4, 5, 2}, {.device = backend()});
  EXPECT_EQ(dense(batch).shape(), (Shape{4, 5, 3}));
  EXPECT_TENSOR_NEAR(select(select(dense(batch), 0, 3), 0, 2), dense(select(select(batch, 0, 3), 0, 2)));
}

TEST(Dense, WorksOnNoRows) {
  EXPECT_EQ(known_dense()(empty({0, 2}, {.device = backend()})).shape(), (Shape{0, 3}));
}

TEST(Dense, PromotesAnF64Input) {
  const Tensor x = ones({1, 2}, {.dtype = DType::f64, .device = backend()});
  const Tensor y = known_dense()(x);
  EXPECT_EQ(y.dtype(), DType::f64);
  EXPECT_TENSOR_EQ(y.to(DType::f32), (Tensor{{3.5, 7.25, 10.0}}));
}

TEST(Dense, WithoutBiasHasOneParameter) {
  nn::Dense dense(2, 3, {.bias = false});
  EXPECT_EQ(dense.parameters().size(), 1u);
  EXPECT_FALSE(dense.bias().defined());
  EXPECT_EQ(dense.description(), "Dense(2, 3, no bias)");
  dense.load_state_dict({{"weight", Tensor{{1, 2}, {3, 4}, {5, 6}}}});
  dense.to(backend());
  EXPECT_TENSOR_EQ(dense(here(Tensor{1.0, 1.0})), {3.0, 7.0, 11.0});
}

TEST(Dense, BothModesAgree) {
  const Tensor x = randn({7, 2}, {.device = backend()});
  expect_modes_agree(known_dense(), x);
  nn::Dense without_bias(2, 3, {.bias = false, .device = backend()});
  expect_modes_agree(without_bias, x);
}

TEST(Dense, GradientsAreThoseOfFiniteDifferences) {
  const Tensor x = randn({4, 3});
  nn::Dense dense(3, 2), without_bias(3, 2, {.bias = false});
  const GradcheckResult with = gradcheck_layer(dense, x), without = gradcheck_layer(without_bias, x);
  EXPECT_TRUE(with) << with.message;
  EXPECT_TRUE(without) << without.message;
}

TEST(Dense, StartsWithHeUniformWeightsAndZeroBiases) {
  Generator used(3), same(3);
  const nn::Dense dense(6, 5, {.device = backend(), .generator = &used});
  EXPECT_TENSOR_EQ(dense.weight(), nn::init::he_uniform()({5, 6}, {.device = backend()}, same));
  EXPECT_TENSOR_EQ(dense.bias(), zeros({5}));
}

TEST(Dense, TakesInitialisersTypeAndDevice) {
  const nn::Dense dense(2, 3,
                        {.weight_init = nn::init::constant(2),
                         .bias_init = [](const Shape& shape, Options options,
                                         Generator&) { return full(shape, -1.0, options); },
                         .dtype = DType::f64,
                         .device = backend()});
  EXPECT_EQ(dense.weight().device(), backend());
  EXPECT_TENSOR_EQ(dense.weight(), full({3, 2}, 2.0, {.dtype = DType::f64}));
  EXPECT_TENSOR_EQ(dense.bias(), full({3}, -1.0, {.dtype = DType::f64}));
}

TEST(Dense, UsesTheDefaultGeneratorWhereNoneIsNamed) {
  manual_seed(11);
  const nn::Dense first(4, 4);
  manual_seed(11);
  const nn::Dense second(4, 4), third(4, 4);
  EXPECT_TENSOR_EQ(first.weight(), second.weight());
  EXPECT_FALSE(equal(second.weight().value(), third.weight().value()));
}

TEST(Dense, NamesItselfWhenTheInputDoesNotFit) {
  const nn::Dense dense(2, 4);
  EXPECT_ERROR(dense(zeros({5, 3})), ShapeError,
               "[Dense] input has 3 features, but the weight [4, 2] expects 2 (input [5, 3])");
  EXPECT_ERROR(dense(Variable(zeros({5, 3}))), ShapeError,
               "[Dense] input has 3 features, but the weight [4, 2] expects 2 (input [5, 3])");
  EXPECT_ERROR(dense(Tensor(1.0)), ShapeError,
               "[Dense] input has no axes; its last axis must hold 2 features");
  EXPECT_ERROR(dense(Tensor()), ValueError,
               "[Dense] the input is undefined (default-constructed); give it a value first");
}

TEST(Dense, RefusesNoFeatures) {
  EXPECT_ERROR(nn::Dense(0, 3), ValueError, "[Dense] in_features is 0; a layer has at least 1");
  EXPECT_ERROR(nn::Dense(3, -1), ValueError, "[Dense] out_features is -1; a layer has at least 1");
}

TEST(Dense, ChecksWhatAnInitialiserGave) {
  const nn::Initializer wrong = [](const Shape&, Options options, Generator&) {
    return zeros({7, 2}, options);
  };
  EXPECT_ERROR(nn::Dense(2, 3, {.weight_init = wrong}), ShapeError,
               "[Dense] the initializer of the weight gave [7, 2], not [3, 2]");
}

TEST(Dense, ActivationIsTheSameAsALayerOfItsOwn) {
  const Tensor x = here(Tensor{{1.0, -2.0, 3.0}, {-1.0, 0.5, 0.25}});
  for (const bool bias : {true, false}) {
    Generator first(3), second(3);
    const nn::DenseOptions plain{
        .bias = bias, .bias_init = nn::init::constant(0.1), .device = backend(), .generator = &first};
    nn::DenseOptions fused = plain;
    fused.activation = Activation::relu;
    fused.generator = &second;
    nn::Dense dense(3, 5, plain), dense_relu(3, 5, fused);
    const Tensor expected = relu(dense(x));
    EXPECT_TENSOR_NEAR(dense_relu(x), expected);
    EXPECT_TENSOR_NEAR(dense_relu(Variable(x)), expected);
    sum(relu(dense(Variable(x)))).backward();
    sum(dense_relu(Variable(x))).backward();
    EXPECT_TENSOR_NEAR(dense_relu.weight().grad(), dense.weight().grad());
    EXPECT_EQ(dense_relu.description(), bias ? "Dense(3, 5, relu)" : "Dense(3, 5, no bias, relu)");
  }
}

}  // namespace
}  // namespace tinytorch::testing
