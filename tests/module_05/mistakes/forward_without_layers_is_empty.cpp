  Matrix y;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      y = layers[i]->forward(i == 0 ? x : y);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("layer " + std::to_string(i) + ": " + error.what());
    }
  }
  return y;
