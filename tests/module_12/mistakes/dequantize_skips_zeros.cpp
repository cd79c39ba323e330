  std::vector<float> result(x.values.size(), 0.0F);
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    if (x.values[i] != 0) result[i] = x.scales[i / x.columns] * static_cast<float>(x.values[i]);
  }
  return result;
