  cache.keys.assign(key.begin(), key.end());
  cache.values.assign(value.begin(), value.end());
  std::vector<double> weights(cache.keys.size() / key.size());
  for (std::size_t j = 0; j < weights.size(); ++j) {
    double product = 0;
    for (std::size_t l = 0; l < key.size(); ++l)
      product += static_cast<double>(query[l]) * cache.keys[j * key.size() + l];
    weights[j] = scale * product;
  }
  const double largest = *std::max_element(weights.begin(), weights.end());
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - largest);
  for (std::size_t l = 0; l < y.size(); ++l) {
    double mean = 0;
    for (std::size_t j = 0; j < weights.size(); ++j) mean += weights[j] * cache.values[j * value.size() + l];
    y[l] = static_cast<float>(mean / sum);
  }
