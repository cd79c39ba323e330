#include "examples/serving/model.h"

#include <memory>
#include <vector>

using namespace tinytorch;

Parts make_parts(std::int64_t n, double shift, Generator& generator) {
  const Tensor kinds = randint(0, kKinds, {n}, {}, generator);
  const Tensor centers = Tensor{{-2.0, -1.0}, {2.0, -1.0}, {0.0, 2.0}}.to(DType::f32);
  const Tensor moved = Tensor{0.0, shift}.to(DType::f32);
  return {index_select(centers, 0, kinds) + 0.7 * randn({n, kReadings}, {}, generator) + moved, kinds};
}

nn::Sequential make_model(Generator& generator) {
  return nn::Sequential{nn::Dense(kReadings, 16, {.generator = &generator}), nn::ReLU(),
                        nn::Dense(16, kKinds, {.generator = &generator})};
}

void train(nn::Sequential& model, const Parts& parts, std::int64_t epochs, Device device,
           std::uint64_t seed) {
  model.to(device);
  nn::DataLoader loader(std::make_shared<nn::TensorDataset>(std::vector{parts.readings, parts.kinds}),
                        {.batch_size = 50, .shuffle = true, .device = device, .seed = seed});
  nn::Adam optimizer(model.parameters(), {.learning_rate = 0.01});
  nn::Trainer(model, optimizer, nn::CrossEntropyLoss(), {.epochs = epochs}).fit(loader);
}
