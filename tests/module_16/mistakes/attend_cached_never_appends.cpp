  Cache all = cache;
  all.keys.insert(all.keys.end(), key.begin(), key.end());
  all.values.insert(all.values.end(), value.begin(), value.end());
  std::vector<double> weights(all.keys.size() / key.size());
  for (std::size_t j = 0; j < weights.size(); ++j) {
    for (std::size_t l = 0; l < key.size(); ++l)
      weights[j] += scale * static_cast<double>(query[l]) * all.keys[j * key.size() + l];
  }
  const double largest = *std::max_element(weights.begin(), weights.end());
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - largest);
  for (std::size_t l = 0; l < y.size(); ++l) {
    double mean = 0;
    for (std::size_t j = 0; j < weights.size(); ++j) mean += weights[j] * all.values[j * value.size() + l];
    y[l] = static_cast<float>(mean / sum);
  }
