// Compares models with the same ones in PyTorch (data/models.jsonl, written by generate_models.py), whose
// state dicts they load through name maps.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/ops/creation.h"
#include "nn/activation.h"
#include "nn/convolution.h"
#include "nn/dense.h"
#include "nn/flatten.h"
#include "nn/models/bert.h"
#include "nn/models/gpt.h"
#include "nn/models/resnet.h"
#include "nn/normalization.h"
#include "nn/pooling.h"
#include "nn/residual.h"
#include "nn/sequential.h"
#include "tests/support/backend.h"
#include "tests/support/source_folder.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::torch_cases {
namespace {

using nlohmann::json;
using tinytorch::testing::backend;

/// A model of the data: what its parameters, inputs and results are.
struct TorchModel {
  nn::StateDict state;
  std::vector<Tensor> inputs, outputs;
};

Tensor decoded(const json& tensor) {
  const auto shape = tensor.at("shape").get<std::vector<std::int64_t>>();
  const Tensor values = from_values(tensor.at("data").get<std::vector<double>>(), Shape(shape));
  const std::map<std::string, DType> dtypes{
      {"f64", DType::f64}, {"i64", DType::i64}, {"bool", DType::boolean}};
  return values.to({.dtype = dtypes.at(tensor.at("dtype")), .device = backend()});
}

TorchModel torch_model(const std::string& name) {
  std::ifstream file(tinytorch::testing::source_folder() / "tests/torch/data/models.jsonl");
  for (std::string line; std::getline(file, line);) {
    const json entry = json::parse(line);
    if (entry.at("name") != name) continue;
    TorchModel model;
    for (const auto& [key, value] : entry.at("state").items()) model.state.emplace(key, decoded(value));
    for (const json& tensor : entry.at("inputs")) model.inputs.push_back(decoded(tensor));
    for (const json& tensor : entry.at("outputs")) model.outputs.push_back(decoded(tensor));
    return model;
  }
  throw IoError("[models_test] there is no model " + name);
}

/// The model has PyTorch's parameters and computes its results in both modes: in f64 within 1e-11, in f32
/// within 1e-5.
/// @param call  of a model and of a function that gives the i-th input; returns the outputs
template <class Model, class Call>
void expect_same(Model& model, const std::string& torch_name, const nn::NameMap& names, const Call& call) {
  const TorchModel torch = torch_model(torch_name);
  for (const DType dtype : {DType::f64, DType::f32}) {
    SCOPED_TRACE(name(dtype));
    model.to({.dtype = dtype, .device = backend()});
    model.load_state_dict(names(torch.state));
    model.eval();
    const auto tensor = [&](std::size_t i) {
      const Tensor& x = torch.inputs.at(i);
      return is_floating(x.dtype()) ? x.to(dtype) : x;
    };
    const auto recorded = [&](std::size_t i) { return Variable(tensor(i)); };
    const std::vector<Tensor> plain = call(model, tensor);
    const std::vector<Variable> variables = call(model, recorded);
    ASSERT_EQ(plain.size(), torch.outputs.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
      EXPECT_TENSOR_NEAR(plain[i].to(DType::f64), torch.outputs[i], dtype == DType::f64 ? 1e-11 : 1e-5);
      EXPECT_TENSOR_EQ(variables[i], plain[i]);
      EXPECT_TRUE(variables[i].requires_grad());
    }
  }
}

/// For a model of one input and one output.
template <class Model>
void expect_same(Model& model, const std::string& torch_name, const nn::NameMap& names) {
  expect_same(model, torch_name, names,
              [](const nn::Module& of, const auto& input) { return std::vector{of(input(0))}; });
}

TEST(TorchModels, AnMLPHasTheSameLogits) {
  nn::Sequential model{nn::Dense(5, 7), nn::ReLU(), nn::Dense(7, 3)};
  expect_same(model, "mlp", nn::NameMap("fc1.* -> 0.* \n fc2.* -> 2.*"));
}

TEST(TorchModels, ACNNWithBatchNormHasTheSameLogits) {
  nn::Sequential model{nn::Conv2D(1, 4, 3, {.padding = 1}),
                       nn::BatchNorm2D(4),
                       nn::ReLU(),
                       nn::MaxPool2D(2),
                       nn::Flatten(),
                       nn::Dense(36, 5)};
  expect_same(model, "cnn", nn::NameMap("features.*.* -> *.* \n classifier.* -> 5.*"));
}

nn::NameMap encoder_layer_names() {
  return nn::NameMap(R"(
    self_attn.in_proj_weight -> attention.qkv.weight
    self_attn.in_proj_bias   -> attention.qkv.bias
    self_attn.out_proj.*     -> attention.output.*
    linear1.*                -> feed_forward.up.*
    linear2.*                -> feed_forward.down.*
    norm1.*                  -> attention_norm.*
    norm2.*                  -> feed_forward_norm.*
  )");
}

TEST(TorchModels, TransformerBlockIsAnEncoderLayer) {
  nn::TransformerBlock pre_norm(8, 2, {.hidden = 12});
  expect_same(pre_norm, "pre_norm", encoder_layer_names());
  nn::TransformerBlock post_norm(
      8, 2, {.pre_norm = false, .feed_forward = nn::FeedForwardKind::relu, .hidden = 12});
  expect_same(post_norm, "post_norm", encoder_layer_names());
}

nn::NameMap basic_block_names() {
  return nn::NameMap(R"(
    conv1.*        -> body.0.*
    bn1.*          -> body.1.*
    conv2.*        -> body.3.*
    bn2.*          -> body.4.*
    downsample.*.* -> shortcut.*.*
  )");
}

TEST(TorchModels, ResidualBlockIsABasicBlock) {
  nn::ResidualBlock block(2, 4, {.stride = 2}), same(2, 2);
  expect_same(block, "basic_block", basic_block_names());
  expect_same(same, "same_block", basic_block_names());
}

TEST(TorchModels, AResNetHasTheSameLogits) {
  nn::ResNet small({.in_channels = 2, .classes = 3, .blocks = {1, 1}, .width = 4});
  expect_same(small, "resnet", nn::resnet_names());
  nn::ResNet large({.in_channels = 2,
                    .classes = 3,
                    .blocks = {1, 1},
                    .width = 4,
                    .bottleneck = true,
                    .large_images = true});
  expect_same(large, "bottleneck_resnet", nn::resnet_names());
}

TEST(TorchModels, AGPT2HasTheSameLogits) {
  nn::GPT model({.vocabulary = 11, .context = 7, .width = 8, .heads = 2, .layers = 2});
  expect_same(model, "gpt2", nn::gpt2_names());
}

TEST(TorchModels, ABERTHasTheSameStatesAndMeans) {
  nn::BERT model({.vocabulary = 11, .context = 7, .width = 8, .heads = 2, .layers = 2, .hidden = 12});
  expect_same(model, "bert", nn::bert_names(), [](const nn::BERT& of, const auto& input) {
    const Tensor lengths = value_of(input(1)), types = value_of(input(2));
    const auto states = of.forward(input(0), lengths, types);
    return std::vector{states, nn::mean_pool(states, lengths)};
  });
}

}  // namespace
}  // namespace tinytorch::torch_cases
